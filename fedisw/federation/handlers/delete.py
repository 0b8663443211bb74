"""Delete: an actor or a post is gone (federation, section 4.5; ING-3, ING-7)."""

from __future__ import annotations

from datetime import datetime

from fedisw.federation import approvals, quoting, refetch
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.statuses import Status
from fedisw.model.urls import same_origin
from fedisw.services import accounts as profiles
from fedisw.services import editing
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, applied, statuses
from fedisw.vocab.activities import Delete, Envelope


async def handle_delete(peer: Peer, sender: Account, delete: Delete) -> None:
    """Delete: of the sender itself, of a post or a stamp of the sender, or a hint about something of somebody else."""
    if delete.object == sender.uri:
        await apply(peer, delete, profiles.delete_remote_account, account_id=sender.id, now=peer.now())
        return
    if not (await quoting.revoked(peer, sender, delete) or await approvals.revoked(peer, sender, delete)):
        await take_away(peer, sender, delete, uri=delete.object)


async def take_away(peer: Peer, sender: Account, activity: Envelope, *, uri: str) -> None:
    """Delete what is the sender's; what is not yet known cannot come any more; of others only what their server says is gone.

    Raises:
        NotWanted: not the sender's, and not gone.
    """
    known = await peer.db.read(_known, uri)
    match known:
        case None if same_origin(uri, sender.uri) and not peer.owns(uri):
            await apply(peer, activity, _withdraw, owner_uri=sender.uri, uri=uri, now=peer.now())
        case Status() if known.account_id == sender.id:
            await apply(peer, activity, editing.delete_by_remote, actor=sender, uri=uri, now=peer.now())
        case Status() | Account() if not known.local:
            await hint_of_deletion(peer, known)
        case _:
            raise NotWanted("not the sender's to delete")


async def hint_of_deletion(peer: Peer, known: Status | Account) -> None:
    """Somebody else than its owner says that it is gone: ask its server, and believe only that (ING-3)."""
    if isinstance(known, Status):
        await refetch.post(peer, known)
    elif await refetch.is_gone(peer, known.uri):
        await peer.db.write(profiles.delete_remote_account, account_id=known.id, now=peer.now())


def _known(tx: Tx, uri: str) -> Status | Account | None:
    return statuses.find_by_uri(tx, uri) or accounts.find_by_uri(tx, uri)


def _withdraw(tx: Tx, *, owner_uri: str, uri: str, now: datetime) -> None:
    """Unknown: noted under the sender, so that a late Create has no effect, and nobody else's is touched (F-12)."""
    applied.withdraw(tx, owner_uri=owner_uri, uri=uri, now=now)

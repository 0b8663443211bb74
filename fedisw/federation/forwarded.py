"""Activities that somebody else than their actor delivered: relays, forwarded replies, groups (SIG-10).

The signature proves only the delivery. Nothing that the activity says is believed; what it is about is had from its
own server, if somebody here has reason to want it.
"""

from __future__ import annotations

from fedisw.federation import resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted
from fedisw.federation.handlers import create, delete, update
from fedisw.model.accounts import Account
from fedisw.model.errors import Gone
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, statuses
from fedisw.vocab.activities import Activity, Create, Delete, Update
from fedisw.vocab.actors import Actor
from fedisw.vocab.objects import Note, Tombstone


async def handle_forwarded(peer: Peer, deliverer: Account, activity: Activity) -> None:
    """Look where the activity points; unknown things are never fetched because of anything but a Create."""
    match activity:
        case Create():
            for thing in activity.objects[: create.MAX_BARE]:
                await _fetch(peer, deliverer, thing, activity.actor)
        case Update(object=Actor() as actor):
            await _refresh(peer, actor.id)
        case Update(object=Note() | Tombstone() as thing):
            await update.hint_of_change(peer, thing.id)
        case Update(object=str() as uri):
            await update.hint_of_change(peer, uri)
        case Delete():
            await _look_whether_gone(peer, activity.object)
        case _:
            raise NotWanted("not signed by its actor")


async def _fetch(peer: Peer, deliverer: Account, thing: Note | Tombstone | str, actor_uri: str) -> None:
    uri = thing if isinstance(thing, str) else thing.id
    if peer.owns(uri) or await peer.db.read(statuses.find_by_uri, uri) is not None:
        raise NotWanted("known here")
    if isinstance(thing, Note):
        wanted = await create.wants(peer, thing, author_id=deliverer.id, deliverer_id=deliverer.id)
    else:
        wanted = await peer.db.read(follows.followed_locally, deliverer.id)
    if not wanted:
        raise NotWanted("nobody here is concerned")
    await create.fetch_wanted(peer, uri, deliverer=deliverer, author_uri=actor_uri)


async def _refresh(peer: Peer, uri: str) -> None:
    known = await peer.db.read(accounts.find_by_uri, uri)
    if known is None or known.local:
        raise NotWanted("not known here")
    await resolve.account(peer, uri, refresh=True)


async def _look_whether_gone(peer: Peer, uri: str) -> None:
    known = await peer.db.read(_known, uri)
    if known is None or known.local:
        raise NotWanted("not known here")
    try:
        await delete.hint_of_deletion(peer, known)
    except Gone:
        return


def _known(tx: Tx, uri: str) -> Status | Account | None:
    return statuses.find_by_uri(tx, uri) or accounts.find_by_uri(tx, uri)

"""Remove: a post is taken from the top of a profile (federation, section 4.11)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers.add import featured
from fedisw.model.accounts import Account
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks, statuses
from fedisw.vocab.activities import Remove


async def handle_remove(peer: Peer, sender: Account, remove: Remove) -> None:
    """Remove of an own post from the sender's own `featured`."""
    if not await apply(peer, remove, _unpin, account=sender, uri=featured(sender, remove)):
        raise NotWanted("not among the sender's featured posts here")


def _unpin(tx: Tx, *, account: Account, uri: str) -> bool:
    status = statuses.find_by_uri(tx, uri)
    return status is not None and marks.remove_pin(tx, account_id=account.id, status_id=status.id)

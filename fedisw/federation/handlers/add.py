"""Add: a post is put on top of a profile (federation, section 4.11)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.relations import Pin
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks, statuses
from fedisw.vocab.activities import Add, Remove

MAX_PINS: Final = 20  # of an account of another server (ING table)


async def handle_add(peer: Peer, sender: Account, add: Add) -> None:
    """Add of an own post to the sender's own `featured`; Mastodon's has no id."""
    uri = featured(sender, add)
    if not await apply(peer, add, _pin, account=sender, uri=uri, pin_id=peer.new_id(), now=peer.now()):
        raise NotWanted("not a post of the sender that is known here, or there already")


def featured(sender: Account, activity: Add | Remove) -> str:
    """The post that is put in or taken out; NotWanted for every other collection, and for hashtags."""
    if not sender.featured_uri or activity.target != sender.featured_uri or activity.object is None:
        raise NotWanted("not the sender's own featured posts")
    return activity.object


def _pin(tx: Tx, *, account: Account, uri: str, pin_id: int, now: datetime) -> bool:
    status = statuses.find_by_uri(tx, uri)
    if status is None or status.account_id != account.id or marks.pin_count(tx, account.id) >= MAX_PINS:
        return False
    return marks.add_pin(tx, Pin(id=pin_id, account_id=account.id, status_id=status.id, created_at=now))

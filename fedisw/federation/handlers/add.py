"""Add: a post is put on top of a profile (federation, section 4.11)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.relations import Pin
from fedisw.model.statuses import Tag
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks, statuses, tag_marks, tags
from fedisw.text import hashtags
from fedisw.vocab.activities import Add, Remove

MAX_PINS: Final = 20  # of an account of another server (ING table)
MAX_TAGS: Final = 10  # the same for tags


async def handle_add(peer: Peer, sender: Account, add: Add) -> None:
    """Add of an own post, or of a tag, to the sender's own `featured`; Mastodon's has no id."""
    check_target(sender, add)
    if add.hashtag is not None:
        done = await apply(peer, add, _show, account=sender, name=add.hashtag.name, peer=peer, now=peer.now())
    else:
        done = await apply(peer, add, _pin, account=sender, uri=add.object or "", pin_id=peer.new_id(), now=peer.now())
    if not done:
        raise NotWanted("not a post of the sender that is known here, or there already")


def check_target(sender: Account, activity: Add | Remove) -> None:
    """NotWanted for every other collection: `featuredTags`, `featuredCollections`, walls, those of somebody else."""
    if not sender.featured_uri or activity.target != sender.featured_uri:
        raise NotWanted("not the sender's own featured posts")


def _pin(tx: Tx, *, account: Account, uri: str, pin_id: int, now: datetime) -> bool:
    status = statuses.find_by_uri(tx, uri)
    if status is None or status.account_id != account.id or marks.pin_count(tx, account.id) >= MAX_PINS:
        return False
    return marks.add_pin(tx, Pin(id=pin_id, account_id=account.id, status_id=status.id, created_at=now))


def _show(tx: Tx, *, account: Account, name: str, peer: Peer, now: datetime) -> bool:
    """A tag on the profile; its figures are those of the posts that are known here."""
    folded = hashtags.normalise(name)
    if not folded or tag_marks.featured_count(tx, account.id) >= MAX_TAGS:
        return False
    tag = tags.ensure(tx, Tag(id=peer.new_id(), name=folded, display=name))
    return tag_marks.feature(tx, mark_id=peer.new_id(), account_id=account.id, tag_id=tag.id, now=now)

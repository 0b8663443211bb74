"""What people do with tags: follow them, and show them on their profile."""

from __future__ import annotations

from datetime import datetime

from fedisw.model.errors import Invalid, NotFound
from fedisw.model.statuses import Status, Tag
from fedisw.storage.db import Tx
from fedisw.storage.queries import tag_marks, tags

MAX_FEATURED = 10


def follow(tx: Tx, *, account_id: int, wanted: Tag, mark_id: int, now: datetime) -> Tag:
    """Follow a tag; a name that nobody used yet begins to exist."""
    tag = tags.ensure(tx, wanted)
    tag_marks.follow(tx, mark_id=mark_id, account_id=account_id, tag_id=tag.id, now=now)
    return tag


def unfollow(tx: Tx, *, account_id: int, name: str) -> None:
    """Follow a tag no longer; nothing when it was not followed."""
    tag = tags.find(tx, name)
    if tag is not None:
        tag_marks.unfollow(tx, account_id=account_id, tag_id=tag.id)


def feature(tx: Tx, *, account_id: int, wanted: Tag, mark_id: int, now: datetime) -> Tag:
    """Show a tag on the own profile.

    Raises:
        Invalid: ten others are there.
    """
    tag = tags.ensure(tx, wanted)
    if tag.id in tag_marks.marks(tx, account_id, [tag.id])[1]:
        return tag
    if tag_marks.featured_count(tx, account_id) >= MAX_FEATURED:
        raise Invalid("base", "You have already featured the maximum number of hashtags", code="ERR_TOO_LONG")
    tag_marks.feature(tx, mark_id=mark_id, account_id=account_id, tag_id=tag.id, now=now)
    return tag


def unfeature(tx: Tx, *, account_id: int, name: str) -> None:
    """Show a tag no longer; nothing when it was not shown."""
    tag = tags.find(tx, name)
    if tag is not None:
        tag_marks.unfeature(tx, account_id=account_id, tag_id=tag.id)


def remove_featured(tx: Tx, *, account_id: int, mark_id: int) -> None:
    """The same by the mark's id; NotFound for somebody else's."""
    if not tag_marks.remove(tx, account_id=account_id, mark_id=mark_id):
        raise NotFound("featured tag", mark_id)


def shown_in(tx: Tx, status: Status) -> list[int]:
    """Tags of a post that stand on its author's profile; ask before the post goes or changes, for `recount`."""
    return tag_marks.featured_in(tx, account_id=status.account_id, status_id=status.id) if status.local else []


def recount(tx: Tx, *, account_id: int, tag_ids: list[int]) -> None:
    """Count anew what these tags of a profile tell."""
    for tag_id in tag_ids:
        tag_marks.recount(tx, account_id=account_id, tag_id=tag_id)

"""Telling everybody on the server something, and what they think of it."""

from __future__ import annotations

from datetime import datetime

from fedisw.live import topics
from fedisw.model.announcements import Announcement
from fedisw.model.errors import Invalid, NotFound
from fedisw.storage.db import Tx
from fedisw.storage.queries import announcements
from fedisw.text.emojis import is_emoji

KINDS = 8  # different emojis under one announcement


def publish(tx: Tx, announcement: Announcement) -> None:
    """Tell everybody; its content is clean HTML."""
    announcements.add(tx, announcement)
    _say(tx, topics.AnnouncementChanged(announcement_id=announcement.id))


def edit(tx: Tx, announcement: Announcement) -> None:
    """Tell everybody anew; NotFound when it is gone."""
    if not announcements.change(tx, announcement):
        raise NotFound("announcement", announcement.id)
    _say(tx, topics.AnnouncementChanged(announcement_id=announcement.id))


def take_back(tx: Tx, announcement_id: int) -> None:
    """Show it to nobody any more; NotFound when it is gone."""
    if not announcements.remove(tx, announcement_id):
        raise NotFound("announcement", announcement_id)
    _say(tx, topics.AnnouncementRemoved(announcement_id=announcement_id))


def dismiss(tx: Tx, announcement_id: int, *, account_id: int, now: datetime) -> None:
    """A person has read it; NotFound for one that is not told now."""
    _get(tx, announcement_id, now)
    announcements.mark_read(tx, announcement_id, account_id=account_id)


def react(tx: Tx, announcement_id: int, name: str, *, account_id: int, now: datetime) -> None:
    """Put an emoji under it; again changes nothing.

    Raises:
        NotFound: it is not told now.
        Invalid: no emoji, or there are 8 others.
    """
    _get(tx, announcement_id, now)
    if not is_emoji(name):
        raise Invalid("name", "is not a recognized emoji")
    chosen = {reaction.name for reaction in announcements.reactions(tx, [announcement_id], account_id=account_id)}
    if name not in chosen and len(chosen) >= KINDS:
        raise Invalid("base", "Limit of different reactions reached")
    if announcements.react(tx, announcement_id, name, account_id=account_id, now=now):
        _say_count(tx, announcement_id, name)


def unreact(tx: Tx, announcement_id: int, name: str, *, account_id: int, now: datetime) -> None:
    """Take an emoji back; NotFound when it was not chosen."""
    _get(tx, announcement_id, now)
    if not announcements.unreact(tx, announcement_id, name, account_id=account_id):
        raise NotFound("reaction")
    _say_count(tx, announcement_id, name)


def _get(tx: Tx, announcement_id: int, now: datetime) -> Announcement:
    found = announcements.find(tx, announcement_id, now=now)
    if found is None:
        raise NotFound("announcement", announcement_id)
    return found


def _say_count(tx: Tx, announcement_id: int, name: str) -> None:
    found = announcements.reactions(tx, [announcement_id], account_id=0)
    count = next((reaction.count for reaction in found if reaction.name == name), 0)
    _say(tx, topics.AnnouncementReaction(announcement_id=announcement_id, name=name, count=count))


def _say(tx: Tx, message: topics.AnyMessage) -> None:
    tx.publish(topics.ANNOUNCEMENTS, topics.encode(message))

"""Announcements as clients see them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fedisw.model.announcements import Announcement as AnnouncementValue
from fedisw.model.announcements import Reaction as ReactionValue
from fedisw.web.mastodon.entities.site import moment, moment_or_none


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """An emoji and how many chose it."""

    name: str
    count: int
    me: bool


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 5. Names of people, tags and posts in it are plain links."""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool
    mentions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    emojis: tuple[str, ...] = ()
    reactions: list[Reaction]


def announcement_entity(value: AnnouncementValue, *, read: bool, reactions: Sequence[ReactionValue]) -> Announcement:
    """An announcement for one person."""
    return Announcement(
        id=str(value.id),
        content=value.content,
        starts_at=moment_or_none(value.starts_at),
        ends_at=moment_or_none(value.ends_at),
        all_day=value.all_day,
        published_at=moment(value.published_at),
        updated_at=moment(value.updated_at),
        read=read,
        reactions=[Reaction(name=item.name, count=item.count, me=item.me) for item in reactions],
    )

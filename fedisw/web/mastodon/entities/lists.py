"""Lists, marks of what was read, and hashtags, as clients see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.model.lists import UserList
from fedisw.model.notifications import Marker as MarkerValue
from fedisw.model.statuses import Tag as TagValue
from fedisw.storage.queries.tag_marks import FeaturedTag as FeaturedTagValue
from fedisw.storage.queries.tags import DayOfTag
from fedisw.web.mastodon.entities.site import Site, moment

DAYS: Final = 7  # that the history of a tag tells
DAY: Final = 86_400  # seconds


class List(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 3."""

    id: str
    title: str
    replies_policy: str
    exclusive: bool


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """How far a person has read."""

    last_read_id: str
    version: int
    updated_at: str


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Uses of a tag on a day (seconds since 1970 at its midnight); all are texts."""

    day: str
    uses: str
    accounts: str


class DayOfUse(Protocol):
    """How often something was used on a day, and by how many people."""

    @property
    def uses(self) -> int: ...
    @property
    def people(self) -> int: ...


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A hashtag; the last two only for a person."""

    id: str
    name: str
    url: str
    history: list[History]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET


class FeaturedTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag on a profile; the count is a text."""

    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSight:
    """What some tags need besides their names: their history, and what the viewer does with them."""

    signed_in: bool
    history: dict[int, list[DayOfTag]] = field(default_factory=dict)
    followed: frozenset[int] = frozenset()
    featured: frozenset[int] = frozenset()


def list_entity(value: UserList) -> List:
    """A person's list."""
    return List(id=str(value.id), title=value.title, replies_policy=value.replies_policy.value, exclusive=value.exclusive)


def marker_entity(value: MarkerValue) -> Marker:
    """How far a person has read."""
    return Marker(last_read_id=str(value.last_read_id), version=value.version, updated_at=moment(value.updated_at))


def history_of(used: Mapping[int, DayOfUse], *, now: datetime) -> list[History]:
    """The last seven days, today first; days without a use are 0."""
    today = int(now.timestamp()) // DAY
    days = ((day, used.get(day)) for day in range(today, today - DAYS, -1))
    return [
        History(day=str(day * DAY), uses=str(row.uses if row else 0), accounts=str(row.people if row else 0)) for day, row in days
    ]


def tag_entity(tag: TagValue, site: Site, *, seen: TagSight, now: datetime) -> Tag:
    """A hashtag; one that nobody used yet has the id 0 and shows none."""
    used = {row.day: row for row in seen.history.get(tag.id, ())}
    return Tag(
        id=str(tag.id) if tag.id else "",
        name=tag.name,
        url=site.tag_url(tag.name),
        history=history_of(used, now=now),
        following=tag.id in seen.followed if seen.signed_in else UNSET,
        featuring=tag.id in seen.featured if seen.signed_in else UNSET,
    )


def featured_entity(value: FeaturedTagValue, site: Site) -> FeaturedTag:
    """A tag on a profile."""
    return FeaturedTag(
        id=str(value.id),
        name=value.name,
        url=site.tag_url(value.name),
        statuses_count=str(value.statuses_count),
        last_status_at=None if value.last_status_at is None else value.last_status_at.date().isoformat(),
    )

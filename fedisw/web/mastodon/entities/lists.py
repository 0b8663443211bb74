"""Lists, marks of what was read, and hashtags, as clients see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.model.lists import UserList
from fedisw.model.notifications import Marker as MarkerValue
from fedisw.web.mastodon.entities.site import Site, moment

DAYS: Final = 7  # that the history of a tag tells
DAY: Final = timedelta(days=1)


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


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A hashtag; the last two only for a person."""

    id: str
    name: str
    url: str
    history: list[History]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET


def list_entity(value: UserList) -> List:
    """A person's list."""
    return List(id=str(value.id), title=value.title, replies_policy=value.replies_policy.value, exclusive=value.exclusive)


def marker_entity(value: MarkerValue) -> Marker:
    """How far a person has read."""
    return Marker(last_read_id=str(value.last_read_id), version=value.version, updated_at=moment(value.updated_at))


def tag_entity(name: str, site: Site, *, tag_id: int | None, signed_in: bool, now: datetime) -> Tag:
    """A hashtag.

    Args:
        name: the folded name, by which clients find it.
        tag_id: None when nobody used it yet.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - at * DAY for at in range(DAYS)]
    return Tag(
        id="" if tag_id is None else str(tag_id),
        name=name,
        url=site.tag_url(name),
        history=[History(day=str(int(day.timestamp())), uses="0", accounts="0") for day in days],
        following=False if signed_in else UNSET,
        featuring=False if signed_in else UNSET,
    )

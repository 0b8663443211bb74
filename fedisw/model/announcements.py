"""What the people who run the server tell everybody on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """`content` is clean HTML. With `all_day` only the days of start and end count; after the end nobody is shown it."""

    id: int
    content: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    all_day: bool = False
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji under an announcement: how many chose it, and whether the viewer is one of them."""

    announcement_id: int
    name: str
    count: int
    me: bool

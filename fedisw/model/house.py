"""What staff decide about the whole server, and how it grew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ShownTo(StrEnum):
    """Who may read a list about the server (ENU-5); `users` are people who are signed in and approved."""

    NOBODY = "nobody"
    USERS = "users"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The settings; what staff never set has these values.

    `trends` shows what many people here and elsewhere speak of; `trends_reviewed` only what staff let through.
    """

    domain_blocks_shown: ShownTo = ShownTo.NOBODY
    peers_shown: ShownTo = ShownTo.NOBODY
    activity_shown: ShownTo = ShownTo.ALL
    trends: bool = True
    trends_reviewed: bool = False
    terms: tuple[Terms, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of service from a day on; the text is Markdown."""

    effective: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What happened here in a week, named by the days since 1970 of its Monday."""

    week: int
    statuses: int
    logins: int
    registrations: int

"""What accounts do to each other: follow, block, mute, like, save, boost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """`follower` wants to see what `target` posts; counts only once `accepted` (VIS-4)."""

    id: int
    follower_id: int
    target_id: int
    uri: str
    accepted: bool
    shows_reblogs: bool = True
    notifies: bool = False
    languages: tuple[str, ...] = ()
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`account` blocks `target`; hides both ways (VIS-3)."""

    id: int
    account_id: int
    target_id: int
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """`account` does not want to see `target`; nobody is told."""

    id: int
    account_id: int
    target_id: int
    hides_notifications: bool = True
    expires_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourite:
    """An account approves of a post."""

    id: int
    account_id: int
    status_id: int
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """An account saved a post for itself."""

    id: int
    account_id: int
    status_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """An author shows an own post on top of the profile."""

    id: int
    account_id: int
    status_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """Everything between a viewer and one other account, as the client API shows it."""

    id: int
    following: bool = False
    showing_reblogs: bool = False
    notifying: bool = False
    languages: tuple[str, ...] = ()
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: datetime | None = None
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""

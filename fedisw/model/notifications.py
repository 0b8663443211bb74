"""What a person is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NotificationType(StrEnum):
    """Types of the client API that this release makes (mastodon-api.md, section 2.15)."""

    MENTION = "mention"
    STATUS = "status"
    REBLOG = "reblog"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    FAVOURITE = "favourite"
    POLL = "poll"
    UPDATE = "update"
    ADMIN_SIGN_UP = "admin.sign_up"
    ADMIN_REPORT = "admin.report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event for one local account. `id` is a plain sequence below 2^53, not a time-ordered id.

    Unique on (account, type, from, status): a repeat makes no second one (reliability, section 3.1).
    """

    id: int
    account_id: int
    type: NotificationType
    from_id: int
    status_id: int | None = None
    report_id: int | None = None
    group_key: str = ""
    filtered: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """How far a person has read: `timeline` is `home` or `notifications`."""

    account_id: int
    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime

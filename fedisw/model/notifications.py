"""What a person is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NotificationType(StrEnum):
    """Types of the client API (mastodon-api.md, sections 2.15 and 4)."""

    MENTION = "mention"
    STATUS = "status"
    REBLOG = "reblog"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    FAVOURITE = "favourite"
    POLL = "poll"
    UPDATE = "update"
    QUOTE = "quote"
    QUOTED_UPDATE = "quoted_update"
    SEVERED_RELATIONSHIPS = "severed_relationships"
    MODERATION_WARNING = "moderation_warning"
    ANNUAL_REPORT = "annual_report"
    ADDED_TO_COLLECTION = "added_to_collection"
    COLLECTION_UPDATE = "collection_update"
    ADMIN_SIGN_UP = "admin.sign_up"
    ADMIN_REPORT = "admin.report"


ABOUT_POSTS = frozenset(  # gone with their post (VIS-13)
    {
        NotificationType.MENTION,
        NotificationType.STATUS,
        NotificationType.REBLOG,
        NotificationType.FAVOURITE,
        NotificationType.POLL,
        NotificationType.UPDATE,
        NotificationType.QUOTE,
        NotificationType.QUOTED_UPDATE,
    }
)
MESSAGES = frozenset({NotificationType.MENTION, NotificationType.QUOTE})  # what makes a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event for one local account. `id` is a plain sequence below 2^53, not a time-ordered id.

    `about_id` is the severance, warning or collection that it tells of, by type. Unique on (account, type, from,
    status, report, about): a repeat makes no second one (reliability, section 3.1).
    """

    id: int
    account_id: int
    type: NotificationType
    from_id: int
    status_id: int | None = None
    report_id: int | None = None
    about_id: int | None = None
    group_key: str = ""
    filtered: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRequest:
    """Somebody whose messages were kept apart, until the receiver has said what to do with them."""

    id: int
    account_id: int
    from_id: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """How far a person has read: `timeline` is `home` or `notifications`."""

    account_id: int
    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime


class SeveranceType(StrEnum):
    """Why follows ended that nobody of the two had ended."""

    DOMAIN_BLOCK = "domain_block"
    USER_DOMAIN_BLOCK = "user_domain_block"
    ACCOUNT_SUSPENSION = "account_suspension"


@dataclass(frozen=True, slots=True, kw_only=True)
class Severance:
    """Follows of a person that ended at once; `target_name` is a server or a handle."""

    id: int
    account_id: int
    type: SeveranceType
    target_name: str
    followers_count: int
    following_count: int
    purged: bool = False
    created_at: datetime


class WarningAction(StrEnum):
    """What moderators did."""

    NONE = "none"
    DISABLE = "disable"
    MARK_AS_SENSITIVE = "mark_statuses_as_sensitive"
    DELETE_STATUSES = "delete_statuses"
    SENSITIVE = "sensitive"
    SILENCE = "silence"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWarning:
    """What moderators told a person; who of them is not said. `status_ids`: the posts it is about, if any."""

    id: int
    account_id: int
    action: WarningAction
    text: str = ""
    status_ids: tuple[int, ...] = ()
    created_at: datetime

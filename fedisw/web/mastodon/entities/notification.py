"""What people are told, one by one and in groups, as clients see it. Accounts and posts come as JSON (`Raw`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, Raw, UnsetType

from fedisw.model.notifications import AccountWarning as WarningValue
from fedisw.model.notifications import Notification as NotificationValue
from fedisw.model.notifications import Severance
from fedisw.storage.queries.notification_groups import SINGLE, Span
from fedisw.web.mastodon.entities.account import Account
from fedisw.web.mastodon.entities.report import Report
from fedisw.web.mastodon.entities.site import moment


class AccountWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What moderators told a person (mastodon-entities.md, section 4); there are no appeals in this release."""

    id: str
    action: str
    text: str
    status_ids: list[str] | None
    target_account: Account
    appeal: None = None
    created_at: str


class RelationshipSeveranceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Follows that ended at once."""

    id: str
    type: str
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class NotificationFallback(msgspec.Struct, frozen=True, kw_only=True):
    """A line for clients that do not know the type; both are HTML."""

    title: str
    summary: str | None = None
    description: None = None


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What notifications of single types carry."""

    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET


class Notification(Details, frozen=True, kw_only=True):
    """mastodon-entities.md, section 4."""

    id: str
    type: str
    created_at: str
    group_key: str
    filtered: bool | UnsetType = UNSET
    account: Account
    status: Raw | UnsetType = UNSET


class NotificationGroup(Details, frozen=True, kw_only=True):
    """Several of one kind. The id of the newest one is a number, as clients decode it."""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: int
    page_min_id: str | UnsetType = UNSET
    page_max_id: str | UnsetType = UNSET
    latest_page_notification_at: str | UnsetType = UNSET
    sample_account_ids: list[str]
    status_id: str | UnsetType = UNSET


class PartialAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The face of somebody who stands behind others in a group."""

    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str


class GroupedNotificationsResults(msgspec.Struct, frozen=True, kw_only=True):
    """Groups, and everything that they name, once each."""

    accounts: list[Account]
    partial_accounts: list[PartialAccount] | UnsetType = UNSET
    statuses: list[Raw]
    notification_groups: list[NotificationGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as it was read: its newest notification, its size, its newest accounts."""

    span: Span
    latest: NotificationValue
    count: int
    sample: tuple[int, ...]


def notification_entity(value: NotificationValue, *, account: Account, status: Raw | None, details: Details) -> Notification:
    """One event."""
    return Notification(
        id=str(value.id),
        type=value.type.value,
        created_at=moment(value.created_at),
        group_key=value.group_key or f"{SINGLE}{value.id}",
        filtered=True if value.filtered else UNSET,
        account=account,
        status=UNSET if status is None else status,
        **msgspec.structs.asdict(details),
    )


def group_entity(group: Group, *, details: Details, listed: bool = True) -> NotificationGroup:
    """A group; `listed`: as part of a page, which tells how much of the group lies in it."""
    latest = group.latest
    return NotificationGroup(
        group_key=group.span.key,
        notifications_count=group.count,
        type=latest.type.value,
        most_recent_notification_id=group.span.newest,
        page_min_id=str(group.span.oldest) if listed else UNSET,
        page_max_id=str(group.span.newest) if listed else UNSET,
        latest_page_notification_at=moment(latest.created_at) if listed else UNSET,
        sample_account_ids=[str(account_id) for account_id in group.sample],
        status_id=UNSET if latest.status_id is None else str(latest.status_id),
        **msgspec.structs.asdict(details),
    )


def warning_entity(warning: WarningValue, *, target: Account) -> AccountWarning:
    """For the person who was warned."""
    return AccountWarning(
        id=str(warning.id),
        action=warning.action.value,
        text=warning.text,
        status_ids=[str(item) for item in warning.status_ids] or None,
        target_account=target,
        created_at=moment(warning.created_at),
    )


def severance_entity(severance: Severance) -> RelationshipSeveranceEvent:
    """For the person whose follows ended."""
    return RelationshipSeveranceEvent(
        id=str(severance.id),
        type=severance.type.value,
        purged=severance.purged,
        target_name=severance.target_name,
        followers_count=severance.followers_count,
        following_count=severance.following_count,
        created_at=moment(severance.created_at),
    )


def partial_entities(accounts: Sequence[Account]) -> list[PartialAccount]:
    """Faces only."""
    return [
        PartialAccount(
            id=account.id,
            acct=account.acct,
            locked=account.locked,
            bot=account.bot,
            url=account.url,
            avatar=account.avatar,
            avatar_static=account.avatar_static,
            avatar_description=account.avatar_description,
        )
        for account in accounts
    ]

"""What people want to be told by whom, and who waits for their answer, as clients see it."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from fedisw.model.notices import Handling, Policy
from fedisw.model.notifications import NotificationRequest as RequestValue
from fedisw.web.mastodon.entities.account import Account
from fedisw.web.mastodon.entities.site import moment


class PolicySummary(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits behind the policy; requests are counted up to 100."""

    pending_requests_count: int = 0
    pending_notifications_count: int = 0


class NotificationPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to notifications of people who are not known: `accept`, `filter` or `drop`."""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    for_bots: str
    summary: PolicySummary


class OldNotificationPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The same for early clients of 4.3: whether anything is kept apart."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    filter_bots: bool
    summary: PolicySummary


class NotificationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose messages were kept apart. The count is a text."""

    id: str
    created_at: str
    updated_at: str
    account: Account
    notifications_count: str
    last_status: Raw | None


def policy_entity(policy: Policy, summary: PolicySummary) -> NotificationPolicy:
    """The policy of a person."""
    return NotificationPolicy(
        for_not_following=policy.for_not_following.value,
        for_not_followers=policy.for_not_followers.value,
        for_new_accounts=policy.for_new_accounts.value,
        for_private_mentions=policy.for_private_mentions.value,
        for_limited_accounts=policy.for_limited_accounts.value,
        for_bots=policy.for_bots.value,
        summary=summary,
    )


def old_policy_entity(policy: Policy, summary: PolicySummary) -> OldNotificationPolicy:
    """The policy of a person in the old form."""
    return OldNotificationPolicy(
        filter_not_following=policy.for_not_following is not Handling.ACCEPT,
        filter_not_followers=policy.for_not_followers is not Handling.ACCEPT,
        filter_new_accounts=policy.for_new_accounts is not Handling.ACCEPT,
        filter_private_mentions=policy.for_private_mentions is not Handling.ACCEPT,
        filter_bots=policy.for_bots is not Handling.ACCEPT,
        summary=summary,
    )


def request_entity(value: RequestValue, *, account: Account, count: int, last: Raw | None) -> NotificationRequest:
    """A request; `last` is the newest post that was kept apart, null when it may not be shown."""
    return NotificationRequest(
        id=str(value.id),
        created_at=moment(value.created_at),
        updated_at=moment(value.updated_at),
        account=account,
        notifications_count=str(count),
        last_status=last,
    )

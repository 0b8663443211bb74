"""Which notifications a person wants: the policy for people they do not know (mastodon-api.md, section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fedisw.model.notifications import NotificationType

NEW_FOR = timedelta(days=30)  # an account is new
FOLLOWER_AFTER = timedelta(days=3)  # a follower counts as one
FILTERABLE = frozenset(
    {
        NotificationType.MENTION,
        NotificationType.REBLOG,
        NotificationType.FAVOURITE,
        NotificationType.FOLLOW,
        NotificationType.FOLLOW_REQUEST,
        NotificationType.QUOTE,
        NotificationType.ADDED_TO_COLLECTION,
    }
)


class Handling(StrEnum):
    """What becomes of a notification: told, kept apart, or not made at all."""

    ACCEPT = "accept"
    FILTER = "filter"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a person wants to happen with notifications of six kinds of senders.

    People who wait for a look of moderators (limited) are kept apart unless the person says otherwise; all others
    come through.
    """

    for_not_following: Handling = Handling.ACCEPT
    for_not_followers: Handling = Handling.ACCEPT
    for_new_accounts: Handling = Handling.ACCEPT
    for_private_mentions: Handling = Handling.ACCEPT
    for_limited_accounts: Handling = Handling.FILTER
    for_bots: Handling = Handling.ACCEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What the policy asks of the one who caused it. `trusted`: local staff, or an account of this server itself."""

    created_at: datetime
    limited: bool = False
    bot: bool = False
    trusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """What lies between receiver and sender.

    Attributes:
        following: the receiver follows the sender.
        follower_since: the sender follows the receiver, since then.
        permitted: the receiver accepted a request of the sender, for ever.
        invited: the receiver wrote to the sender in the same thread before, in private.
    """

    following: bool = False
    follower_since: datetime | None = None
    permitted: bool = False
    invited: bool = False


def handling(policy: Policy, kind: NotificationType, *, sender: Sender, bond: Bond, private: bool, now: datetime) -> Handling:
    """What becomes of a notification, blocks and mutes aside: the strictest rule that applies.

    Args:
        private: it is about a post for named people only.
    """
    if kind not in FILTERABLE or bond.permitted or (sender.trusted and kind is NotificationType.MENTION):
        return Handling.ACCEPT
    stranger = not bond.following
    fresh = bond.follower_since is None or now - bond.follower_since < FOLLOWER_AFTER
    rules = (
        (policy.for_not_following, stranger),
        (policy.for_not_followers, fresh),
        (policy.for_new_accounts, stranger and now - sender.created_at < NEW_FOR),
        (policy.for_private_mentions, private and stranger and not bond.invited),
        (policy.for_limited_accounts, stranger and sender.limited),
        (policy.for_bots, stranger and sender.bot),
    )
    said = {wanted for wanted, applies in rules if applies}
    return next((wanted for wanted in (Handling.DROP, Handling.FILTER) if wanted in said), Handling.ACCEPT)

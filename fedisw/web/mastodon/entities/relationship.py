"""What lies between a person and another account, as clients see it."""

from __future__ import annotations

import msgspec

from fedisw.model.relations import Relationship as RelationshipValue
from fedisw.web.mastodon.entities.site import second


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 1."""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


def relationship_entity(value: RelationshipValue) -> Relationship:
    """What lies between the person who asks and one account."""
    return Relationship(
        id=str(value.id),
        following=value.following,
        showing_reblogs=value.showing_reblogs,
        notifying=value.notifying,
        languages=list(value.languages) or None,
        followed_by=value.followed_by,
        blocking=value.blocking,
        blocked_by=value.blocked_by,
        muting=value.muting,
        muting_notifications=value.muting_notifications,
        muting_expires_at=None if value.muting_expires_at is None else second(value.muting_expires_at),
        requested=value.requested,
        requested_by=value.requested_by,
        domain_blocking=value.domain_blocking,
        endorsed=value.endorsed,
        note=value.note,
    )

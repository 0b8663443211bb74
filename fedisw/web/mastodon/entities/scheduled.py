"""Posts that wait for their time, as their authors see them (mastodon-entities.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fedisw.model.media import Media
from fedisw.model.scheduled import PlannedPoll
from fedisw.model.scheduled import ScheduledStatus as Value
from fedisw.web.mastodon.entities.media import MediaAttachment, media_entity
from fedisw.web.mastodon.entities.site import Site, moment


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """The poll that it will have."""

    options: tuple[str, ...]
    expires_in: int
    multiple: bool
    hide_totals: bool


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """What will be posted, in the words of the method that posts."""

    text: str
    poll: Poll | None
    media_ids: list[str] | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    in_reply_to_id: int | None
    language: str | None
    application_id: int | None
    scheduled_at: None = None
    idempotency: None = None
    with_rate_limit: bool = False
    quoted_status_id: str | None = None
    quote_approval_policy: str | None = None
    allowed_mentions: None = None


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """What only this software knows: why the post was held at its time."""

    problem: str | None
    local_only: bool


class ScheduledStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A post that waits."""

    id: str
    scheduled_at: str
    params: Params
    media_attachments: list[MediaAttachment]
    fedisw: Ours


def scheduled_entity(post: Value, files: Iterable[Media], site: Site) -> ScheduledStatus:
    """A waiting post; `files` are those of its files that exist still."""
    plan, present = post.plan, {item.id: item for item in files}
    return ScheduledStatus(
        id=str(post.id),
        scheduled_at=moment(post.scheduled_at),
        params=Params(
            text=plan.text,
            poll=None if plan.poll is None else _poll(plan.poll),
            media_ids=[str(item) for item in plan.media_ids] or None,
            sensitive=plan.sensitive,
            spoiler_text=plan.spoiler_text,
            visibility=plan.visibility.value,
            in_reply_to_id=plan.in_reply_to_id,
            language=plan.language or None,
            application_id=plan.app_id,
            quoted_status_id=None if plan.quoted_id is None else str(plan.quoted_id),
            quote_approval_policy=None if plan.quote_policy is None else plan.quote_policy or "nobody",
        ),
        media_attachments=[media_entity(present[item], site) for item in plan.media_ids if item in present],
        fedisw=Ours(problem=post.problem or None, local_only=plan.local_only),
    )


def _poll(poll: PlannedPoll) -> Poll:
    return Poll(options=poll.options, expires_in=poll.expires_in, multiple=poll.multiple, hide_totals=poll.hide_totals)

"""Posts that wait for their time: kept, moved, given up, and posted when it has come (mastodon-api.md, section 2.13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from fedisw.jobs.work import PublishScheduled
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, Gone, Invalid
from fedisw.model.paging import Page
from fedisw.model.scheduled import Plan, ScheduledStatus
from fedisw.model.statuses import Draft, PollDraft, Status, Visibility
from fedisw.model.visibility import narrower
from fedisw.services import media as files
from fedisw.services import posting, quoting
from fedisw.services.posting import NewId
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, idempotency, media, scheduled
from fedisw.text import hashtags

SOONEST: Final = timedelta(minutes=5)
MOST, MOST_A_DAY = 300, 25
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)


def schedule(
    tx: Tx,
    *,
    author: Account,
    plan: Plan,
    chosen: bool,
    at: datetime,
    scheduled_id: int,
    now: datetime,
    idempotency_key: tuple[str, bytes] | None = None,
) -> ScheduledStatus:
    """Keep a post until `at`; everything that would be refused then and can be known now is refused now.

    Args:
        chosen: whether the author chose the visibility; else a reply is not wider than what it answers.
        idempotency_key: as in `posting.create_status`.

    Raises:
        Invalid: too soon, too many, nothing in it, or a file is not the author's own free one.
        NotFound: the post to answer does not exist, or not for the author.
        Gone: the same request came before, and its post was given up since.
    """
    if idempotency_key is not None:
        earlier = _earlier(tx, author.id, idempotency_key, scheduled_id, now)
        if earlier is not None:
            return earlier
    if not plan.text and not plan.media_ids and plan.poll is None and plan.quoted_id is None:
        raise Invalid("text", "can't be blank", code="ERR_BLANK")
    _check_time(tx, author.id, at, now=now)
    if scheduled.count(tx, author.id) >= MOST:
        raise Invalid("base", f"You have exceeded the limit of {MOST} scheduled posts")
    parent = posting.readable_parent(tx, plan.in_reply_to_id, author.id)
    if parent is not None and not chosen:
        plan = replace(plan, visibility=narrower(plan.visibility, parent.visibility))
    files.check(tx, plan.media_ids, account_id=author.id)
    _check_quote(tx, author, plan)
    post = ScheduledStatus(id=scheduled_id, account_id=author.id, scheduled_at=at, plan=plan, created_at=now)
    scheduled.add(tx, post)
    scheduled.keep_files(tx, post.id, plan.media_ids)
    _wait(tx, post.id, at)
    return post


def _check_quote(tx: Tx, author: Account, plan: Plan) -> None:
    """Refuse now what could not be quoted now; whom a direct post names is asked when it comes out."""
    if plan.quoted_id is not None:
        visibility = Visibility.PRIVATE if plan.visibility is Visibility.DIRECT else plan.visibility
        poll = None if plan.poll is None else PollDraft(options=plan.poll.options, expires_at=None)
        draft = Draft(html="", visibility=visibility, media_ids=plan.media_ids, poll=poll, quoted_id=plan.quoted_id)
        quoting.quotable(tx, draft, author=author)


def _earlier(tx: Tx, account_id: int, key: tuple[str, bytes], scheduled_id: int, now: datetime) -> ScheduledStatus | None:
    answer = idempotency.claim(tx, account_id=account_id, key=key[0], body_hash=key[1], status_id=scheduled_id, now=now)
    if answer is None:
        return None
    if answer.body_hash != key[1]:
        raise Invalid("Idempotency-Key", "was used for another post")
    earlier = scheduled.find(tx, answer.status_id)
    if earlier is None:
        raise Gone("the post does not wait any more")
    return earlier


def _check_time(tx: Tx, account_id: int, at: datetime, *, now: datetime, moved_from: datetime | None = None) -> None:
    if at <= now + SOONEST:
        raise Invalid("scheduled_at", "date must be in the future")
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if moved_from is not None and day <= moved_from < day + DAY:
        return
    if scheduled.count_between(tx, account_id, since=day, until=day + DAY) >= MOST_A_DAY:
        raise Invalid("base", f"You have exceeded the limit of {MOST_A_DAY} scheduled posts for today")


def _wait(tx: Tx, scheduled_id: int, at: datetime) -> None:
    millis = (at - EPOCH) // timedelta(milliseconds=1)
    tx.enqueue(PublishScheduled(scheduled_id=scheduled_id, at=millis), run_at=EPOCH + timedelta(milliseconds=millis))


def page(tx: Tx, *, account_id: int, wanted: Page) -> list[ScheduledStatus]:
    """A person's waiting posts, newest first."""
    return scheduled.page(tx, account_id, wanted)


def move(tx: Tx, *, account_id: int, scheduled_id: int, at: datetime, now: datetime) -> ScheduledStatus:
    """Give an own waiting post another time; one that was held gets another try.

    Raises:
        NotFound: not the person's.
        Invalid: too soon, or too many on that day.
    """
    post = scheduled.own(tx, scheduled_id, account_id=account_id)
    _check_time(tx, account_id, at, now=now, moved_from=post.scheduled_at)
    scheduled.move(tx, post.id, at=at)
    _wait(tx, post.id, at)
    return replace(post, scheduled_at=at, problem="")


def cancel(tx: Tx, *, account_id: int, scheduled_id: int, now: datetime) -> None:
    """Give an own waiting post up; its files can be used for another day. NotFound when it is not the person's."""
    post = scheduled.own(tx, scheduled_id, account_id=account_id)
    media.renew(tx, [item.id for item in scheduled.files_of(tx, post.id)], at=now)
    scheduled.remove(tx, post.id)


def publish(
    tx: Tx,
    *,
    scheduled_id: int,
    html: str,
    mentioned: tuple[int, ...],
    status_id: int,
    uri: str,
    url: str,
    now: datetime,
    new_id: NewId,
) -> Status | None:
    """Post what waited: taken from the waiting ones and posted in one transaction, so that it comes out once (P-4).

    Args:
        html: its text, with the names of those whom we know now.

    Returns:
        The post; None when it does not wait any more, not yet, or is held.

    Raises:
        Forbidden: its author may not post now.
        FediswError: as `posting.create_status`.
    """
    post = scheduled.find(tx, scheduled_id)
    if post is None or post.problem or post.scheduled_at > now or not scheduled.remove(tx, post.id):
        return None
    author = accounts.get(tx, post.account_id)
    if not author.usable:
        raise Forbidden("the account may not post")
    draft = _draft(post.plan, html=html, mentioned=mentioned, now=now)
    status = posting.create_status(tx, author=author, draft=draft, status_id=status_id, uri=uri, url=url, now=now, new_id=new_id)
    idempotency.follow(tx, account_id=author.id, scheduled_id=post.id, status_id=status.id)
    return status


def _draft(plan: Plan, *, html: str, mentioned: tuple[int, ...], now: datetime) -> Draft:
    return Draft(
        html=html,
        text=plan.text,
        visibility=plan.visibility,
        local_only=plan.local_only,
        spoiler_text=plan.spoiler_text,
        sensitive=plan.sensitive,
        language=plan.language,
        mentioned=mentioned,
        tags=tuple(tag.shown for tag in hashtags.find(plan.text)),
        media_ids=plan.media_ids,
        in_reply_to_id=plan.in_reply_to_id,
        poll=None
        if plan.poll is None
        else PollDraft(
            options=plan.poll.options,
            expires_at=now + timedelta(seconds=plan.poll.expires_in),
            multiple=plan.poll.multiple,
            hide_totals=plan.poll.hide_totals,
        ),
        app_id=plan.app_id,
        quoted_id=plan.quoted_id,
        quote_policy=plan.quote_policy,
        interaction_policy=plan.interaction_policy,
    )

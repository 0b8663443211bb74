"""Put a new post into home timelines, in chunks, and tell the streams."""

from __future__ import annotations

from datetime import datetime

from fedisw.jobs.running import JobRun
from fedisw.jobs.work import FanOut, FanOutTags
from fedisw.live import topics
from fedisw.model.accounts import Account
from fedisw.model.notifications import NotificationType
from fedisw.model.statuses import Status, Visibility
from fedisw.services import notifications, streams
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, feeds, follows, statuses, tag_marks

CHUNK = 500  # followers a unit


async def fan_out(db: Database, job: FanOut, *, now: datetime, run: JobRun | None = None) -> None:
    """Deliver a post to the local followers of its author; safe to run twice. With `run` it ends in the same transaction."""
    if run is None:
        await db.write(chunk, status_id=job.status_id, after=job.after, now=now)
    else:
        await run.finish_with(db, chunk, status_id=job.status_id, after=job.after, now=now)


def chunk(tx: Tx, *, status_id: int, after: int, now: datetime) -> None:
    """One chunk of followers; the next one is a job of its own, added in the same transaction."""
    status = statuses.find(tx, status_id)
    if status is None:
        return
    author = accounts.get(tx, status.account_id)
    if after == 0:
        _first(tx, status, author)
    if status.visibility is Visibility.DIRECT:
        return
    followers = follows.local_follower_ids(tx, author.id, after=after, limit=CHUNK)
    reached = feeds.add_to_feeds(
        tx,
        status_id=status.id,
        author_id=author.id,
        follower_ids=_who_read(tx, status, followers),
        reply_to=_answered(status),
        reblog_of=status.reblog_of_id,
    )
    _tell_streams(tx, status, reached)
    _notify_subscribers(tx, status, followers, now=now)
    if len(followers) == CHUNK:
        tx.enqueue(FanOut(status_id=status.id, after=followers[-1]))


async def fan_out_tags(db: Database, job: FanOutTags) -> None:
    """Deliver a post to people here who follow a tag of it; safe to run twice."""
    await db.write(tags_chunk, status_id=job.status_id, after=job.after)


def tags_chunk(tx: Tx, *, status_id: int, after: int) -> None:
    """One chunk of them; whether they may and want to read it is asked when they look."""
    status = statuses.find(tx, status_id)
    if status is None:
        return
    people = tag_marks.followers(tx, status_id, after=after, limit=CHUNK)
    others = [account_id for account_id in people if account_id != status.account_id]
    reached = feeds.add_everybody(tx, status_id=status_id, account_ids=others)
    message = topics.encode(topics.Posted(status_id=status_id))
    for account_id in reached:
        tx.publish(topics.home(account_id), message)
    feeds.trim(tx, reached, status_id=status_id)
    if len(people) == CHUNK:
        tx.enqueue(FanOutTags(status_id=status_id, after=people[-1]))


def _who_read(tx: Tx, status: Status, followers: list[int]) -> list[int]:
    """Those of some followers who read posts of this author in this language."""
    if not status.language:
        return followers
    chosen = follows.languages_of(tx, status.account_id, followers)
    return [one for one in followers if one not in chosen or status.language in chosen[one]]


def _answered(status: Status) -> int | None:
    """Whom a post answers; None when it answers nobody."""
    if not status.in_reply_to_uri:
        return None
    return status.in_reply_to_account_id or feeds.NOBODY_KNOWN


def _first(tx: Tx, status: Status, author: Account) -> None:
    if author.limited_at is None and status.visibility is Visibility.PUBLIC and status.reblog_of_id is None:
        _offer_to_tags(tx, status)
    if author.local:
        feeds.add_own(tx, account_id=status.account_id, status_id=status.id)
        _tell_streams(tx, status, [status.account_id])
    streams.tell_posted(tx, status)


def _offer_to_tags(tx: Tx, status: Status) -> None:
    if tag_marks.followers(tx, status.id, after=0, limit=1):
        tx.enqueue(FanOutTags(status_id=status.id))


def _tell_streams(tx: Tx, status: Status, owners: list[int]) -> None:
    message = topics.encode(topics.Posted(status_id=status.id))
    for owner in owners:
        tx.publish(topics.home(owner), message)
    feeds.trim(tx, owners, status_id=status.id)
    for list_id, _ in feeds.lists_with(tx, status.account_id, owners):
        tx.publish(topics.list_of(list_id), message)


def _notify_subscribers(tx: Tx, status: Status, followers: list[int], *, now: datetime) -> None:
    """Those who asked to be told of each post of the author; replies to others do not count."""
    if status.in_reply_to_uri and status.in_reply_to_account_id != status.account_id:
        return
    for account_id in follows.subscribers_of(tx, status.account_id, followers):
        notifications.notify(
            tx, account_id=account_id, kind=NotificationType.STATUS, from_id=status.account_id, status=status, now=now
        )

"""Asking other servers for the rest of a thread that somebody looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fedisw.jobs.fetching import FetchThread
from fedisw.model.peers import Crawl
from fedisw.storage.db import Tx
from fedisw.storage.queries import crawls

RUNNING, OVER = timedelta(hours=24), timedelta(hours=1)  # how long people may ask for it (mastodon-api.md)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What may be missing of the thread of a post: whether it is to be looked for now, and how far the last walk is."""

    status_id: int
    is_due: bool
    known: Crawl | None


def name_of(status_id: int) -> str:
    """What the walk below this post is called."""
    return f"thread:{status_id}"


def rest_of(tx: Tx, status_id: int, *, now: datetime) -> Rest:
    """It is due for an open post of another server, when nobody looked for it in the last 15 minutes.

    Answers to posts of ours are sent to us; threads that are not for everybody came to us whole, or are not for us.
    """
    may_grow, known = crawls.of_status(tx, status_id, name_of(status_id))
    return Rest(status_id=status_id, is_due=may_grow and crawls.is_due(known, now=now), known=known)


def look(tx: Tx, status_id: int, *, now: datetime) -> bool:
    """Have the thread of a post fetched; False when that was done a moment ago."""
    if not crawls.begin(tx, name_of(status_id), now=now):
        return False
    tx.enqueue(FetchThread(status_id=status_id))
    return True


def progress(tx: Tx, status_id: int, *, now: datetime) -> Crawl | None:
    """How far the last walk is; None when there was none, or it is long over."""
    known = crawls.find(tx, name_of(status_id))
    if known is None:
        return None
    kept_until = known.asked_at + RUNNING if known.ended_at is None else known.ended_at + OVER
    return known if now < kept_until else None

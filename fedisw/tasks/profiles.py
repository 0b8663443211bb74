"""Profiles that are looked at again from time to time: whether links still name them back, and what their servers show now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedisw.jobs.work import CheckLinks, RefreshAccount
from fedisw.model.urls import authority_of
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts

CHUNK: Final = 100  # accounts a unit
LINKS_AFTER: Final = timedelta(days=30)  # federation, section 2.4
STALE_AFTER: Final = timedelta(days=7)  # federation, appendix B


async def look_again(db: Database, *, now: datetime) -> None:
    """Add the jobs. Twice: a job that waits is not added again."""
    last: int | None = 0
    while last is not None:
        last = await db.write(_check_links, before=now - LINKS_AFTER, after=last)
    last = 0
    while last is not None:
        last = await db.write(_refresh, before=now - STALE_AFTER, after=last)


def _check_links(tx: Tx, *, before: datetime, after: int) -> int | None:
    """Some whose links are due; the id that the next ones begin after, None at the end."""
    found = accounts.with_links_due(tx, before=before, after=after, limit=CHUNK)
    tx.enqueue(*(CheckLinks(account_id=account_id) for account_id in found))
    return found[-1] if len(found) == CHUNK else None


def _refresh(tx: Tx, *, before: datetime, after: int) -> int | None:
    """The same for people of other servers whom somebody here follows, and whose profile is old."""
    found = accounts.followed_and_old(tx, before=before, after=after, limit=CHUNK)
    tx.enqueue(*(RefreshAccount(account_id=one.id, at_host=authority_of(one.uri)) for one in found))
    return found[-1].id if len(found) == CHUNK else None

"""Walks through lists of other servers: each at most once in a while (security, section 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.peers import Crawl
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.peers import crawls
from fedisw.storage.tables.statuses import statuses

C = crawls.c
EVERY = timedelta(minutes=15)

BY_NAME = Query(Crawl, select(crawls).where(C.name == bindparam("wanted")))
ADD = Command(insert(crawls).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
AGAIN = Command(
    update(crawls)
    .where(C.name == bindparam("wanted"), C.asked_at <= bindparam("before"))
    .values(asked_at=bindparam("now"), ended_at=None, found=0)
)
END = Command(update(crawls).where(C.name == bindparam("wanted")).values(ended_at=bindparam("now"), found=bindparam("count")))
PRUNE = Command(delete(crawls).where(C.asked_at < bindparam("before")))


OF_STATUS = Query(
    tuple[bool, Crawl | None],
    select(
        (statuses.c.host.is_not(None) & statuses.c.visibility.in_((Visibility.PUBLIC, Visibility.UNLISTED))).label("may_grow"), *C
    )
    .select_from(statuses.outerjoin(crawls, C.name == bindparam("wanted")))
    .where(statuses.c.id == bindparam("status_id")),
)


def find(tx: Tx, name: str) -> Crawl | None:
    """The last walk of this name."""
    return tx.one(BY_NAME, wanted=name)


def of_status(tx: Tx, status_id: int, name: str) -> tuple[bool, Crawl | None]:
    """Whether a post is an open one of another server, and the last walk of this name; in one statement."""
    return tx.one(OF_STATUS, status_id=status_id, wanted=name) or (False, None)


def is_due(known: Crawl | None, *, now: datetime) -> bool:
    """Whether the last walk was long enough ago."""
    return known is None or known.asked_at <= now - EVERY


def begin(tx: Tx, name: str, *, now: datetime) -> bool:
    """One walk more; False when the last one was less than 15 minutes ago."""
    if tx.exec(ADD, Crawl(name=name, asked_at=now)) == 1:
        return True
    return tx.exec(AGAIN, wanted=name, before=now - EVERY, now=now) == 1


def end(tx: Tx, name: str, *, found: int, now: datetime) -> None:
    """It is over."""
    tx.exec(END, wanted=name, count=found, now=now)


def prune(tx: Tx, *, before: datetime) -> int:
    """Forget walks that began before."""
    return tx.exec(PRUNE, before=before)

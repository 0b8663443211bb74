"""Activities as they arrived, until they are worked on (reliability, section 3.4)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.jobs import JobState
from fedisw.model.peers import Inbound, InboundState
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.jobs import jobs
from fedisw.storage.tables.peers import inbound

C = inbound.c


class Backlog(msgspec.Struct):
    """How many activities are due to be worked on, and when the oldest of them was put there."""

    count: int
    oldest: datetime | None


BY_ID = Query(Inbound, select(inbound).where(C.id == bindparam("id")))
STORE_ONCE = Command(insert(inbound).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
END = Command(
    update(inbound)
    .where(C.id == bindparam("key"), C.state == InboundState.WAITING)
    .values(state=bindparam("state"), reason=bindparam("reason"), raw=bindparam("raw"))
)
BACKLOG = Query(
    Backlog,
    select(func.count().label("count"), func.min(jobs.c.created_at, type_=jobs.c.created_at.type).label("oldest")).where(
        jobs.c.queue == bindparam("queue"), jobs.c.state == JobState.READY
    ),
)
PRUNE = Command(
    delete(inbound).where(
        C.received_at < bindparam("before"),
        or_(C.state != InboundState.WAITING, C.received_at < bindparam("dead_before")),
    )
)

REASON = 500  # characters kept


def find(tx: Tx, inbound_id: int) -> Inbound | None:
    """The row with this id of ours."""
    return tx.one(BY_ID, id=inbound_id)


def store_once(tx: Tx, row: Inbound) -> bool:
    """Keep an activity; False when the same signer sent one with this id before (ING-10)."""
    return tx.exec(STORE_ONCE, row) == 1


def end(tx: Tx, row: Inbound, state: InboundState, *, reason: str = "") -> bool:
    """Say how it ended; False when that was said before. What took effect is not kept in its raw form."""
    kept = b"" if state is InboundState.DONE else row.raw
    return tx.exec(END, key=row.id, state=state, reason=reason[:REASON], raw=kept) == 1


def backlog(tx: Tx, *, queue: str) -> Backlog:
    """What waits in the lane of arrived activities, retries that are not due aside; scans them, so ask seldom."""
    return tx.one(BACKLOG, queue=queue) or Backlog(count=0, oldest=None)


def prune(tx: Tx, *, before: datetime, dead_before: datetime) -> int:
    """Forget what ended and arrived before; 7 days are kept for diagnosis.

    Args:
        dead_before: what arrived before this never ended: its job is a dead letter that nobody can revive any more.
    """
    return tx.exec(PRUNE, before=before, dead_before=dead_before)

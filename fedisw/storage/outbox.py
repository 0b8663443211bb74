"""The jobs of a unit become rows at its end, in its transaction (reliability, section 3.1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from fedisw.model.jobs import JobState
from fedisw.storage.db import Enqueued, Tx
from fedisw.storage.dialect import lock
from fedisw.storage.statements import Command, Query, TextIn
from fedisw.storage.tables.jobs import LIVE, jobs

_insert = postgresql.insert(jobs)
# a job that is asked for again while it runs has read an older state: it runs once more
INSERT = Command(
    _insert.on_conflict_do_update(
        index_elements=[jobs.c.key],
        index_where=jobs.c.state.in_(LIVE),
        set_={"again": True},
        where=jobs.c.state == JobState.RUNNING,
    )
)
ORDER_KEYS_IN_USE = Query(
    str,
    select(jobs.c.order_key).distinct().where(TextIn(jobs.c.order_key, "order_keys"), jobs.c.state.in_(LIVE)),
)


def flush(tx: Tx) -> None:
    """Write the jobs that the unit has added."""
    now = tx.now()
    order_keys = {job.order_key for job, _ in tx.jobs if job.order_key is not None}
    taken: set[str] = set()
    if order_keys:
        lock(tx, *order_keys)
        taken.update(tx.all(ORDER_KEYS_IN_USE, order_keys=order_keys))
    rows = []
    for job, run_at in tx.jobs:
        behind = job.order_key in taken
        if job.order_key is not None:
            taken.add(job.order_key)
        rows.append(_row(job, run_at=max(run_at or now, now), now=now, behind=behind))
    if len(rows) == 1:
        tx.exec(INSERT, None, **rows[0])
    else:
        tx.many(INSERT, rows)


def _row(job: Enqueued, *, run_at: datetime, now: datetime, behind: bool) -> dict[str, object]:
    return {
        "kind": job.kind,
        "key": job.key,
        "queue": job.queue,
        "priority": job.priority,
        "host": job.host or "",
        "order_key": job.order_key,
        "behind": behind,
        "again": False,
        "state": JobState.WAITING if behind or run_at > now else JobState.READY,
        "payload": job.encode(),
        "run_at": run_at,
        "expires_at": run_at + job.max_age,  # a job of next month is not too old next week
        "attempts": 0,
        "faults": 0,
        "losses": 0,
        "fence": 0,
        "created_at": now,
    }

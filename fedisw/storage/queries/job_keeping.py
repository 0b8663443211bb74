"""Keeping the job table in order: leases that ran out, dead letters, counts, removal (reliability, section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text, bindparam, case, delete, func, or_, select, update

from fedisw.model.errors import Conflict, NotFound
from fedisw.model.jobs import Cause, JobState
from fedisw.storage.db import Tx
from fedisw.storage.dialect import lock
from fedisw.storage.queries.jobs import leave_order
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.base import Millis
from fedisw.storage.tables.jobs import LIVE, jobs

C = jobs.c
MAX_LOSSES = 5  # leases that ran out, then the job is poison
SWEPT = 100  # rows a statement
REMOVED = 500
KEEP_DONE, KEEP_DEAD = timedelta(hours=24), timedelta(days=30)
CRASHED = "lost with its worker"

_now = bindparam("now", type_=Millis())


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as admins see it."""

    id: int
    kind: str
    queue: str
    host: str
    key: str | None
    order_key: str | None
    state: JobState
    cause: Cause | None
    attempts: int
    last_error: str | None
    payload: bytes
    run_at: datetime
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many jobs of a queue stand in a state, and when the oldest was added."""

    queue: str
    state: JobState
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    id: int
    order_key: str | None
    losses: int


_ROW = (
    C.id,
    C.kind,
    C.queue,
    C.host,
    C.key,
    C.order_key,
    C.state,
    C.cause,
    C.attempts,
    C.last_error,
    C.payload,
    C.run_at,
    C.created_at,
    C.finished_at,
)
_host, _kind = bindparam("host", type_=Text()), bindparam("kind", type_=Text())
_wanted = (
    C.state == JobState.DEAD,
    or_(_host.is_(None), C.host == _host),
    or_(_kind.is_(None), C.kind == _kind),
)
_owner = bindparam("owner", type_=Text())

BY_ID = Query(JobRow, select(*_ROW).where(C.id == bindparam("id")))
DEAD = Query(
    JobRow,
    select(*_ROW).where(*_wanted, C.id < bindparam("below")).order_by(C.id.desc()).limit(bindparam("limit")),
)
DEAD_IDS = Query(int, select(C.id).where(*_wanted, C.id > bindparam("above")).order_by(C.id).limit(bindparam("limit")))
LIVE_IN_ORDER = Query(JobRow, select(*_ROW).where(C.order_key == bindparam("order_key"), C.state.in_(LIVE)).order_by(C.id))
LIVE_OF_HOST = Query(
    int, select(C.id).where(C.host == bindparam("host"), C.state.in_(LIVE)).order_by(C.id).limit(bindparam("limit"))
)
DEPTHS = Query(
    Depth,
    select(C.queue, C.state, func.count().label("count"), func.min(C.created_at).label("oldest"))
    .where(or_(C.state.in_(LIVE), C.state == JobState.DEAD))
    .group_by(C.queue, C.state),
)
_lost = select(C.id, C.order_key, C.losses).where(C.state == JobState.RUNNING).limit(SWEPT).with_for_update(skip_locked=True)
EXPIRED = Query(_Lost, _lost.where(C.lease_until < _now))
OWNED = Query(_Lost, _lost.where(func.substr(C.lease_owner, 1, func.length(_owner)) == _owner))
LOSE = Command(
    update(jobs)
    .where(C.id == bindparam("id"), C.state == JobState.RUNNING)
    .values(
        state=bindparam("state"),
        cause=bindparam("cause"),
        finished_at=bindparam("finished_at"),
        losses=C.losses + 1,
        attempts=C.attempts + 1,
        last_error=CRASHED,
        lease_until=None,
        lease_owner=None,
    )
)
CANCEL = Command(
    update(jobs)
    .where(C.id == bindparam("id"), C.state.in_((*LIVE, JobState.DEAD)))
    .values(state=JobState.CANCELLED, finished_at=_now, lease_until=None, lease_owner=None)
)
KEY_IN_USE = Query(int, select(C.id).where(C.key == bindparam("key"), C.state.in_(LIVE)))
REVIVE = Command(
    update(jobs)
    .where(C.id == bindparam("id"), C.state == JobState.DEAD)
    .values(
        state=case((C.order_key.is_(None), JobState.READY), else_=JobState.WAITING),
        behind=C.order_key.is_not(None),
        cause=None,
        attempts=0,
        faults=0,
        losses=0,
        run_at=_now,
        expires_at=bindparam("expires_at"),
        finished_at=None,
    )
)
STUCK = Query(
    str,
    select(C.order_key)
    .where(C.state.in_(LIVE), C.order_key.is_not(None))
    .group_by(C.order_key)
    .having(func.sum(case((C.behind, 0), else_=1)) == 0)
    .limit(SWEPT),
)
_old = or_(
    C.state.in_((JobState.DONE, JobState.CANCELLED)) & (C.finished_at < bindparam("done_before", type_=Millis())),
    (C.state == JobState.DEAD) & (C.finished_at < bindparam("dead_before", type_=Millis())),
)
REMOVE = Command(
    delete(jobs).where(
        C.id.in_(select(C.id).where(_old, C.finished_at.is_not(None)).order_by(C.finished_at).limit(REMOVED).scalar_subquery())
    )
)


def sweep(tx: Tx, *, now: datetime) -> int:
    """Give back jobs whose lease ran out; after five losses a job is dead. Gives their number, at most 100."""
    return _lose(tx, tx.all(EXPIRED, now=now), now)


def give_back_owned(tx: Tx, *, owner: str, now: datetime) -> int:
    """At start: what an earlier process of the same name had claimed is lost; `owner` is the beginning of its name."""
    return _lose(tx, tx.all(OWNED, owner=owner), now)


def _lose(tx: Tx, lost: list[_Lost], now: datetime) -> int:
    for job in lost:
        dead = job.losses + 1 >= MAX_LOSSES
        tx.exec(
            LOSE,
            None,
            id=job.id,
            state=JobState.DEAD if dead else JobState.READY,
            cause=Cause.CRASH if dead else None,
            finished_at=now if dead else None,
        )
        if dead:
            leave_order(tx, job.order_key, now=now)
    return len(lost)


def free_stuck(tx: Tx, *, now: datetime) -> int:
    """A net under the order keys: where all live jobs stand behind something, the first one is let go."""
    stuck = tx.all(STUCK)
    for order_key in stuck:
        leave_order(tx, order_key, now=now)
    return len(stuck)


def remove_old(tx: Tx, *, now: datetime) -> int:
    """Remove jobs done a day ago and dead for 30 days; gives their number, at most 500."""
    return tx.exec(REMOVE, None, done_before=now - KEEP_DONE, dead_before=now - KEEP_DEAD)


def get(tx: Tx, job_id: int) -> JobRow:
    """A job; NotFound when it is removed or never was."""
    found = tx.one(BY_ID, id=job_id)
    if found is None:
        raise NotFound("job", job_id)
    return found


def dead_letters(tx: Tx, *, host: str | None = None, kind: str | None = None, below: int, limit: int = 40) -> list[JobRow]:
    """Jobs that were given up, newest first, below an id."""
    return tx.all(DEAD, host=host, kind=kind, below=below, limit=limit)


def in_order(tx: Tx, order_key: str) -> list[JobRow]:
    """Live jobs that share an order key, in their order."""
    return tx.all(LIVE_IN_ORDER, order_key=order_key)


def depths(tx: Tx) -> list[Depth]:
    """For the meters: live and dead jobs by queue and state."""
    return tx.all(DEPTHS)


def revive(tx: Tx, job_id: int, *, now: datetime) -> None:
    """Try a dead job again, with as much time as it had at first.

    Raises:
        NotFound: there is no such job.
        Conflict: it is not dead, or another job has taken its key.
    """
    job = get(tx, job_id)
    if job.state is not JobState.DEAD:
        raise Conflict("the job is not dead")
    if job.key is not None and tx.one(KEY_IN_USE, key=job.key) is not None:
        raise Conflict("the same job waits already")
    if job.order_key is not None:
        lock(tx, job.order_key)
    lifetime = KEEP_DEAD if job.finished_at is None else max(job.finished_at - job.created_at, timedelta(hours=24))
    tx.exec(REVIVE, None, id=job_id, now=now, expires_at=now + lifetime)
    leave_order(tx, job.order_key, now=now)


def revive_all(
    tx: Tx, *, now: datetime, host: str | None = None, kind: str | None = None, above: int = 0, limit: int = SWEPT
) -> int:
    """Try dead jobs of a host or kind again, oldest first; gives the last id looked at, 0 when there are no more."""
    ids = tx.all(DEAD_IDS, host=host, kind=kind, above=above, limit=limit)
    for job_id in ids:
        job = get(tx, job_id)
        if job.key is None or tx.one(KEY_IN_USE, key=job.key) is None:
            revive(tx, job_id, now=now)
    return ids[-1] if ids else 0


def cancel(tx: Tx, job_id: int, *, now: datetime) -> bool:
    """End a live or dead job; one that runs can no longer write. False when it was over already."""
    job = get(tx, job_id)
    if job.order_key is not None:
        lock(tx, job.order_key)
    if not tx.exec(CANCEL, None, id=job_id, now=now):
        return False
    leave_order(tx, job.order_key, now=now)
    return True


def cancel_host(tx: Tx, host: str, *, now: datetime, limit: int = SWEPT) -> int:
    """End live jobs that concern a host; gives their number, at most `limit`."""
    ids = tx.all(LIVE_OF_HOST, host=host, limit=limit)
    for job_id in ids:
        cancel(tx, job_id, now=now)
    return len(ids)

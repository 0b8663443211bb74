"""The life of a job: claimed, held, finished, tried again, buried (reliability, sections 3.2 and 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Text,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    type_coerce,
    update,
)

from fedisw.model.jobs import Cause, JobState
from fedisw.storage.db import Tx
from fedisw.storage.dialect import lock
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.base import Millis
from fedisw.storage.tables.jobs import LIVE, jobs

C = jobs.c
CLAIM_LOCK = "jobs.claim"
PROMOTED = 500  # jobs whose time has come, in one statement
MAX_ERROR = 300  # characters

_now = bindparam("now", type_=Millis())
_held = (C.id == bindparam("id"), C.fence == bindparam("fence"), C.state == JobState.RUNNING)
DUE = case((C.run_at <= _now, JobState.READY), else_=JobState.WAITING)


class LeaseLost(Exception):
    """Somebody else has the job by now, or it was cancelled: nothing may be written or sent for it (P-6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on a job, until another claim raises the fence."""

    id: int
    fence: int
    order_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A job that is ours for the time of its lease."""

    id: int
    fence: int
    order_key: str | None
    kind: str
    payload: bytes
    host: str
    attempts: int
    faults: int
    created_at: datetime
    expires_at: datetime

    @property
    def lease(self) -> Lease:
        """What proves that it is ours."""
        return Lease(id=self.id, fence=self.fence, order_key=self.order_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _HostLoad:
    host: str
    running: int


class _HostFirst(msgspec.Struct):
    """A host and its first job that is ready; None when somebody took it just now."""

    host: str
    first: int | None


PROMOTE = Command(
    update(jobs)
    .where(
        C.id.in_(
            select(C.id)
            .where(C.state == JobState.WAITING, ~C.behind, C.run_at <= _now)
            .order_by(C.run_at)
            .limit(PROMOTED)
            .scalar_subquery()
        )
    )
    .values(state=JobState.READY)
)
LOADS = Query(
    _HostLoad,
    select(C.host, func.count().label("running"))
    .where(C.queue == bindparam("queue"), C.state == JobState.RUNNING)
    .group_by(C.host),
)


def _next_host(after: ColumnElement[str]) -> ScalarSelect[str]:
    return (
        select(func.min(C.host)).where(C.queue == bindparam("queue"), C.state == JobState.READY, C.host > after).scalar_subquery()
    )


# a walk over the distinct hosts of the index: its cost is that of the hosts taken, not of the jobs waiting
_hosts = select(_next_host(bindparam("after", type_=Text())).label("host")).cte("hosts", recursive=True)
_hosts = _hosts.union_all(select(_next_host(_hosts.c.host)).where(_hosts.c.host.is_not(None)))
_first = (
    select(C.id)
    .where(C.queue == bindparam("queue"), C.host == _hosts.c.host, C.state == JobState.READY)
    .order_by(C.priority, C.id)
    .limit(1)
    .scalar_subquery()
)
HOSTS = Query(
    _HostFirst,
    select(_hosts.c.host, _first.label("first")).where(_hosts.c.host.is_not(None)).limit(bindparam("limit")),
)

_lanes = select(func.min(C.queue).label("queue")).where(C.state == JobState.READY).cte("lanes", recursive=True)
_next_lane = select(func.min(C.queue)).where(C.state == JobState.READY, C.queue > _lanes.c.queue).scalar_subquery()
_lanes = _lanes.union_all(select(_next_lane).where(_lanes.c.queue.is_not(None)))
LANES = Query(str, select(_lanes.c.queue).where(_lanes.c.queue.is_not(None)))

PICK = Query(
    int,
    select(C.id)
    .where(C.queue == bindparam("queue"), C.host == bindparam("host"), C.state == JobState.READY)
    .order_by(C.priority, C.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True),
)
TAKE = Query(
    Claimed,
    update(jobs)
    .where(IdIn(C.id, "ids"), C.state == JobState.READY)
    .values(
        state=JobState.RUNNING,
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until", type_=Millis()),
        fence=C.fence + 1,
    )
    .returning(C.id, C.fence, C.order_key, C.kind, C.payload, C.host, C.attempts, C.faults, C.created_at, C.expires_at),
)
RENEW = Query(
    int,
    update(jobs)
    .where(IdIn(C.id, "ids"), C.lease_owner == bindparam("owner"), C.state == JobState.RUNNING)
    .values(lease_until=bindparam("until", type_=Millis()))
    .returning(C.id),
)
_age = type_coerce(C.expires_at, BigInteger) - type_coerce(C.created_at, BigInteger)
FINISHED = {  # what changes when a job is done; one that was asked for again meanwhile is ready once more
    "state": case((C.again, JobState.READY), else_=JobState.DONE),
    "finished_at": case((C.again, null()), else_=_now),
    "attempts": case((C.again, 0), else_=C.attempts),
    "faults": case((C.again, 0), else_=C.faults),
    "losses": case((C.again, 0), else_=C.losses),
    "created_at": case((C.again, _now), else_=C.created_at),
    "expires_at": case((C.again, type_coerce(_now, BigInteger) + _age), else_=C.expires_at),
    "again": False,
    "lease_until": None,
    "lease_owner": None,
    "last_error": None,
}
FINISH = Command(update(jobs).where(*_held).values(**FINISHED))
_run_at = bindparam("run_at", type_=Millis())
_hurried = C.again & (bindparam("attempts") == 0)  # what it waits for has come meanwhile; a try that failed waits all the same
PUT_BACK = Command(
    update(jobs)
    .where(*_held)
    .values(
        run_at=case((_hurried, _now), else_=_run_at),
        state=case((or_(_hurried, _run_at <= _now), JobState.READY), else_=JobState.WAITING),
        again=False,
        attempts=C.attempts + bindparam("attempts"),
        faults=C.faults + bindparam("faults"),
        last_error=func.coalesce(bindparam("error", type_=Text()), C.last_error),
        lease_until=None,
        lease_owner=None,
    )
)
BURY = Command(
    update(jobs)
    .where(*_held)
    .values(
        state=JobState.DEAD,
        cause=bindparam("cause"),
        last_error=bindparam("error"),
        attempts=C.attempts + 1,
        finished_at=_now,
        lease_until=None,
        lease_owner=None,
    )
)
_first_in_order = select(func.min(C.id)).where(C.order_key == bindparam("order_key"), C.state.in_(LIVE)).scalar_subquery()
RELEASE_NEXT = Command(update(jobs).where(C.id == _first_in_order, C.behind).values(behind=False, state=DUE))


def promote(tx: Tx, *, now: datetime) -> int:
    """Jobs whose time has come become ready; gives their number, at most 500."""
    return tx.exec(PROMOTE, now=now)


def lanes(tx: Tx) -> set[str]:
    """Queues that have work, in one statement whose cost is that of the queues."""
    return set(tx.all(LANES))


def claim(tx: Tx, *, queue: str, limit: int, per_host: int, after_host: str, owner: str, until: datetime) -> list[Claimed]:
    """Take up to `limit` ready jobs of a queue; hosts take turns, beginning after `after_host`.

    Args:
        queue: the lane.
        limit: free slots of the worker.
        per_host: at most this many run at once for one host, of all workers; work without a host is not limited.
        after_host: the last host that was served, so that all get their turn.
        owner: who works on it.
        until: end of the lease.

    Returns:
        The jobs, each with a new fence; may be fewer than `limit` while there are more: ask again.
    """
    lock(tx, CLAIM_LOCK)
    own = tx.all(PICK, queue=queue, host="", limit=limit)
    running = {load.host: load.running for load in tx.all(LOADS, queue=queue)}
    hosts = [item for item in _hosts_in_turn(tx, queue, after_host, limit + len(running)) if running.get(item.host, 0) < per_host]
    share = max(1, limit // (len(hosts) + bool(own) or 1))
    ids = own[:share] if hosts else own
    for item in hosts:
        if len(ids) >= limit:
            break
        allowed = min(share, per_host - running.get(item.host, 0), limit - len(ids))
        if allowed > 1:
            ids += tx.all(PICK, queue=queue, host=item.host, limit=allowed)
        elif item.first is not None:
            ids.append(item.first)
    if not ids:
        return []
    taken = {job.id: job for job in tx.all(TAKE, ids=ids, owner=owner, until=until)}
    return [taken[job_id] for job_id in ids if job_id in taken]


def _hosts_in_turn(tx: Tx, queue: str, after: str, limit: int) -> list[_HostFirst]:
    """Hosts after the last one served, then from the beginning."""
    found = tx.all(HOSTS, queue=queue, after=after, limit=limit)
    if after and len(found) < limit:
        later = {item.host for item in found}
        found += [item for item in tx.all(HOSTS, queue=queue, after="", limit=limit) if item.host not in later]
    return found


def renew(tx: Tx, *, ids: list[int], owner: str, until: datetime) -> list[int]:
    """Hold the leases longer; gives the ids that are still ours."""
    return tx.all(RENEW, ids=ids, owner=owner, until=until)


def finish(tx: Tx, lease: Lease, *, now: datetime) -> None:
    """The job is done; in the same transaction as its last effect, if that can be.

    A job that was asked for again meanwhile becomes ready once more.

    Raises:
        LeaseLost: it is not ours any more; the transaction must not be committed.
    """
    _lock_order(tx, lease)
    _must_hold(tx.exec(FINISH, None, id=lease.id, fence=lease.fence, now=now))
    leave_order(tx, lease.order_key, now=now)


def put_back(
    tx: Tx, lease: Lease, *, run_at: datetime, now: datetime, failed: bool, fault: bool = False, error: str | None = None
) -> None:
    """Try the job again, not before `run_at`, or at once if it was asked for meanwhile; it keeps its place in its order.

    Args:
        failed: counts as an attempt; postponing and releasing do not.
        fault: the attempt ended in an unexpected error.
        error: short, without secrets.

    Raises:
        LeaseLost: it is not ours any more.
    """
    changed = tx.exec(
        PUT_BACK,
        None,
        id=lease.id,
        fence=lease.fence,
        now=now,
        run_at=run_at,
        attempts=int(failed),
        faults=int(fault),
        error=error and error[:MAX_ERROR],
    )
    _must_hold(changed)


def bury(tx: Tx, lease: Lease, *, cause: Cause, error: str, now: datetime) -> None:
    """The job is given up, visibly (P-3); jobs behind it may run.

    Raises:
        LeaseLost: it is not ours any more.
    """
    _lock_order(tx, lease)
    _must_hold(tx.exec(BURY, None, id=lease.id, fence=lease.fence, cause=cause, error=error[:MAX_ERROR], now=now))
    leave_order(tx, lease.order_key, now=now)


def leave_order(tx: Tx, order_key: str | None, *, now: datetime) -> None:
    """After a job of this order key is over: the next one may run."""
    if order_key is not None:
        lock(tx, order_key)
        tx.exec(RELEASE_NEXT, None, order_key=order_key, now=now)


def _lock_order(tx: Tx, lease: Lease) -> None:
    """Before the row, as `outbox.flush` does, so that the two never wait for each other."""
    if lease.order_key is not None:
        lock(tx, lease.order_key)


def _must_hold(changed: int) -> None:
    if not changed:
        raise LeaseLost

"""Jobs: work that waits for after the commit (reliability, section 3.2); the plan of what runs regularly."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, Named, Table, Text, TypedColumns, and_

from fedisw.model.jobs import Cause, JobState
from fedisw.storage.tables.base import BigId, Choice, Millis, metadata

LIVE = (JobState.READY, JobState.RUNNING, JobState.WAITING)


class _Jobs(TypedColumns):
    id = Column(BigId, primary_key=True, autoincrement=True)
    kind: Named[str] = Column(Text)
    key: Named[str | None] = Column(Text)
    queue: Named[str] = Column(Text)
    priority: Named[int]
    host: Named[str] = Column(Text)  # "" for work that concerns no other server
    order_key: Named[str | None] = Column(Text)  # jobs of one key run one by one in the order of their ids
    behind = Column(Boolean, nullable=False)  # an earlier live job has the same order key
    again = Column(Boolean, nullable=False)  # asked for once more while it was running
    state: Named[JobState] = Column(Choice(JobState))
    cause: Named[Cause | None] = Column(Choice(Cause))
    payload = Column(LargeBinary, nullable=False)
    run_at = Column(Millis, nullable=False)
    expires_at = Column(Millis, nullable=False)
    attempts: Named[int]  # tries that failed, of any cause
    faults: Named[int]  # tries that ended in an unexpected error
    losses: Named[int]  # leases that ran out
    last_error: Named[str | None] = Column(Text)
    lease_until = Column(Millis)
    lease_owner: Named[str | None] = Column(Text)
    fence: Named[int]
    created_at = Column(Millis, nullable=False)
    finished_at = Column(Millis)


jobs = Table("jobs", metadata, _Jobs, sqlite_autoincrement=True)  # a number is never used twice: fences rest on it

_is_live = jobs.c.state.in_(LIVE)
_is_ready = jobs.c.state == JobState.READY
_is_waiting = and_(jobs.c.state == JobState.WAITING, ~jobs.c.behind)
_is_running = jobs.c.state == JobState.RUNNING
_is_over = jobs.c.finished_at.is_not(None)

Index("ux_jobs_key", jobs.c.key, unique=True, sqlite_where=_is_live, postgresql_where=_is_live)
Index("ix_jobs_order", jobs.c.order_key, jobs.c.id, sqlite_where=_is_live, postgresql_where=_is_live)
Index("ix_jobs_ready", jobs.c.queue, jobs.c.host, jobs.c.priority, jobs.c.id, sqlite_where=_is_ready, postgresql_where=_is_ready)
Index("ix_jobs_waiting", jobs.c.run_at, sqlite_where=_is_waiting, postgresql_where=_is_waiting)
Index("ix_jobs_running", jobs.c.queue, jobs.c.host, sqlite_where=_is_running, postgresql_where=_is_running)
Index("ix_jobs_over", jobs.c.finished_at, sqlite_where=_is_over, postgresql_where=_is_over)


class _Schedule(TypedColumns):
    name: Named[str] = Column(Text, primary_key=True)
    next_run = Column(Millis, nullable=False)


schedule = Table("schedule", metadata, _Schedule)

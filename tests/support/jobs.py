"""Looking at the job table."""

from __future__ import annotations

from sqlalchemy import select

from fedisw.model.jobs import JobState
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries.job_keeping import _ROW, JobRow
from fedisw.storage.statements import Query
from fedisw.storage.tables.jobs import jobs

ALL = Query(JobRow, select(*_ROW).order_by(jobs.c.id))


async def all_jobs(db: Database) -> list[JobRow]:
    """Every job, oldest first."""
    return await db.read(lambda tx: tx.all(ALL))


async def only_job(db: Database) -> JobRow:
    """The job; fails when there are more or none."""
    found = await all_jobs(db)
    assert len(found) == 1
    return found[0]


async def states(db: Database) -> list[JobState]:
    """Where they all stand, oldest first."""
    return [job.state for job in await all_jobs(db)]


def add(tx: Tx, *jobs_to_add: object, **options: object) -> None:
    """A unit that adds jobs: `await db.write(add, Count())`."""
    tx.enqueue(*jobs_to_add, **options)

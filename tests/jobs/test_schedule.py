"""Periodic jobs are added once for all schedulers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from fedisw.jobs.schedule import Periodic, Scheduler, add_due
from fedisw.storage.db import Database
from tests.conftest import MakeDatabase
from tests.jobs.kinds_for_tests import Count, Keyed
from tests.support.clock import Clock
from tests.support.jobs import all_jobs

PLAN = (
    Periodic(name="often", every=timedelta(minutes=1), job=Count(name="often")),
    Periodic(name="daily", every=timedelta(days=1), job=Keyed(name="daily")),
)


async def test_each_entry_comes_when_it_is_due(db: Database, clock: Clock) -> None:
    assert await db.write(add_due, PLAN, now=clock()) == 2
    assert await db.write(add_due, PLAN, now=clock()) == 0
    assert await db.write(add_due, PLAN, now=clock.forward(minutes=1)) == 1
    assert await db.write(add_due, PLAN, now=clock.forward(days=3)) == 2


async def test_several_schedulers_add_a_job_once(db: Database, clock: Clock) -> None:
    for _ in range(3):
        added = await asyncio.gather(*(db.write(add_due, PLAN, now=clock()) for _ in range(8)))
        assert sum(added) == 2
        clock.forward(days=1)


async def test_a_key_keeps_late_jobs_from_piling_up(db: Database, clock: Clock) -> None:
    for _ in range(3):
        await db.write(add_due, PLAN[1:], now=clock.forward(days=1))
    assert len(await all_jobs(db)) == 1


async def test_the_scheduler_looks_at_once_and_stops_at_once(make_db: MakeDatabase, clock: Clock) -> None:
    added = asyncio.Event()
    db = await make_db(on_jobs=added.set)
    scheduler = Scheduler(db, PLAN, clock, tick=60)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(scheduler.run())
        await added.wait()
        scheduler.stop()
    assert len(await all_jobs(db)) == 2

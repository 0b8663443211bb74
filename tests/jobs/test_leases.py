"""One job is worked on by one worker at a time, and a worker that lost its lease writes nothing (P-5, P-6)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from fedisw.jobs.running import JobRun
from fedisw.jobs.worker import LEASE, Worker
from fedisw.model.errors import Unreachable
from fedisw.model.jobs import Cause, JobState
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import job_keeping, schedule
from fedisw.storage.queries import jobs as rows
from fedisw.storage.queries.jobs import Claimed, LeaseLost
from tests.conftest import MakeDatabase
from tests.jobs.conftest import MakeWorker
from tests.jobs.kinds_for_tests import Count, Keyed, Send
from tests.support.clock import Clock
from tests.support.jobs import add, all_jobs, only_job, states

ALL = {"limit": 100, "per_host": 4, "after_host": "", "owner": "one/1"}


async def claim(db: Database, clock: Clock, *, queue: str = "local", **options: object) -> list[Claimed]:
    return await db.write(rows.claim, **{**ALL, "queue": queue, "until": clock() + LEASE, **options})


async def test_two_workers_never_get_the_same_job(db: Database, clock: Clock) -> None:
    await db.write(add, *(Count(name=str(n)) for n in range(60)))
    taken = await asyncio.gather(*(claim(db, clock, limit=7, owner=f"{n}/1") for n in range(12)))

    ids = [job.id for batch in taken for job in batch]
    assert len(ids) == len(set(ids)) == 60


async def test_a_job_of_a_killed_worker_comes_back_when_its_lease_is_over(
    db: Database, make_worker: MakeWorker, clock: Clock
) -> None:
    await db.write(add, Count())
    assert len(await claim(db, clock)) == 1
    done: list[JobRun] = []

    async def handle(run: JobRun) -> None:
        done.append(run)

    assert await make_worker(handle).run_ready() == 0
    clock.forward(seconds=61)
    assert await make_worker(handle).run_ready() == 1
    assert [(run.attempt, run.lease.fence) for run in done] == [(2, 2)]


async def test_a_worker_that_starts_again_gets_its_own_jobs_back_at_once(
    db: Database, make_worker: MakeWorker, clock: Clock
) -> None:
    await db.write(add, Count(name="mine"), Count(name="other"))
    mine, other = await claim(db, clock, limit=1, owner="worker-1/old"), await claim(db, clock, limit=1, owner="worker-10/x")
    assert mine
    assert other

    assert await db.write(job_keeping.give_back_owned, owner="worker-1/", now=clock()) == 1
    assert await states(db) == [JobState.READY, JobState.RUNNING]


async def test_after_five_losses_a_job_is_dead(db: Database, clock: Clock) -> None:
    await db.write(add, Send(what="poison", to="far.test", about="1"), Send(what="next", to="far.test", about="1"))
    for _ in range(5):
        assert len(await claim(db, clock, queue="delivery")) == 1
        clock.forward(seconds=61)
        assert await db.write(job_keeping.sweep, now=clock()) == 1
    poison, following = await all_jobs(db)
    assert (poison.state, poison.cause) == (JobState.DEAD, Cause.CRASH)
    assert following.state is JobState.READY


async def test_losses_before_a_job_was_done_do_not_count_when_it_runs_once_more(db: Database, clock: Clock) -> None:
    await db.write(add, Keyed(name="often"))
    for _ in range(2):
        for _ in range(4):
            await claim(db, clock)
            clock.forward(seconds=61)
            await db.write(job_keeping.sweep, now=clock())
        (row,) = await claim(db, clock)
        await db.write(add, Keyed(name="often"))
        await db.write(rows.finish, row.lease, now=clock())
        assert await states(db) == [JobState.READY]


@pytest.mark.parametrize("end", ["finish", "put_back", "bury"])
async def test_a_late_worker_cannot_write_under_its_old_fence(db: Database, clock: Clock, end: str) -> None:
    await db.write(add, Count())
    (late,) = await claim(db, clock)
    clock.forward(seconds=61)
    await db.write(job_keeping.sweep, now=clock())
    (ours,) = await claim(db, clock, owner="two/1")

    def effect_and_end(tx: Tx) -> None:
        schedule.move_on(tx, "late", seen=None, next_run=clock())
        if end == "finish":
            rows.finish(tx, late.lease, now=clock())
        elif end == "put_back":
            rows.put_back(tx, late.lease, run_at=clock(), now=clock(), failed=True)
        else:
            rows.bury(tx, late.lease, cause=Cause.BUG, error="late", now=clock())

    with pytest.raises(LeaseLost):
        await db.write(effect_and_end)
    assert await db.read(schedule.next_runs) == {}
    assert (await only_job(db)).state is JobState.RUNNING
    await db.write(rows.finish, ours.lease, now=clock())
    with pytest.raises(LeaseLost):
        await db.write(rows.finish, ours.lease, now=clock())


async def test_a_worker_paused_beyond_its_lease_neither_sends_nor_writes(db: Database, clock: Clock) -> None:
    moment = 1_000.0
    sent: list[str] = []
    paused, resumed = asyncio.Event(), asyncio.Event()

    async def slow(run: JobRun) -> None:
        paused.set()
        await resumed.wait()
        run.check()
        sent.append("slow")

    async def quick(run: JobRun) -> None:
        run.check()
        sent.append("quick")

    await db.write(add, Count())
    first = Worker(db, slow, clock, asyncio.Event(), name="first", monotonic=lambda: moment)
    running = asyncio.ensure_future(first.run_ready())
    await paused.wait()
    clock.forward(seconds=61)
    moment += 61
    assert await Worker(db, quick, clock, asyncio.Event(), name="second").run_ready() == 1
    resumed.set()
    await running
    assert sent == ["quick"]
    assert await states(db) == [JobState.DONE]


async def test_renewing_holds_the_lease_and_ends_attempts_that_lost_it(db: Database, clock: Clock) -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def handle(run: JobRun) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(run.job.name)
            raise

    await db.write(add, Count(name="lost"))
    worker = Worker(db, handle, clock, asyncio.Event())
    running = asyncio.ensure_future(worker.run_ready())
    await begun.wait()
    clock.forward(seconds=40)
    await worker.renew()
    clock.forward(seconds=40)
    assert await db.write(job_keeping.sweep, now=clock()) == 0

    await db.write(job_keeping.cancel, (await only_job(db)).id, now=clock())
    await worker.renew()
    await running
    assert ended == ["lost"]
    assert await states(db) == [JobState.CANCELLED]


async def test_stopping_waits_for_what_runs_and_gives_back_what_takes_longer(db: Database, clock: Clock) -> None:
    begun = asyncio.Semaphore(0)

    async def handle(run: JobRun) -> None:
        begun.release()
        await asyncio.sleep(0.05 if run.job.name == "short" else 60)

    await db.write(add, Count(name="short"), Count(name="long"))
    worker = Worker(db, handle, clock, asyncio.Event(), poll=0.05)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(grace=0.3))
        await begun.acquire()
        await begun.acquire()
        worker.stop()
    short, long = await all_jobs(db)
    assert (short.state, long.state, long.attempts) == (JobState.DONE, JobState.READY, 0)


async def test_a_worker_wakes_up_for_a_commit(make_db: MakeDatabase, clock: Clock) -> None:
    wake, done = asyncio.Event(), asyncio.Event()
    db = await make_db(on_jobs=wake.set)

    async def handle(run: JobRun) -> None:
        done.set()

    worker = Worker(db, handle, clock, wake, poll=30)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await asyncio.sleep(0.05)
        await db.write(add, Count())
        async with asyncio.timeout(5):
            await done.wait()
        worker.stop()


async def test_a_lost_wake_up_only_costs_a_poll(db: Database, clock: Clock) -> None:
    done = asyncio.Event()

    async def handle(run: JobRun) -> None:
        done.set()

    worker = Worker(db, handle, clock, asyncio.Event(), poll=0.05)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await asyncio.sleep(0.02)
        await db.write(add, Count())
        async with asyncio.timeout(5):
            await done.wait()
        worker.stop()


async def test_a_handler_killed_in_the_middle_runs_again(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    attempts: list[int] = []

    async def handle(run: JobRun) -> None:
        attempts.append(run.attempt)
        if len(attempts) == 1:
            raise Unreachable("cut off after the first half", retry_after=0)

    await db.write(add, Count())
    worker = make_worker(handle)
    await worker.run_ready()
    clock.forward(seconds=2)
    await worker.run_ready()
    assert attempts == [1, 2]


async def test_a_worker_outlives_a_database_that_is_away(make_db: MakeDatabase, clock: Clock) -> None:
    db = await make_db()
    await db.write(add, Count())
    working = asyncio.Event()

    async def handle(run: JobRun) -> None:
        await db.close()
        working.set()

    worker = Worker(db, handle, clock, asyncio.Event(), poll=0.01)
    assert await worker.run_ready() == 1  # its end cannot be written: the lease will run out
    assert working.is_set()
    assert await worker.run_ready() == 0
    again = await make_db.again()
    assert await states(again) == [JobState.RUNNING]
    clock.forward(seconds=61)
    await again.write(job_keeping.sweep, now=clock())
    assert await states(again) == [JobState.READY]


async def test_a_lease_that_cannot_be_renewed_is_held_only_to_its_end(make_db: MakeDatabase, clock: Clock) -> None:
    moment = 1_000.0
    db = await make_db()
    await db.write(add, Count())
    held: list[JobRun] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(run: JobRun) -> None:
        held.append(run)
        begun.set()
        await go_on.wait()

    worker = Worker(db, handle, clock, asyncio.Event(), monotonic=lambda: moment)
    running = asyncio.ensure_future(worker.run_ready())
    await begun.wait()
    moment += 40
    await worker.renew()
    moment += 40
    held[0].check()
    await db.close()
    await worker.renew()
    moment += 21
    with pytest.raises(LeaseLost):
        held[0].check()
    go_on.set()
    await running


def test_a_lease_is_longer_than_two_renewals() -> None:
    assert timedelta(seconds=20) * 2 < LEASE

"""Which job runs when: order keys, hosts in turn, lanes (P-7, P-9)."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from fedisw.jobs.kinds import Queue
from fedisw.jobs.running import JobRun
from fedisw.jobs.worker import LANES, Lane
from fedisw.model.errors import Forbidden, Unreachable
from fedisw.model.jobs import JobState
from fedisw.storage.db import Database
from fedisw.storage.queries import job_keeping
from tests.jobs.conftest import MakeWorker
from tests.jobs.kinds_for_tests import Count, Send
from tests.jobs.test_leases import claim
from tests.support.clock import Clock
from tests.support.jobs import add, all_jobs, states


async def test_jobs_of_one_order_key_run_one_by_one_in_their_order(db: Database, make_worker: MakeWorker) -> None:
    done: list[str] = []
    running = 0

    async def handle(run: JobRun) -> None:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0)
        done.append(run.job.what)
        running -= 1

    await db.write(add, Send(what="create", to="far.test", about="1"), Send(what="update", to="far.test", about="1"))
    await db.write(add, Send(what="delete", to="far.test", about="1"))
    await make_worker(handle).run_ready()
    assert done == ["create", "update", "delete"]


async def test_a_waiting_first_one_holds_back_only_its_own_key(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    done: list[str] = []

    async def handle(run: JobRun) -> None:
        if run.job.what == "create" and run.attempt == 1:
            raise Unreachable("down")
        done.append(run.job.what)

    await db.write(
        add,
        Send(what="create", to="far.test", about="1"),
        Send(what="delete", to="far.test", about="1"),
        Send(what="other", to="far.test", about="2"),
    )
    worker = make_worker(handle)
    await worker.run_ready()
    assert done == ["other"]
    clock.forward(minutes=1)
    await worker.run_ready()
    assert done == ["other", "create", "delete"]


async def test_what_stands_behind_a_dead_job_runs(db: Database, make_worker: MakeWorker) -> None:
    async def handle(run: JobRun) -> None:
        if run.job.what == "create":
            raise Forbidden("no")

    await db.write(add, Send(what="create", to="far.test", about="1"), Send(what="delete", to="far.test", about="1"))
    await make_worker(handle).run_ready()
    assert await states(db) == [JobState.DEAD, JobState.DONE]


async def test_what_stands_behind_a_cancelled_job_runs(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    async def handle(run: JobRun) -> None:
        assert run.job.what == "delete"

    await db.write(add, Send(what="create", to="far.test", about="1"), Send(what="delete", to="far.test", about="1"))
    first = (await all_jobs(db))[0]
    assert await db.write(job_keeping.cancel, first.id, now=clock())
    assert not await db.write(job_keeping.cancel, first.id, now=clock())
    await make_worker(handle).run_ready()
    assert await states(db) == [JobState.CANCELLED, JobState.DONE]


async def test_many_callers_at_once_leave_one_unbroken_order(db: Database, make_worker: MakeWorker) -> None:
    done: list[str] = []

    async def handle(run: JobRun) -> None:
        done.append(run.job.what)

    worker = make_worker(handle)
    await asyncio.gather(
        *(db.write(add, Send(what=str(n), to="far.test", about="1")) for n in range(30)), *(worker.run_ready() for _ in range(3))
    )
    while await worker.run_ready():
        pass
    assert sorted(done) == sorted(str(n) for n in range(30))
    assert set(await states(db)) == {JobState.DONE}


async def test_an_order_without_a_first_one_is_freed(db: Database, clock: Clock) -> None:
    await db.write(add, Send(what="a", to="far.test", about="1"), Send(what="b", to="far.test", about="1"))
    first = (await all_jobs(db))[0]

    def lose_first(tx: object) -> None:  # as if a row had been removed by hand
        tx.exec(job_keeping.CANCEL, None, id=first.id, now=clock())

    await db.write(lose_first)
    assert await claim(db, clock, queue="delivery") == []
    assert await db.write(job_keeping.free_stuck, now=clock()) == 1
    assert len(await claim(db, clock, queue="delivery")) == 1


async def test_at_most_four_jobs_run_for_one_host(db: Database, clock: Clock) -> None:
    await db.write(add, *(Send(what=str(n), to="busy.test") for n in range(50)), Send(what="x", to="small.test"))
    taken: list[str] = []
    for _ in range(5):
        taken += [job.host for job in await claim(db, clock, queue="delivery", limit=16)]
    assert Counter(taken) == {"busy.test": 4, "small.test": 1}


async def test_hosts_take_turns(db: Database, clock: Clock) -> None:
    for host in ("a.test", "b.test", "c.test"):
        await db.write(add, *(Send(what=str(n), to=host) for n in range(4)))
    served, after = [], ""
    for _ in range(6):
        (job,) = await claim(db, clock, queue="delivery", limit=1, after_host=after)
        served.append(job.host)
        after = job.host
    assert served == ["a.test", "b.test", "c.test"] * 2


async def test_a_full_lane_does_not_hold_back_another(db: Database, make_worker: MakeWorker) -> None:
    local_done, release = asyncio.Event(), asyncio.Event()

    async def handle(run: JobRun) -> None:
        if run.job.queue is Queue.LOCAL:
            local_done.set()
        else:
            await release.wait()

    await db.write(add, *(Send(what=str(n), to=f"{n}.test") for n in range(20)))
    worker = make_worker(handle)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        await asyncio.sleep(0.05)
        await db.write(add, Count())
        async with asyncio.timeout(5):
            await local_done.wait()
        release.set()
        worker.stop()


@pytest.mark.parametrize("lane", LANES)
def test_a_host_fills_at_most_a_quarter_of_a_lane_and_four_slots(lane: Lane) -> None:
    assert 1 <= lane.per_host <= 4
    assert lane.per_host <= max(1, lane.slots // 4)


async def test_jobs_with_a_lower_number_go_first(db: Database, clock: Clock) -> None:
    class Slow(Count, frozen=True):
        priority = 5

    await db.write(add, Slow(name="slow"), Count(name="quick"))
    (first,) = await claim(db, clock, limit=1)
    assert first.kind == "Count"

"""What was given up stays visible, can be tried again or ended, and is removed in the end (P-3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.jobs.running import JobRun
from fedisw.model.errors import Conflict, Forbidden, NotFound
from fedisw.model.jobs import JobState
from fedisw.model.paging import MAX_ID
from fedisw.storage.db import Database
from fedisw.storage.queries import job_keeping
from tests.jobs.conftest import MakeWorker
from tests.jobs.kinds_for_tests import Count, Keyed, Send
from tests.support.clock import Clock
from tests.support.jobs import add, all_jobs, only_job, states


async def refuse(run: JobRun) -> None:
    raise Forbidden("no")


async def accept(run: JobRun) -> None:
    """Fine."""


async def test_dead_letters_are_listed_by_host_and_kind(db: Database, make_worker: MakeWorker) -> None:
    await db.write(add, Count(), Send(what="a", to="a.test"), Send(what="b", to="b.test"))
    await make_worker(refuse).run_ready()

    def hosts(**chosen: str) -> object:
        return lambda tx: [job.host for job in job_keeping.dead_letters(tx, below=MAX_ID, **chosen)]

    assert await db.read(hosts()) == ["b.test", "a.test", ""]
    assert await db.read(hosts(host="a.test")) == ["a.test"]
    assert await db.read(hosts(kind="Count")) == [""]
    assert await db.read(lambda tx: job_keeping.dead_letters(tx, below=1)) == []


async def test_a_dead_letter_can_be_tried_again(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    await db.write(add, Send(what="a", to="a.test", about="1"))
    await make_worker(refuse).run_ready()
    clock.forward(days=8)
    await db.write(job_keeping.revive, (await only_job(db)).id, now=clock())
    await make_worker(accept).run_ready()
    assert await states(db) == [JobState.DONE]


async def test_a_revived_job_stands_behind_what_runs(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    await db.write(add, Send(what="a", to="a.test", about="1"))
    await make_worker(refuse).run_ready()
    await db.write(add, Send(what="b", to="a.test", about="1"))
    await db.write(job_keeping.revive, (await all_jobs(db))[0].id, now=clock())
    await make_worker(accept).run_ready()
    assert await states(db) == [JobState.DONE, JobState.DONE]


async def test_all_dead_letters_of_a_host_can_be_tried_again(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    await db.write(add, *(Send(what=str(n), to="a.test") for n in range(5)), Send(what="x", to="b.test"))
    await make_worker(refuse).run_ready()

    above = 0
    while above := await db.write(job_keeping.revive_all, host="a.test", above=above, limit=2, now=clock()):
        pass
    await make_worker(accept).run_ready()
    assert await states(db) == [JobState.DONE] * 5 + [JobState.DEAD]


async def test_only_dead_jobs_are_revived_and_never_beside_their_twin(
    db: Database, make_worker: MakeWorker, clock: Clock
) -> None:
    await db.write(add, Keyed(name="a"))
    dead = await only_job(db)
    with pytest.raises(Conflict):
        await db.write(job_keeping.revive, dead.id, now=clock())
    with pytest.raises(NotFound):
        await db.write(job_keeping.revive, dead.id + 1, now=clock())
    await make_worker(refuse).run_ready()
    await db.write(add, Keyed(name="a"))
    with pytest.raises(Conflict):
        await db.write(job_keeping.revive, dead.id, now=clock())
    assert await db.write(job_keeping.revive_all, now=clock()) == dead.id


async def test_the_jobs_of_a_host_can_be_ended(db: Database, clock: Clock) -> None:
    await db.write(add, *(Send(what=str(n), to="a.test", about="1") for n in range(5)), Send(what="x", to="b.test"))
    assert await db.write(job_keeping.cancel_host, "a.test", now=clock()) == 5
    assert await states(db) == [JobState.CANCELLED] * 5 + [JobState.READY]


async def test_done_jobs_stay_a_day_and_dead_ones_thirty(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    await db.write(add, Count())
    await make_worker(refuse).run_ready()
    await db.write(add, Count())
    await make_worker(accept).run_ready()

    clock.forward(hours=23)
    assert await db.write(job_keeping.remove_old, now=clock()) == 0
    clock.forward(hours=2)
    assert await db.write(job_keeping.remove_old, now=clock()) == 1
    clock.forward(days=30)
    assert await db.write(job_keeping.remove_old, now=clock()) == 1
    assert await states(db) == []


async def test_the_meters_see_depth_and_age_of_each_queue(db: Database, clock: Clock) -> None:
    begin = clock()
    await db.write(add, Count())
    await db.write(add, Count(), Send(what="a", to="a.test"), run_at=clock.forward(minutes=5) + timedelta(hours=1))
    depths = {(depth.queue, depth.state): (depth.count, depth.oldest) for depth in await db.read(job_keeping.depths)}
    assert depths == {
        ("local", JobState.READY): (1, begin),
        ("local", JobState.WAITING): (1, clock()),
        ("delivery", JobState.WAITING): (1, clock()),
    }


async def test_live_jobs_of_an_order_are_listed(db: Database) -> None:
    await db.write(add, Send(what="a", to="a.test", about="1"), Send(what="b", to="a.test", about="1"))
    found = await db.read(job_keeping.in_order, "1@a.test")
    assert [job.state for job in found] == [JobState.READY, JobState.WAITING]

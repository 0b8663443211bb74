"""What many tasks ask at once is one unit, and nobody's error is another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fedisw.jobs.together import Together
from fedisw.jobs.worker import LEASE
from fedisw.model.jobs import JobState
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import job_ends
from fedisw.storage.queries import jobs as rows
from fedisw.storage.queries.jobs import Claimed
from tests.jobs.kinds_for_tests import Count, Keyed, Send
from tests.support.clock import Clock
from tests.support.jobs import add, all_jobs


class Asked:
    """A unit that doubles numbers, refuses 13, and remembers with whom each was asked."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, _tx: Tx, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        if 13 in numbers:
            raise ValueError("an unlucky number")
        return [number * 2 for number in numbers]


async def test_tasks_that_begin_together_are_served_by_one_unit(db: Database) -> None:
    together, unit = Together(), Asked()
    assert await asyncio.gather(*(together.read(db, unit, number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert unit.batches == [[0, 1, 2, 3, 4]]


async def test_a_unit_takes_no_more_than_it_may(db: Database) -> None:
    together, unit = Together(most=2), Asked()
    assert await asyncio.gather(*(together.write(db, unit, number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert [len(batch) for batch in unit.batches] == [2, 2, 1]


async def test_one_that_fails_takes_nobody_with_it(db: Database) -> None:
    together, unit = Together(), Asked()
    answers = await asyncio.gather(*(together.write(db, unit, number) for number in (1, 13, 3)), return_exceptions=True)
    assert [answers[0], answers[2]] == [2, 6]
    assert isinstance(answers[1], ValueError)
    assert unit.batches == [[1, 13, 3], [1], [13], [3]]


async def test_a_caller_that_gives_up_leaves_the_others_their_answers(db: Database) -> None:
    together, unit = Together(), Asked()
    first, second = (asyncio.create_task(together.read(db, unit, number)) for number in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 4
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await together.read(db, unit, 3) == 6


async def claim(db: Database, clock: Clock, queue: str = "local") -> list[Claimed]:
    until = clock() + LEASE
    return await db.write(rows.claim, queue=queue, limit=9, per_host=4, after_host="", owner="one/1", until=until)


async def test_jobs_end_together(db: Database, clock: Clock) -> None:
    await db.write(add, *(Count(name=str(number)) for number in range(3)))
    leases = [job.lease for job in await claim(db, clock)]
    assert await db.write(job_ends.finish, leases, now=clock()) == {lease.id for lease in leases}
    assert {job.state for job in await all_jobs(db)} == {JobState.DONE}


async def test_a_job_that_is_somebody_elses_by_now_is_left_alone(db: Database, clock: Clock) -> None:
    await db.write(add, Count(name="kept"), Count(name="lost"))
    kept, lost = await claim(db, clock)
    await db.write(rows.put_back, lost.lease, run_at=clock(), now=clock(), failed=False)
    (again,) = await claim(db, clock)
    assert await db.write(job_ends.finish, [kept.lease, lost.lease], now=clock()) == {kept.id}
    assert {job.id: job.state for job in await all_jobs(db)} == {kept.id: JobState.DONE, again.id: JobState.RUNNING}


async def test_what_is_behind_each_of_them_may_run(db: Database, clock: Clock) -> None:
    jobs = [Send(what=what, to=host, about="note") for host in ("a.test", "b.test") for what in ("first", "second")]
    await db.write(add, *jobs)
    leases = [job.lease for job in await claim(db, clock, "delivery")]
    assert len(leases) == 2
    await db.write(job_ends.finish, leases, now=clock())
    assert len(await claim(db, clock, "delivery")) == 2


async def test_what_was_asked_for_again_meanwhile_runs_once_more(db: Database, clock: Clock) -> None:
    await db.write(add, Keyed(name="one"))
    leases = [job.lease for job in await claim(db, clock)]
    await db.write(add, Keyed(name="one"))
    assert len(await db.write(job_ends.finish, leases, now=clock())) == 1
    assert [job.state for job in await all_jobs(db)] == [JobState.READY]

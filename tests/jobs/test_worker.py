"""How attempts end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import bindparam, update

from fedisw.jobs.running import JobRun, Postpone
from fedisw.model.errors import Forbidden, Unreachable
from fedisw.model.jobs import Cause, JobState
from fedisw.storage.db import Database
from fedisw.storage.queries import schedule
from fedisw.storage.statements import Command
from fedisw.storage.tables.jobs import jobs
from tests.jobs.conftest import MakeWorker
from tests.jobs.kinds_for_tests import Brief, Count, Keyed, Send
from tests.support.clock import Clock
from tests.support.jobs import add, all_jobs, only_job, states

SPOIL = Command(update(jobs).values(payload=bindparam("spoilt")))
RENAME = Command(update(jobs).values(kind=bindparam("name")))


class Recorder:
    """Does jobs by writing them down; first raises what it is told to, one error an attempt."""

    def __init__(self, *errors: Exception) -> None:
        self.done: list[object] = []
        self.errors = list(errors)
        self.attempts: list[int] = []

    async def __call__(self, run: JobRun) -> None:
        self.attempts.append(run.attempt)
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(run.job)


async def test_a_job_added_with_a_change_is_done_once(db: Database, make_worker: MakeWorker) -> None:
    recorder = Recorder()
    await db.write(add, Count(name="a"), Count(name="b"))

    worker = make_worker(recorder)
    assert await worker.run_ready() == 2
    assert await worker.run_ready() == 0
    assert {job.name for job in recorder.done} == {"a", "b"}
    assert await states(db) == [JobState.DONE, JobState.DONE]


async def test_a_job_for_later_waits_for_its_time(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder()
    await db.write(add, Count(), run_at=clock() + timedelta(minutes=10))
    worker = make_worker(recorder)

    assert await worker.run_ready() == 0
    assert await states(db) == [JobState.WAITING]
    clock.forward(minutes=10)
    assert await worker.run_ready() == 1


async def test_a_job_for_a_far_day_is_not_too_old_when_it_comes(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder(Unreachable("down"))
    await db.write(add, Count(), run_at=clock() + timedelta(days=60))
    worker = make_worker(recorder)
    for _ in range(2):
        clock.forward(days=60)
        await worker.run_ready()
        clock.forward(days=-59, hours=-23)
    assert recorder.attempts == [1, 2]


async def test_an_unreachable_peer_is_tried_again_with_growing_pauses(
    db: Database, make_worker: MakeWorker, clock: Clock
) -> None:
    recorder = Recorder(*(Unreachable("down", retry_after=0) for _ in range(3)))
    await db.write(add, Send(what="a", to="far.test"))
    worker = make_worker(recorder)

    for seconds in (30, 120, 600):
        assert await worker.run_ready() == 1
        job = await only_job(db)
        assert (job.state, job.run_at - clock(), job.last_error) == (JobState.WAITING, timedelta(seconds=seconds), "down")
        clock.forward(seconds=seconds - 1)
        assert await worker.run_ready() == 0
        clock.forward(seconds=1)
    assert await worker.run_ready() == 1
    assert recorder.attempts == [1, 2, 3, 4]
    assert (await only_job(db)).last_error is None


async def test_a_pause_that_the_peer_asked_for_is_kept_up_to_a_day(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder(Unreachable("busy", retry_after=3_600), Unreachable("busy", retry_after=10_000_000))
    await db.write(add, Send(what="a", to="far.test"))
    worker = make_worker(recorder)

    await worker.run_ready()
    assert (await only_job(db)).run_at == clock() + timedelta(hours=1)
    clock.forward(hours=1)
    await worker.run_ready()
    assert (await only_job(db)).run_at == clock() + timedelta(hours=24)


async def test_a_job_older_than_its_age_is_a_dead_letter(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder(*(Unreachable("down") for _ in range(40)))
    await db.write(add, Send(what="a", to="far.test"))
    worker = make_worker(recorder)

    for _ in range(40):
        await worker.run_ready()
        clock.forward(hours=12)
    job = await only_job(db)
    assert (job.state, job.cause, job.last_error) == (JobState.DEAD, Cause.EXPIRED, "down")
    assert len(recorder.attempts) == 14


async def test_our_other_errors_end_a_job_with_their_reason(db: Database, make_worker: MakeWorker) -> None:
    await db.write(add, Count())
    await make_worker(Recorder(Forbidden("not allowed"))).run_ready()

    job = await only_job(db)
    assert (job.state, job.cause, job.last_error) == (JobState.DEAD, Cause.REFUSED, "Forbidden: not allowed")


async def test_a_bug_is_tried_five_times_and_its_text_is_not_kept(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder(*(KeyError("private words") for _ in range(9)))
    await db.write(add, Count())
    worker = make_worker(recorder)

    for _ in range(9):
        await worker.run_ready()
        clock.forward(hours=1)
    job = await only_job(db)
    assert (job.state, job.cause, job.attempts) == (JobState.DEAD, Cause.BUG, 5)
    assert job.last_error is not None
    assert "KeyError" in job.last_error
    assert "private" not in job.last_error


async def test_unreachable_peers_do_not_use_up_the_tries_of_a_bug(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder(*(Unreachable("down") for _ in range(6)), KeyError())
    await db.write(add, Count())
    worker = make_worker(recorder)

    for _ in range(8):
        await worker.run_ready()
        clock.forward(hours=1)
    assert await states(db) == [JobState.DONE]


async def test_postponing_is_no_attempt(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    recorder = Recorder(Postpone(clock() + timedelta(minutes=5)))
    await db.write(add, Count())
    worker = make_worker(recorder)

    assert await worker.run_ready() == 1
    job = await only_job(db)
    assert (job.state, job.run_at, job.attempts) == (JobState.WAITING, clock() + timedelta(minutes=5), 0)
    clock.forward(minutes=5)
    await worker.run_ready()
    assert recorder.attempts == [1, 1]


async def test_an_attempt_that_takes_too_long_is_ended(db: Database, make_worker: MakeWorker) -> None:
    async def forever(run: JobRun) -> None:
        await asyncio.Event().wait()

    await db.write(add, Brief())
    await make_worker(forever).run_ready()
    assert (await only_job(db)).attempts == 1


async def test_a_row_that_cannot_be_read_is_dead_and_the_rest_flows(db: Database, make_worker: MakeWorker) -> None:
    recorder = Recorder()
    await db.write(add, Keyed(name="spoilt"))
    await db.write(lambda tx: tx.exec(SPOIL, None, spoilt=b"{]"))
    await db.write(add, Count())

    await make_worker(recorder).run_ready()
    assert [(job.state, job.cause) for job in await all_jobs(db)] == [
        (JobState.DEAD, Cause.UNREADABLE),
        (JobState.DONE, None),
    ]


async def test_a_kind_of_another_version_is_dead(db: Database, make_worker: MakeWorker) -> None:
    await db.write(add, Count())
    await db.write(lambda tx: tx.exec(RENAME, None, name="FromTheFuture"))
    await make_worker(Recorder()).run_ready()
    assert (await only_job(db)).cause is Cause.UNREADABLE


async def test_a_job_can_end_together_with_its_last_effect(db: Database, make_worker: MakeWorker, clock: Clock) -> None:
    async def handle(run: JobRun) -> None:
        await run.finish_with(db, schedule.move_on, "effect", seen=None, next_run=clock())
        raise Forbidden("too late to matter")

    await db.write(add, Count())
    await make_worker(handle).run_ready()
    assert await states(db) == [JobState.DONE]
    assert await db.read(schedule.next_runs) == {"effect": clock()}


async def test_a_job_asked_for_while_it_runs_runs_once_more(db: Database, make_worker: MakeWorker) -> None:
    attempts: list[int] = []

    async def handle(run: JobRun) -> None:
        attempts.append(run.attempt)
        if len(attempts) == 1:
            await db.write(add, Keyed(name="a"), Keyed(name="a"))

    await db.write(add, Keyed(name="a"))
    await make_worker(handle).run_ready()
    assert attempts == [1, 1]
    assert await states(db) == [JobState.DONE]


async def test_the_same_key_waits_only_once(db: Database, make_worker: MakeWorker) -> None:
    recorder = Recorder()
    await db.write(add, Keyed(name="a"), Keyed(name="a"), Keyed(name="b"))
    await db.write(add, Keyed(name="a"))
    assert len(await all_jobs(db)) == 2

    worker = make_worker(recorder)
    await worker.run_ready()
    await db.write(add, Keyed(name="a"))
    await worker.run_ready()
    assert sorted(job.name for job in recorder.done) == ["a", "a", "b"]


async def test_a_job_of_a_unit_that_fails_never_runs(db: Database, make_worker: MakeWorker) -> None:
    def broken(tx: object) -> None:
        add(tx, Count())
        raise Forbidden("no")

    recorder = Recorder()
    results = await asyncio.gather(db.write(broken), db.write(add, Count(name="good")), return_exceptions=True)
    assert isinstance(results[0], Forbidden)
    await make_worker(recorder).run_ready()
    assert [job.name for job in recorder.done] == ["good"]

"""Units of work on both databases: whole or not at all, once, with their jobs and events (dependencies, section 3.2)."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from fedisw.model.errors import Forbidden, Unreachable
from fedisw.storage.db import ConstraintBroken, Database, Tx
from fedisw.storage.hooks import UnitReport
from fedisw.storage.statements import Dialect
from tests.conftest import MakeDatabase
from tests.jobs.kinds_for_tests import Count
from tests.storage import sample
from tests.support.clock import START, Clock
from tests.support.jobs import all_jobs


async def test_a_unit_gives_its_result_and_its_change_is_seen_at_once(db: Database) -> None:
    assert await db.write(sample.add, "a", START) == "a"
    assert await db.read(sample.names) == ["a"]


async def test_a_failing_unit_takes_back_only_itself_its_jobs_and_its_events(make_db: MakeDatabase) -> None:
    events: list[bytes] = []
    db = await make_db(on_publish=lambda topic, message: events.append(message))

    def maybe(tx: Tx, name: str) -> None:
        sample.add(tx, name, START)
        tx.enqueue(Count(name=name))
        if name.startswith("bad"):
            raise Forbidden(name)

    wanted = [f"{'bad' if n % 3 == 0 else 'good'}{n:02}" for n in range(40)]
    results = await asyncio.gather(*(db.write(maybe, name) for name in wanted), return_exceptions=True)

    good = [name for name in wanted if name.startswith("good")]
    assert [type(result) for result in results] == [Forbidden if name.startswith("bad") else type(None) for name in wanted]
    assert await db.read(sample.names) == good
    assert sorted(message.decode() for message in events) == good
    assert len(await all_jobs(db)) == len(good)


async def test_400_callers_of_whom_300_are_cancelled_leave_whole_units_and_exactly_their_events(make_db: MakeDatabase) -> None:
    events: list[str] = []
    db = await make_db(on_publish=lambda topic, message: events.append(message.decode()))

    def two_rows(tx: Tx, number: int) -> None:
        sample.add(tx, f"{number}-a", START)
        sample.add(tx, f"{number}-b", START)
        tx.enqueue(Count(name=str(number)))

    tasks = [asyncio.ensure_future(db.write(two_rows, number)) for number in range(400)]
    for number, task in enumerate(tasks):
        if number % 4:
            asyncio.get_running_loop().call_later(number % 7 / 500, task.cancel)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await db.write(sample.names)  # whatever was accepted before is over now
    await db.close()

    db = await make_db.again()
    names = await db.read(sample.names)
    assert sorted(events) == names
    kept = {name.split("-")[0] for name in names}
    assert len(names) == 2 * len(kept)
    assert {str(number) for number, result in enumerate(results) if result is None} <= kept
    assert len(await all_jobs(db)) == len(kept)


async def test_a_coroutine_function_is_refused(db: Database) -> None:
    async def unit(tx: Tx) -> None:
        """Never runs."""

    with pytest.raises(TypeError):
        await db.write(unit)
    with pytest.raises(TypeError):
        await db.write(lambda tx: unit(tx))


async def test_a_read_unit_cannot_write_and_cannot_add_jobs_or_events(db: Database) -> None:
    for unit in (
        lambda tx: tx.exec(sample.INSERT, sample.Entry(name="a", next_run=START)),
        lambda tx: tx.enqueue(Count()),
        lambda tx: tx.publish("topic", b""),
    ):
        with pytest.raises(Exception, match=r"readonly|read-only|read unit"):
            await db.read(unit)
    assert await db.read(sample.names) == []


async def test_all_statements_of_a_read_unit_see_one_moment(db: Database) -> None:
    looked, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[list[str], list[str]]:
        before = sample.names(tx)
        looked.set()
        assert written.wait(10)
        return before, sample.names(tx)

    async def write() -> None:
        while not looked.is_set():  # noqa: ASYNC110  it is an event of a thread
            await asyncio.sleep(0.005)
        await db.write(sample.add, "meanwhile", START)
        written.set()

    seen, _ = await asyncio.gather(db.read(look_twice), write())
    assert seen == ([], [])
    assert await db.read(sample.names) == ["meanwhile"]


async def test_a_transaction_kept_beyond_its_unit_is_of_no_use(db: Database) -> None:
    kept: list[Tx] = []
    await db.write(kept.append)
    with pytest.raises(RuntimeError):
        sample.names(kept[0])


async def test_a_broken_constraint_says_so_on_both_databases(db: Database) -> None:
    await db.write(sample.add, "a", START)
    with pytest.raises(ConstraintBroken):
        await db.write(sample.add, "a", START)
    assert await db.read(sample.names) == ["a"]


async def test_a_unit_that_goes_on_after_a_database_error_changes_nothing_on_postgres(db: Database) -> None:
    def stubborn(tx: Tx) -> None:
        sample.add(tx, "a", START)
        try:
            sample.add(tx, "a", START)
        except Exception:  # noqa: BLE001  what the rules forbid, to see what comes of it
            return

    if db.dialect is Dialect.POSTGRES:
        with pytest.raises(Exception, match="nothing was changed"):
            await db.write(stubborn)
        assert await db.read(sample.names) == []
    else:
        await db.write(stubborn)
        assert await db.read(sample.names) == ["a"]


@pytest.mark.parametrize("error", [StopIteration, KeyboardInterrupt, SystemExit, asyncio.CancelledError])
async def test_odd_errors_reach_their_caller_and_the_others_go_on(db: Database, error: type[BaseException]) -> None:
    def odd(tx: Tx) -> None:
        sample.add(tx, "odd", START)
        raise error

    async def call() -> str:
        try:
            await db.write(odd)
        except BaseException as raised:  # noqa: BLE001  it is an answer here
            return type(raised).__name__
        return "nothing"

    answers = await asyncio.gather(call(), db.write(sample.add, "even", START))
    assert answers[0] in {error.__name__, "RuntimeError"}
    assert await db.read(sample.names) == ["even"]


async def test_events_go_out_before_the_caller_gets_its_answer(make_db: MakeDatabase) -> None:
    events: list[tuple[str, bytes]] = []
    woken: list[bool] = []
    db = await make_db(on_publish=lambda *event: events.append(event), on_jobs=lambda: woken.append(True))
    await db.write(sample.add, "a", START)
    assert (events, woken) == ([("added", b"a")], [])
    await db.write(lambda tx: tx.enqueue(Count()))
    assert woken == [True]


async def test_a_broken_bus_does_not_cost_the_answer(make_db: MakeDatabase) -> None:
    def broken(topic: str, message: bytes) -> None:
        raise OSError

    db = await make_db(on_publish=broken)
    assert await db.write(sample.add, "a", START) == "a"


async def test_background_units_do_the_same_in_their_own_lane(make_db: MakeDatabase) -> None:
    reports: list[UnitReport] = []
    db = await make_db(on_unit=reports.append)
    slow = db.in_background()
    await asyncio.gather(*(slow.write(sample.add, f"s{n}", START) for n in range(20)), db.write(sample.add, "quick", START))
    assert len(await slow.read(sample.names)) == 21
    assert {report.background for report in reports if report.name.endswith("sample.add")} == {True, False}


async def test_requests_do_not_wait_behind_a_flood_of_background_units(make_db: MakeDatabase) -> None:
    finished: list[str] = []
    db = await make_db()
    slow = db.in_background()

    async def write(base: Database, name: str) -> None:
        await base.write(sample.add, name, START)
        finished.append(name)

    async with asyncio.TaskGroup() as group:
        for n in range(200):
            group.create_task(write(slow, f"slow{n}"))
        await asyncio.sleep(0)
        group.create_task(write(db, "quick"))
    assert finished.index("quick") < 100


async def test_the_meters_hear_of_every_unit(make_db: MakeDatabase) -> None:
    reports: list[UnitReport] = []
    db = await make_db(on_unit=reports.append)
    reports.clear()
    await db.write(sample.add, "a", START)
    await db.read(sample.names)
    with pytest.raises(ConstraintBroken):
        await db.write(sample.add, "a", START)
    seen = [(report.name.rpartition(".")[2], report.writes, report.statements, report.tries, report.error) for report in reports]
    assert seen == [
        ("add", True, 1, 1, None),
        ("names", False, 1, 1, None),
        ("add", True, 1, 1, "ConstraintBroken"),
    ]
    assert all(report.took > 0 and report.waited >= 0 for report in reports)


async def test_statements_can_be_counted(db: Database) -> None:
    with db.counting() as counted:
        await db.write(sample.add, "a", START)
        await db.read(sample.names)
    await db.read(sample.names)
    assert [text.split()[0] for text in counted] == ["INSERT", "SELECT"]


async def test_closing_finishes_what_was_accepted_and_leaves_no_thread(make_db: MakeDatabase) -> None:
    before = threading.active_count()
    db = await make_db()
    tasks = [asyncio.ensure_future(db.write(sample.add, f"{n:03}", START)) for n in range(100)]
    await asyncio.sleep(0)
    await db.close()
    assert await asyncio.gather(*tasks) == [f"{n:03}" for n in range(100)]
    with pytest.raises(Unreachable):
        await db.write(sample.add, "late", START)
    with pytest.raises(Unreachable):
        await db.read(sample.names)
    await db.close()
    deadline = asyncio.get_running_loop().time() + 5
    while threading.active_count() > before and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110  threads
        await asyncio.sleep(0.01)
    assert threading.active_count() == before


async def test_two_processes_see_each_others_changes(make_db: MakeDatabase) -> None:
    first = await make_db()
    second = await make_db.again()
    await asyncio.gather(
        *(first.write(sample.add, f"a{n}", START) for n in range(30)),
        *(second.write(sample.add, f"b{n}", START) for n in range(30)),
    )
    assert len(await first.read(sample.names)) == len(await second.read(sample.names)) == 60


async def test_a_job_is_written_with_the_time_of_the_given_clock(db: Database, clock: Clock) -> None:
    clock.forward(hours=1)
    await db.write(lambda tx: tx.enqueue(Count(), run_at=clock() - timedelta(days=1)))
    (job,) = await all_jobs(db)
    assert (job.created_at, job.run_at) == (clock(), clock())

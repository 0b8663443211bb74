"""Reading units that wait at the same time: together on SQLite, each with its own answer on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import pytest

from fedisw.model.errors import Forbidden, Unreachable
from fedisw.storage.db import Database, Tx
from tests.storage import sample
from tests.storage.test_faults import only_sqlite
from tests.support.clock import START


async def test_a_failing_unit_among_many_fails_alone(db: Database) -> None:
    await db.write(sample.add, "a", START)

    def maybe(tx: Tx, number: int) -> list[str]:
        if number % 3 == 0:
            raise Forbidden(str(number))
        return sample.names(tx)

    results = await asyncio.gather(*(db.read(maybe, number) for number in range(30)), return_exceptions=True)
    assert [result if isinstance(result, list) else type(result) for result in results] == [
        Forbidden if number % 3 == 0 else ["a"] for number in range(30)
    ]


async def test_everybody_sees_what_they_wrote_however_many_read(db: Database) -> None:
    async def caller(number: int) -> bool:
        name = await db.write(sample.add, f"{number:03}", START)
        return name in await db.read(sample.names)

    assert all(await asyncio.gather(*(caller(number) for number in range(100))))


async def test_those_who_gave_up_are_left_out_and_the_others_served(db: Database) -> None:
    await db.write(sample.add, "a", START)
    ran: list[int] = []

    def noted(tx: Tx, number: int) -> list[str]:
        ran.append(number)
        return sample.names(tx)

    tasks = [asyncio.ensure_future(db.read(noted, number)) for number in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[1::2] == [["a"]] * 20
    assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])
    assert set(ran) >= set(range(1, 40, 2))


@only_sqlite
async def test_many_units_share_one_transaction_and_a_slow_one_does_not_hold_up_those_before_it(db: Database) -> None:
    statements: list[str] = []
    reader = db._engine._connections[1]
    await reader.run(lambda connection: connection.set_trace_callback(statements.append))
    await asyncio.gather(*(db.read(sample.names) for _ in range(20)))
    await reader.run(lambda connection: connection.set_trace_callback(None))
    assert statements.count("BEGIN") < 10

    order: list[str] = []

    async def read(name: str, seconds: float) -> None:
        await db.read(lambda tx: time.sleep(seconds))
        order.append(f"{name} at {len(order)}")

    await asyncio.gather(read("quick", 0.0), read("slow", 0.05), read("last", 0.0))
    assert order == ["quick at 0", "slow at 1", "last at 2"]


@only_sqlite
@pytest.mark.parametrize("times", [1, 9])
async def test_a_unit_that_meets_a_lock_is_tried_again_and_told_in_the_end(db: Database, times: int) -> None:
    met: list[int] = []

    def locked(tx: Tx) -> list[str]:
        met.append(1)
        if len(met) <= times:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return sample.names(tx)

    found = await asyncio.gather(db.read(locked), db.read(sample.names), return_exceptions=True)
    assert found[1] == []
    assert len(met) == (2 if times == 1 else 4)
    assert isinstance(found[0], list if times == 1 else Unreachable)

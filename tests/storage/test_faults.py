"""Locked files, deadlocks, lost connections, a full disk: tried again, or said clearly (reliability, section 3.5)."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time

import psycopg
import pytest

from fedisw.model.errors import Unreachable
from fedisw.storage import postgres, sqlite
from fedisw.storage.db import Database, Tx, Uncertain
from fedisw.storage.opening import open_database, sqlite_path
from tests.conftest import MakeDatabase
from tests.storage import sample
from tests.support.clock import START

only_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)


class Locker:
    """Another process that holds the write lock of a file."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(sqlite_path(url), isolation_level=None, check_same_thread=False)
        self.connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self.connection.execute("ROLLBACK")
        self.connection.close()


@only_sqlite
async def test_a_locked_file_is_waited_for_by_every_caller(make_db: MakeDatabase) -> None:
    db = await make_db(busy_timeout=20)
    locker = Locker(make_db.url)
    asyncio.get_running_loop().call_later(0.1, locker.release)
    await asyncio.gather(*(db.write(sample.add, str(n), START) for n in range(5)))
    assert len(await db.read(sample.names)) == 5


@only_sqlite
async def test_a_file_that_stays_locked_is_reported_and_nothing_is_changed(make_db: MakeDatabase) -> None:
    events: list[bytes] = []
    db = await make_db(busy_timeout=1, on_publish=lambda topic, message: events.append(message))
    locker = Locker(make_db.url)
    results = await asyncio.gather(*(db.write(sample.add, str(n), START) for n in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [Unreachable, Unreachable]
    assert await db.read(sample.names) == []  # readers do not wait for the writer
    locker.release()
    await db.write(sample.add, "after", START)
    assert events == [b"after"]


@only_sqlite
async def test_a_full_disk_gives_each_caller_its_own_answer(make_db: MakeDatabase) -> None:
    events: list[bytes] = []
    db = await make_db(on_publish=lambda topic, message: events.append(message))

    def limit(tx: Tx) -> None:
        tx._cursor.execute("PRAGMA page_count", ())
        (pages,) = tx._cursor.fetchall()[0]
        tx._cursor.execute(f"PRAGMA max_page_count={pages + 2}", ())

    def big(tx: Tx, name: str, size: int) -> None:
        sample.add(tx, name + "x" * size, START)

    await db.write(limit)
    sizes = [10 if n % 2 else 200_000 for n in range(10)]
    results = await asyncio.gather(*(db.write(big, f"{n}", size) for n, size in enumerate(sizes)), return_exceptions=True)
    assert [type(result) for result in results] == [type(None) if size == 10 else Unreachable for size in sizes]
    assert len(await db.read(sample.names)) == len(events) == 5


@only_sqlite
async def test_many_units_share_one_commit(db: Database) -> None:
    statements: list[str] = []
    writer = db._engine._writer
    await writer.run(lambda connection: connection.set_trace_callback(statements.append))
    await asyncio.gather(*(db.write(sample.add, str(n), START) for n in range(100)))
    await writer.run(lambda connection: connection.set_trace_callback(None))
    assert statements.count("COMMIT") <= 3
    assert statements.count("SAVEPOINT unit") >= 97


@only_sqlite
async def test_connections_have_the_settings_of_the_document(db: Database) -> None:
    def pragmas(tx: Tx) -> dict[str, object]:
        found = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "temp_store", "cache_size", "query_only"):
            tx._cursor.execute(f"PRAGMA {name}", ())
            found[name] = tx._cursor.fetchall()[0][0]
        return found

    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "temp_store": 2,
        "cache_size": -65_536,
    }
    assert await db.write(pragmas) == expected | {"query_only": 0}
    assert await db.read(pragmas) == expected | {"query_only": 1}
    assert await db.in_background().read(pragmas) == expected | {"query_only": 1}


@only_sqlite
async def test_the_log_is_empty_after_closing(make_db: MakeDatabase) -> None:
    db = await make_db()
    await db.write(sample.add, "a", START)
    await db.close()
    log = sqlite_path(make_db.url + "-wal")
    assert not log.exists() or log.stat().st_size == 0


@only_sqlite
async def test_the_log_is_cut_back_when_nobody_writes(make_db: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "IDLE", 0.05)
    db = await make_db()
    await db.write(sample.add, "a", START)
    log = sqlite_path(make_db.url + "-wal")
    async with asyncio.timeout(5):
        while log.stat().st_size:  # noqa: ASYNC110  a file has no event
            await asyncio.sleep(0.01)
    await db.write(sample.add, "b", START)


async def test_a_file_that_cannot_be_opened_is_reported() -> None:
    with pytest.raises(Unreachable):
        await open_database("sqlite:////nowhere/at/all.db")


@only_postgres
async def test_a_deadlock_is_resolved_and_both_units_are_kept(make_db: MakeDatabase) -> None:
    db = await make_db()
    await db.write(sample.add, "a", START)
    await db.write(sample.add, "b", START)
    both = threading.Barrier(2)

    def move_both(tx: Tx, first: str, second: str) -> None:
        tx.exec(sample.MOVE, None, entry=first, later=START)
        try:
            both.wait(0.5)
        except threading.BrokenBarrierError:
            both.reset()
        tx.exec(sample.MOVE, None, entry=second, later=START)
        sample.add(tx, f"moved by {first}", START)

    await asyncio.gather(db.write(move_both, "a", "b"), db.write(move_both, "b", "a"))
    assert await db.read(sample.names) == ["a", "b", "moved by a", "moved by b"]


@only_postgres
async def test_ended_connections_are_replaced_before_anything_is_lost(make_db: MakeDatabase) -> None:
    db = await make_db()
    await asyncio.gather(*(db.write(sample.add, str(n), START) for n in range(8)))  # several connections are open
    end_all(make_db.url)
    await asyncio.gather(*(db.write(sample.add, f"x{n}", START) for n in range(8)), *(db.read(sample.names) for _ in range(4)))
    assert len(await db.read(sample.names)) == 16


@only_postgres
async def test_a_connection_lost_within_a_unit_means_another_try(make_db: MakeDatabase) -> None:
    db = await make_db()
    tries: list[int] = []

    def cut_off(tx: Tx) -> None:
        tries.append(1)
        sample.add(tx, "a", START)
        if len(tries) == 1:
            end_all(make_db.url)
        sample.add(tx, "b", START)

    await db.write(cut_off)
    assert len(tries) == 2
    assert await db.read(sample.names) == ["a", "b"]


@only_postgres
async def test_a_connection_lost_during_commit_is_told_and_never_tried_again(
    make_db: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = await make_db()
    tries: list[int] = []
    commit = postgres._commit

    def cut(cursor: psycopg.Cursor, connection: psycopg.Connection) -> object:
        end_all(make_db.url)
        return commit(cursor, connection)

    def unit(tx: Tx) -> None:
        tries.append(1)
        sample.add(tx, "a", START)

    monkeypatch.setattr(postgres, "_commit", cut)
    with pytest.raises(Uncertain):
        await db.write(unit)
    monkeypatch.undo()
    assert len(tries) == 1
    assert await db.read(sample.names) == []


@only_postgres
async def test_a_server_that_is_away_is_reported_after_four_tries(database_kind: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        await open_database("postgresql://nobody@/nothing?host=/nowhere")
    assert time.monotonic() - begun < 5


@only_postgres
async def test_a_statement_that_takes_too_long_is_ended(make_db: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "STATEMENT_TIMEOUT", 50)
    db = await make_db()
    with pytest.raises(Unreachable):
        await db.read(lambda tx: tx._cursor.execute("SELECT pg_sleep(5)", ()))
    assert await db.read(sample.names) == []


OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def end_all(url: str) -> None:
    """Cut all connections to a database but this one, as a restart of the server would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
        while connection.execute(f"SELECT 1 {OTHERS}").fetchone():
            time.sleep(0.01)

"""SQLite: one writer with group commit, one reader for requests, one for background work (dependencies, section 3.2)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar, cast

import aiosqlite

from fedisw.model.errors import Unreachable
from fedisw.storage.db import Unit
from fedisw.storage.hooks import TRIES, Hooks, Outcome, Work, pause_after, settle
from fedisw.storage.sqlite_reading import ReadLane
from fedisw.storage.sqlite_units import failed, run_unit
from fedisw.storage.statements import Dialect

T = TypeVar("T")

OLDEST = (3, 40, 1)  # the oldest SQLite that is tested
BATCH, BACKGROUND_BATCH = 128, 8  # units in one commit, and how many of them from the slow lane
CACHED_STATEMENTS = 512
IDLE = 5.0  # seconds without a write until the log is cut back
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",  # KiB
    "mmap_size=268435456",
    "temp_store=MEMORY",
    "wal_autocheckpoint=1000",  # pages
    "journal_size_limit=67108864",
)


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole function on its thread; rests on two protected members of aiosqlite."""

    def join(self) -> None:
        """Wait for the end of the thread, which has been told to stop."""
        self._thread.join()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """One hop for any number of statements."""
        return cast(T, await self._execute(work, self._conn))  # type: ignore[no-untyped-call]  # aiosqlite leaves it untyped


async def connect(path: Path, *, busy_timeout_ms: int, reads_only: bool) -> Connection:
    """Open the file with the settings of reliability, section 3.5."""
    pragmas = (f"busy_timeout={busy_timeout_ms}", *PRAGMAS, *(("query_only=ON",) if reads_only else ()))

    def connector() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, cached_statements=CACHED_STATEMENTS, check_same_thread=False)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection

    connection = Connection(connector, iter_chunk_size=64)
    try:
        await connection
    except sqlite3.Error:
        connection.join()
        raise
    return connection


class SqliteEngine:
    """The engine; made by `open_sqlite`."""

    dialect = Dialect.SQLITE

    def __init__(self, writer: Connection, readers: tuple[Connection, Connection], hooks: Hooks) -> None:
        self.hooks = hooks
        self._writer, self._connections = writer, (writer, *dict.fromkeys(readers))
        self._readers = tuple(ReadLane(connection, hooks) for connection in readers)
        self._requests: deque[Work] = deque()
        self._slow: deque[Work] = deque()
        self._arrived = asyncio.Event()
        self._closing = False
        self._dirty = False
        self._pump = asyncio.create_task(self._write_batches(), name="sqlite-writer")

    async def run(self, unit: Unit, *, name: str, writes: bool, background: bool) -> object:
        """Run a unit in its lane."""
        if self._closing:
            raise Unreachable("the database is closing")
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        work = Work(unit=unit, name=name, writes=writes, background=background, answer=answer)
        if writes:
            (self._slow if background else self._requests).append(work)
            self._arrived.set()
        else:
            self._readers[1 if background else 0].add(work)
        return await answer

    async def close(self) -> None:
        """Finish the queue, cut back the log, end the threads."""
        if self._closing:
            return
        self._closing = True
        self._arrived.set()
        await self._pump
        for lane in self._readers:
            await lane.finish()
        for connection in self._connections:
            await connection.close()
            connection.join()

    async def _write_batches(self) -> None:
        while True:
            batch = self._next_batch()
            if batch:
                await self._write(batch)
            elif self._closing:
                return await self._cut_log()
            else:
                await self._wait()

    def _next_batch(self) -> list[Work]:
        batch: list[Work] = []
        for lane, most in ((self._requests, BATCH - BACKGROUND_BATCH), (self._slow, BACKGROUND_BATCH), (self._requests, BATCH)):
            end = min(BATCH, len(batch) + most)
            while lane and len(batch) < end:
                work = lane.popleft()
                if not work.answer.cancelled():  # the caller gave up before it began
                    batch.append(work)
        return batch

    async def _wait(self) -> None:
        self._arrived.clear()
        try:
            async with asyncio.timeout(IDLE if self._dirty else None):
                await self._arrived.wait()
        except TimeoutError:
            await self._cut_log()

    async def _cut_log(self) -> None:
        self._dirty = False
        await self._writer.run(_checkpoint)

    async def _write(self, batch: list[Work]) -> None:
        self._dirty = True
        if len(batch) > 1:
            outcomes = await self._writer.run(partial(self._try_batch, batch))
        else:
            outcomes = [None]
        for work, outcome in zip(batch, outcomes, strict=True):
            settle(work, outcome or await self._alone(work), self.hooks)

    async def _alone(self, work: Work) -> Outcome:
        """Run one unit in a transaction of its own, until it has an answer."""
        while True:
            work.tries += 1
            outcome = await self._writer.run(partial(self._try, work))
            if not outcome.again or work.tries >= TRIES:
                return outcome
            await asyncio.sleep(pause_after(work.tries))

    def _try(self, work: Work, connection: sqlite3.Connection) -> Outcome:
        """On the thread: one writing unit in its own transaction."""
        started = perf_counter()
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcome = run_unit(work, connection, self.hooks, started)
            if outcome.error is None:
                connection.execute("COMMIT")
                return outcome
        except sqlite3.Error as error:
            outcome = failed(error, perf_counter() - started)
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return outcome

    def _try_batch(self, batch: list[Work], connection: sqlite3.Connection) -> list[Outcome | None]:
        """On the thread: all units in one transaction, each in its savepoint; None for those to be run alone."""
        outcomes: list[Outcome | None] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for work in batch:
                connection.execute("SAVEPOINT unit")
                outcome = run_unit(work, connection, self.hooks, perf_counter())
                if outcome.error is not None:
                    connection.execute("ROLLBACK TO unit")
                connection.execute("RELEASE unit")
                outcomes.append(None if outcome.again else outcome)
            connection.execute("COMMIT")
        except sqlite3.Error:  # the whole transaction is lost: each gets its own answer
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return [None] * len(batch)
        for work, done in zip(batch, outcomes, strict=True):
            work.tries += done is not None
        return outcomes


async def open_sqlite(path: Path, hooks: Hooks, *, readers: int, busy_timeout_ms: int) -> SqliteEngine:
    """Open the file; one reader serves both lanes when `readers` is 1."""
    if sqlite3.sqlite_version_info < OLDEST:
        raise Unreachable(f"SQLite {sqlite3.sqlite_version} is too old; at least {'.'.join(map(str, OLDEST))} is needed")
    opened: list[Connection] = []
    try:
        for reads_only in (False, True, True)[: 1 + min(max(readers, 1), 2)]:
            opened.append(await connect(path, busy_timeout_ms=busy_timeout_ms, reads_only=reads_only))
    except sqlite3.Error as error:
        for connection in opened:
            await connection.close()
        raise Unreachable(f"the database cannot be opened: {error}") from error
    return SqliteEngine(opened[0], (opened[1], opened[-1]), hooks)


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Empty the write-ahead log, unless a reader still needs it."""
    timeout = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute("PRAGMA busy_timeout=0")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute(f"PRAGMA busy_timeout={int(timeout)}")

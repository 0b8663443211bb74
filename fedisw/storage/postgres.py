"""PostgreSQL: psycopg connections in bounded pools of threads, one transaction a unit (dependencies, section 3.2)."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import cast

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo

from fedisw.model.errors import Unreachable
from fedisw.storage.db import ConstraintBroken, Cursor, Tx, Uncertain, Unit
from fedisw.storage.hooks import TRIES, Hooks, Outcome, Work, pause_after, settle
from fedisw.storage.statements import Dialect

STATEMENT_TIMEOUT, BACKGROUND_TIMEOUT = 15_000, 120_000  # milliseconds, requests and background
IDLE_TIMEOUT = 30_000  # milliseconds in a transaction without a statement
CONNECT_TIMEOUT = 5  # seconds
BEGIN_READ, BEGIN_WRITE = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN"
PASSING = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
AWAY = (errors.QueryCanceled, errors.InsufficientResources, errors.OperatorIntervention)


@dataclass(slots=True)
class _Lane:
    """Threads and their connections; the newest idle connection is used first."""

    threads: ThreadPoolExecutor
    conninfo: str
    idle: deque[psycopg.Connection]

    def take(self) -> psycopg.Connection:
        try:
            return self.idle.pop()
        except IndexError:
            return psycopg.connect(self.conninfo, autocommit=True)

    def give_back(self, connection: psycopg.Connection) -> None:
        """Keep a good connection; after a broken one the others are not trusted either."""
        if not connection.closed:
            self.idle.append(connection)
            return
        while self.idle:
            self.idle.pop().close()


class PostgresEngine:
    """The engine; made by `open_postgres`."""

    dialect = Dialect.POSTGRES

    def __init__(self, requests: _Lane, slow: _Lane, hooks: Hooks) -> None:
        self.hooks = hooks
        self._requests, self._slow = requests, slow
        self._loop = asyncio.get_running_loop()
        self._open = 0
        self._finished = asyncio.Event()
        self._finished.set()
        self._closing = False

    async def run(self, unit: Unit, *, name: str, writes: bool, background: bool) -> object:
        """Run a unit in its lane."""
        if self._closing:
            raise Unreachable("the database is closing")
        answer: asyncio.Future[object] = self._loop.create_future()
        self._open += 1
        self._finished.clear()
        self._submit(Work(unit=unit, name=name, writes=writes, background=background, answer=answer))
        return await answer

    async def close(self) -> None:
        """Finish what was accepted, then end threads and connections."""
        self._closing = True
        await self._finished.wait()
        for lane in (self._requests, self._slow):
            lane.threads.shutdown(wait=True)
            while lane.idle:
                lane.idle.pop().close()

    def _submit(self, work: Work) -> None:
        if work.answer.cancelled():  # the caller gave up before it began, or between two tries
            return self._done()
        work.tries += 1
        lane = self._slow if work.background else self._requests
        lane.threads.submit(self._try, work, lane).add_done_callback(lambda done: self._hand_over(work, done))

    def _hand_over(self, work: Work, done: Future[Outcome | None]) -> None:
        self._loop.call_soon_threadsafe(self._end, work, done)

    def _end(self, work: Work, done: Future[Outcome | None]) -> None:
        """On the event loop: another try after a pause that occupies nobody, or the answer."""
        outcome = done.result()
        if outcome is not None and outcome.again and work.tries < TRIES:
            self._loop.call_later(pause_after(work.tries), self._submit, work)
            return
        if outcome is not None:
            settle(work, outcome, self.hooks)
        self._done()

    def _done(self) -> None:
        self._open -= 1
        if not self._open:
            self._finished.set()

    def _try(self, work: Work, lane: _Lane) -> Outcome | None:
        """On a thread: one try of a unit; None when its caller gave up before it began."""
        if work.answer.cancelled():
            return None
        started = perf_counter()
        try:
            connection = lane.take()
        except psycopg.Error as error:
            return _failed(error, lost=True, took=perf_counter() - started)
        try:
            return self._in_transaction(work, connection, started)
        finally:
            lane.give_back(connection)

    def _in_transaction(self, work: Work, connection: psycopg.Connection, started: float) -> Outcome:
        cursor = connection.cursor()
        tx = Tx(cast(Cursor, cursor), self.dialect, writable=work.writes, hooks=self.hooks)
        try:
            cursor.execute(BEGIN_WRITE if work.writes else BEGIN_READ)
            result = work.unit(tx)
            if tx.jobs:
                self.hooks.flush(tx)
        except BaseException as error:  # noqa: BLE001  whatever it is belongs to the caller, never to the pool
            _roll_back(connection)
            return _failed(error, lost=connection.closed, took=perf_counter() - started, statements=tx.statements)
        finally:
            tx.end()
        error_at_commit = _commit(cursor, connection)
        took = perf_counter() - started
        if error_at_commit is not None:
            return _failed(error_at_commit, lost=False, took=took, statements=tx.statements)
        return Outcome(result=result, events=tuple(tx.events), jobs=bool(tx.jobs), statements=tx.statements, took=took)


async def open_postgres(url: str, hooks: Hooks, *, threads: int, password: str | None) -> PostgresEngine:
    """Make the pools and prove that the server answers.

    Args:
        url: `postgresql://user@host/db`, `?host=` for a socket folder.
        threads: connections in all; a third of them for background work.
        password: from the secrets file, when the URL has none.
    """
    slow = max(1, threads // 3)
    engine = PostgresEngine(
        _lane(url, password, max(1, threads - slow), "requests", STATEMENT_TIMEOUT),
        _lane(url, password, slow, "background", BACKGROUND_TIMEOUT),
        hooks,
    )
    try:
        await engine.run(lambda tx: None, name="open", writes=False, background=False)
    except BaseException:
        await engine.close()
        raise
    return engine


def _lane(url: str, password: str | None, threads: int, name: str, timeout: int) -> _Lane:
    conninfo = make_conninfo(
        url,
        options=f"-c statement_timeout={timeout} -c idle_in_transaction_session_timeout={IDLE_TIMEOUT}",
        application_name="fedisw",
        connect_timeout=CONNECT_TIMEOUT,
        client_encoding="utf8",
        **({} if password is None else {"password": password}),
    )
    return _Lane(ThreadPoolExecutor(threads, thread_name_prefix=f"postgres-{name}"), conninfo, deque())


def _roll_back(connection: psycopg.Connection) -> None:
    try:
        if not connection.closed:
            connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()


def _commit(cursor: psycopg.Cursor, connection: psycopg.Connection) -> psycopg.Error | Uncertain | None:
    """COMMIT; what it answers decides, because a transaction with a failed statement is rolled back silently."""
    try:
        cursor.execute("COMMIT")
    except psycopg.Error as error:
        if connection.closed:
            uncertain = Uncertain("the connection was lost during COMMIT")
            uncertain.__cause__ = error
            return uncertain
        _roll_back(connection)
        return error
    if cursor.statusmessage != "COMMIT":
        return psycopg.InternalError("a unit went on after a failed statement; nothing was changed")
    return None


def _failed(error: BaseException, *, lost: bool, took: float, statements: int = 0) -> Outcome:
    if isinstance(error, psycopg.IntegrityError):
        broken = ConstraintBroken(str(error))
        broken.__cause__ = error
        return Outcome(error=broken, took=took, statements=statements)
    if not isinstance(error, psycopg.Error):
        return Outcome(error=error, took=took, statements=statements)
    again = lost or isinstance(error, PASSING)
    if not again and not isinstance(error, AWAY):
        return Outcome(error=error, took=took, statements=statements)
    away = Unreachable(f"the database is not available: {error}", retry_after=5)
    away.__cause__ = error
    return Outcome(error=away, again=again, took=took, statements=statements)

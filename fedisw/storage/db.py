"""The database as the rest of the program sees it: units of work.

A unit is a plain function `def unit(tx, …)`, run whole on a database thread by `await db.read(unit, …)` or
`await db.write(unit, …)`. It may run again (locked file, deadlock, lost connection), so it touches nothing but
`tx`; it counts once. Jobs and events wait for the commit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from fedisw.model.errors import Unreachable
from fedisw.storage.hooks import Hooks
from fedisw.storage.statements import Command, Dialect, Query, params_of

P = ParamSpec("P")
T = TypeVar("T")


class Uncertain(Unreachable):
    """The connection was lost during COMMIT: the change may be there or not; only what has a natural key is tried again."""


class ConstraintBroken(Exception):
    """The schema refused a change (unique, foreign key, not null): a bug, use insert-or-ignore where it can happen."""


class Enqueued(Protocol):
    """What a job must say of itself to become a row (jobs/kinds.py makes them)."""

    @property
    def kind(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def key(self) -> str | None: ...
    @property
    def order_key(self) -> str | None: ...
    @property
    def host(self) -> str | None: ...
    @property
    def max_age(self) -> timedelta: ...
    def encode(self) -> bytes: ...


class Cursor(Protocol):
    """What both drivers' cursors offer."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, sql: str, params: Sequence[object], /) -> object: ...
    def executemany(self, sql: str, params: Iterable[Sequence[object]], /) -> object: ...
    def fetchall(self) -> list[Any]: ...
    def fetchmany(self, size: int, /) -> list[Any]: ...


class Tx:
    """One transaction, for the time of one unit; using it afterwards is an error."""

    __slots__ = ("_cursor", "_trace", "_writable", "dialect", "events", "jobs", "now", "statements")

    def __init__(self, cursor: Cursor, dialect: Dialect, *, writable: bool, hooks: Hooks) -> None:
        self._cursor: Cursor | None = cursor
        self._writable, self._trace = writable, hooks.trace
        self.dialect = dialect
        self.now = hooks.clock  # for rows about the machinery itself, such as jobs; rules get `now` as a parameter
        self.statements = 0
        self.jobs: list[tuple[Enqueued, datetime | None]] = []
        self.events: list[tuple[str, bytes]] = []

    def one(self, query: Query[T], /, **params: object) -> T | None:
        """The only row, or None; ValueError when there are more (say `.limit(1)` if the first will do)."""
        rows = self._execute(query, params).fetchmany(2)
        if len(rows) > 1:
            raise ValueError(f"more than one row: {query.element}")
        return query.read(rows[0]) if rows else None

    def all(self, query: Query[T], /, **params: object) -> list[T]:
        """All rows as values, in the order of the statement."""
        read = query.read
        return [read(row) for row in self._execute(query, params).fetchall()]

    def exec(self, command: Command, value: object = None, /, **params: object) -> int:
        """Run a command; parameters are the fields of `value` and the named ones. Gives the number of rows changed."""
        if value is not None:
            params = params_of(value) | params
        return self._execute(command, params).rowcount

    def many(self, command: Command, values: Iterable[object], /, **params: object) -> int:
        """Run a command once for each value (dataclass, Struct or dict), all of one shape. Gives the rows changed."""
        rows = [(value if isinstance(value, dict) else params_of(value)) | params for value in values]
        if not rows:
            return 0
        prepared = command.prepared(self.dialect, frozenset(rows[0]))
        cursor = self._note(prepared.sql)
        cursor.executemany(prepared.sql, [prepared.bind(row) for row in rows])
        return cursor.rowcount

    def enqueue(self, *jobs: Enqueued, run_at: datetime | None = None) -> None:
        """Add jobs; they are written at the end of this unit and begin after the commit, not before `run_at`."""
        self._check_writable()
        self.jobs.extend((job, run_at) for job in jobs)

    def publish(self, topic: str, message: bytes) -> None:
        """Tell the bus after the commit; best effort, a lost message costs its reader a poll."""
        self._check_writable()
        self.events.append((topic, message))

    def end(self) -> None:
        """Called by the engine when the unit is over."""
        self._cursor = None

    def _check_writable(self) -> None:
        if not self._writable:
            raise TypeError("a read unit cannot add jobs or events")

    def _note(self, sql: str) -> Cursor:
        if self._cursor is None:
            raise RuntimeError("the unit of this Tx is over")
        self.statements += 1
        if self._trace is not None:
            self._trace.append(sql)
        return self._cursor

    def _execute(self, statement: Query[Any] | Command, params: dict[str, object]) -> Cursor:
        prepared = statement.prepared(self.dialect, params)
        cursor = self._note(prepared.sql)
        cursor.execute(prepared.sql, prepared.bind(params))
        return cursor


Unit = Callable[[Tx], object]


class Engine(Protocol):
    """One of the two databases: sqlite.py, postgres.py."""

    @property
    def dialect(self) -> Dialect: ...
    @property
    def hooks(self) -> Hooks: ...
    async def run(self, unit: Unit, *, name: str, writes: bool, background: bool) -> object: ...
    async def close(self) -> None: ...


class Database:
    """Runs units of work; made by `opening.open_database`, one a process."""

    def __init__(self, engine: Engine, *, background: bool = False) -> None:
        self._engine, self._background = engine, background

    @property
    def dialect(self) -> Dialect:
        """Which database this is."""
        return self._engine.dialect

    async def read(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit that only reads; all its statements see one moment.

        Raises:
            Unreachable: the database is busy, full or away, also after four tries.
        """
        return await self._run(unit, False, args, kwargs)

    async def write(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit that changes rows; when this returns, the change, its jobs and events are on disk.

        A caller that is cancelled leaves the unit whole or never begun.

        Raises:
            Unreachable: the database is busy, full or away, also after four tries; nothing was changed.
            Uncertain: the connection was lost during COMMIT.
            ConstraintBroken: the schema refused the change.
        """
        return await self._run(unit, True, args, kwargs)

    def in_background(self) -> Database:
        """The same database in the slow lane: for workers, so that requests do not wait for them."""
        return Database(self._engine, background=True)

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The texts of all statements that run meanwhile, of every caller; for tests."""
        before, trace = self._engine.hooks.trace, list[str]()
        self._engine.hooks.trace = trace
        try:
            yield trace
        finally:
            self._engine.hooks.trace = before

    async def close(self) -> None:
        """Finish what was accepted, then end all connections and threads."""
        await self._engine.close()

    async def _run(self, unit: Callable[..., T], writes: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        if getattr(getattr(unit, "__code__", None), "co_flags", 0) & inspect.CO_COROUTINE:
            raise TypeError(f"a unit of work is a plain function: {unit}")
        name = f"{getattr(unit, '__module__', '')}.{getattr(unit, '__qualname__', type(unit).__name__)}"
        bound: Unit = partial(_call, unit, args, kwargs)
        return cast(T, await self._engine.run(bound, name=name, writes=writes, background=self._background))


def _call(unit: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], tx: Tx) -> T:
    result = unit(tx, *args, **kwargs)
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(f"a unit of work is a plain function: {unit}")
    return result

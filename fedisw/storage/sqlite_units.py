"""One unit of work on the thread of a SQLite connection: how it is run, and what becomes of its errors."""

from __future__ import annotations

import sqlite3
from time import perf_counter
from typing import cast

from fedisw.model.errors import Unreachable
from fedisw.storage.db import ConstraintBroken, Cursor, Tx
from fedisw.storage.hooks import Hooks, Outcome, Work
from fedisw.storage.statements import Dialect

PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
AWAY = PASSING | {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def run_unit(work: Work, connection: sqlite3.Connection, hooks: Hooks, started: float) -> Outcome:
    """Run a unit inside the transaction that the caller has begun, jobs and all."""
    tx = Tx(cast(Cursor, connection.cursor()), Dialect.SQLITE, writable=work.writes, hooks=hooks)
    try:
        result = work.unit(tx)
        if tx.jobs:
            hooks.flush(tx)
    except BaseException as error:  # noqa: BLE001  whatever it is belongs to the caller, never to the writer
        return failed(error, perf_counter() - started, tx.statements)
    finally:
        tx.end()
    return Outcome(
        result=result,
        events=tuple(tx.events),
        jobs=bool(tx.jobs),
        statements=tx.statements,
        took=perf_counter() - started,
    )


def failed(error: BaseException, took: float, statements: int = 0) -> Outcome:
    """What a caller is told of an error, and whether another try may help."""
    if isinstance(error, sqlite3.IntegrityError):
        broken = ConstraintBroken(str(error))
        broken.__cause__ = error
        return Outcome(error=broken, took=took, statements=statements)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF if isinstance(error, sqlite3.Error) else 0
    if code not in AWAY:
        return Outcome(error=error, took=took, statements=statements)
    away = Unreachable(f"the database is not available: {error}", retry_after=5)
    away.__cause__ = error
    return Outcome(error=away, again=code in PASSING, took=took, statements=statements)

"""The few statements that differ between the two databases."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from sqlalchemy import Integer, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY

from fedisw.storage.db import Tx
from fedisw.storage.statements import Dialect, Query

LOCKS = 4_096  # numbers that names are spread over; two names may share one and wait for each other

_numbers = func.unnest(bindparam("numbers", type_=ARRAY(Integer))).column_valued("number")
_LOCK = Query(int, select(func.count(func.pg_advisory_xact_lock(_numbers)).label("taken")))


def insert_or_ignore(table: Table) -> postgresql.Insert:
    """An INSERT that changes nothing where a unique key exists already; `tx.exec` then gives 0.

    The Insert of PostgreSQL compiles for both databases (dependencies, trap 10).
    """
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_update(table: Table, *, key: Iterable[str], update: Iterable[str]) -> postgresql.Insert:
    """An INSERT that overwrites the columns `update` where a row with the same `key` exists."""
    statement = postgresql.insert(table)
    return statement.on_conflict_do_update(index_elements=list(key), set_={name: statement.excluded[name] for name in update})


def lock(tx: Tx, *names: str) -> None:
    """Hold these names until the end of the transaction; others who ask for them wait.

    On SQLite there is one writer at a time, so there is nothing to do.
    """
    if tx.dialect is Dialect.POSTGRES:
        tx.one(_LOCK, numbers=sorted({zlib.crc32(name.encode()) % LOCKS for name in names}))

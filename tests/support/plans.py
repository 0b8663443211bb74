"""How the databases would run a statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import psycopg

from fedisw.storage.statements import Command, Dialect, Query


def sqlite_plan(statement: Query[object] | Command, path: Path) -> str:
    """The plan of SQLite, one step a line; `path` is a file with all tables (fixture `sqlite_template`)."""
    prepared = statement.prepared(Dialect.SQLITE, frozenset())
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {prepared.sql}", [None] * len(prepared.slots)).fetchall()
    finally:
        connection.close()
    return "\n".join(row[3] for row in rows)


def postgres_plan(statement: Query[object] | Command, url: str, parameters: Mapping[str, object]) -> str:
    """The plan of PostgreSQL when it may not walk whole tables (they are empty); takes what it needs of `parameters`."""
    prepared = statement.prepared(Dialect.POSTGRES, frozenset())
    values = prepared.bind({name: parameters[name] for name in prepared.names})
    with psycopg.connect(url) as connection:
        connection.execute("SET enable_seqscan = off")
        return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {prepared.sql}", values).fetchall())

"""Rules that hold for all tables and all statements, whoever wrote them."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Enum, Integer, Interval, Time, UniqueConstraint
from sqlalchemy.sql.dml import Insert

from fedisw.storage import outbox, queries, tables
from fedisw.storage.statements import Command, Dialect, Query

DATABASE_NUMBERS = {
    "jobs",
    "signals",
    "notifications",
    "push_subscriptions",
}  # in the order of their commit; everything else has ids of ours


def every_statement() -> Iterator[tuple[str, Query[object] | Command]]:
    modules = [importlib.import_module(f"{queries.__name__}.{found.name}") for found in pkgutil.iter_modules(queries.__path__)]
    for module in (*modules, outbox):
        for name, value in vars(module).items():
            if isinstance(value, Query | Command):
                yield f"{module.__name__.removeprefix('fedisw.storage.')}.{name}", value


STATEMENTS = dict(every_statement())


def columns_of(statement: Query[object] | Command) -> frozenset[str]:
    element = statement.element
    return frozenset(element.table.c.keys()) if isinstance(element, Insert) else frozenset()


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_compiles_for_both_databases(name: str, dialect: Dialect) -> None:
    prepared = STATEMENTS[name].prepared(dialect, columns_of(STATEMENTS[name]))
    marks = prepared.sql.count("?") if dialect is Dialect.SQLITE else len(re.findall(r"%s", prepared.sql))
    assert marks == len(prepared.slots)
    assert "POSTCOMPILE" not in prepared.sql


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_can_be_planned_by_sqlite(name: str, sqlite_template: Path) -> None:
    prepared = STATEMENTS[name].prepared(Dialect.SQLITE, columns_of(STATEMENTS[name]))
    connection = sqlite3.connect(sqlite_template)
    try:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {prepared.sql}", [None] * len(prepared.slots)).fetchall()
    finally:
        connection.close()
    assert plan is not None


@pytest.mark.parametrize("table", tables.load_all().sorted_tables, ids=lambda table: table.name)
def test_tables_look_alike_on_both_databases(table: object) -> None:
    for column in table.columns:
        assert not isinstance(column.type, DateTime | Date | Time | Interval | Enum), f"{column}: use Millis, Text, Choice"
        assert column.default is None, f"{column}: a Python default is never used; state it in the value"
    if table.name not in DATABASE_NUMBERS:
        assert table.autoincrement_column is None, f"{table.name}: use id_column(), ids are given by us"


@pytest.mark.parametrize("table", tables.load_all().sorted_tables, ids=lambda table: table.name)
def test_ids_and_references_hold_64_bits(table: object) -> None:
    for column in table.columns:
        if (column.name == "id" or column.name.endswith("_id")) and isinstance(column.type, Integer | Boolean):
            assert isinstance(column.type, BigInteger), f"{column}: use BigId"


@pytest.mark.parametrize("table", tables.load_all().sorted_tables, ids=lambda table: table.name)
def test_what_refers_to_a_row_that_can_go_has_an_index(table: object) -> None:
    """Otherwise every deletion walks the whole table."""
    keys = [table.primary_key, *table.indexes, *(key for key in table.constraints if isinstance(key, UniqueConstraint))]
    indexed = {next(iter(key.columns)) for key in keys if key.columns}
    for key in table.foreign_keys:
        assert key.parent in indexed, f"{key.parent} refers to {key.target_fullname} without an index"

"""Migrations lead to the schema that the tables describe, on both databases, and back."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateTable

from fedisw.model.errors import Conflict, Unreachable
from fedisw.storage import migrate, tables
from fedisw.storage.opening import open_database, sqlite_path
from fedisw.storage.queries import schedule
from tests.support.clock import START

ROOT = Path(__file__).parents[2]
Schema = set[tuple[object, ...]]


@pytest.fixture
def make_bare_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """URLs of databases without tables."""
    count = 0

    def make() -> str:
        nonlocal count
        count += 1
        if database_kind == "sqlite":
            return f"sqlite:///{tmp_path}/bare{count}.db"
        pool = request.getfixturevalue("postgres_databases")
        return str(pool.url(pool.take_bare()))

    return make


def schema_of(url: str) -> Schema:
    """Everything that matters of a schema, in comparable form."""
    return _sqlite_schema(url) if url.startswith("sqlite") else _postgres_schema(url)


def _sqlite_schema(url: str) -> Schema:
    connection = sqlite3.connect(sqlite_path(url))
    try:
        found: Schema = set()
        for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall():
            if name.startswith(("sqlite_", "alembic_")) or table.startswith("alembic_"):
                continue
            if kind == "index":
                found.add((name, " ".join(sql.split())))
                continue
            found.add((name, "AUTOINCREMENT" in sql))
            found |= {(name, "column", *row[1:]) for row in connection.execute(f"PRAGMA table_xinfo({name})")}
            found |= {(name, "reference", *row[2:]) for row in connection.execute(f"PRAGMA foreign_key_list({name})")}
            for row in connection.execute(f"PRAGMA index_list({name})").fetchall():
                columns = [column[2] for column in connection.execute(f"PRAGMA index_info({row[1]})")]
                found.add((name, "key", *row[2:], *columns))
        return found
    finally:
        connection.close()


def _postgres_schema(url: str) -> Schema:
    with psycopg.connect(url) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        ).fetchall()
        keys = connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
        ).fetchall()
        indexes = connection.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
    return {*columns, *keys, *indexes}


def create_all(url: str) -> None:
    engine = create_engine(migrate._sql_url(url, None))
    tables.load_all().create_all(engine)
    engine.dispose()


def test_the_migrations_lead_to_the_schema_of_the_tables(make_bare_url: Callable[[], str]) -> None:
    migrated, made = make_bare_url(), make_bare_url()
    migrate.upgrade(migrated)
    create_all(made)
    assert schema_of(migrated) == schema_of(made)
    assert len(schema_of(migrated)) > 300


def test_a_new_database_lacks_every_revision_and_a_migrated_one_none(make_bare_url: Callable[[], str]) -> None:
    url = make_bare_url()
    revisions = migrate.pending(url)
    assert revisions[0] == "0001"
    migrate.upgrade(url, revision="0002")
    assert migrate.pending(url) == revisions[2:]
    migrate.upgrade(url)
    migrate.upgrade(url)
    assert migrate.pending(url) == []


def test_each_migration_has_a_step_back(make_bare_url: Callable[[], str]) -> None:
    url = make_bare_url()
    migrate.upgrade(url)
    whole = schema_of(url)
    for revision in (*migrate.pending(make_bare_url())[-2::-1], "base"):
        migrate.downgrade(url, revision)
    assert schema_of(url) == set()
    migrate.upgrade(url)
    assert schema_of(url) == whole


async def test_rows_survive_a_second_upgrade(make_bare_url: Callable[[], str]) -> None:
    url = make_bare_url()
    migrate.upgrade(url)
    db = await open_database(url)
    await db.write(schedule.move_on, "a", seen=None, next_run=START)
    await db.close()
    migrate.upgrade(url)
    db = await open_database(url)
    assert await db.read(schedule.next_runs) == {"a": START}
    await db.close()


def test_two_upgrades_at_once_do_the_work_once(make_bare_url: Callable[[], str]) -> None:
    url = make_bare_url()
    code = "import sys; from fedisw.storage import migrate; migrate.upgrade(sys.argv[1])"
    running = [subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate(timeout=60)[1] for process in running] == [b"", b""]
    assert [process.returncode for process in running] == [0, 0]
    assert migrate.pending(url) == []


def test_threads_take_turns(make_bare_url: Callable[[], str]) -> None:
    urls = [make_bare_url(), make_bare_url()]
    threads = [threading.Thread(target=migrate.upgrade, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [migrate.pending(url) for url in urls] == [[], []]


def test_a_database_of_a_newer_version_is_refused(make_bare_url: Callable[[], str]) -> None:
    url = make_bare_url()
    migrate.upgrade(url)
    engine = create_engine(migrate._sql_url(url, None))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(Conflict):
        migrate.pending(url)


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody@/nothing?host=/nowhere"])
def test_a_database_that_cannot_be_opened_is_reported(url: str) -> None:
    with pytest.raises(Unreachable):
        migrate.upgrade(url)


def test_the_tables_can_be_written_down_as_sql() -> None:
    for table in tables.load_all().sorted_tables:
        assert str(CreateTable(table)).strip().startswith(f"CREATE TABLE {table.name}")


@pytest.mark.filterwarnings("ignore:autogenerate skipping")  # of indexes on expressions, which SQLite does not show
def test_a_developer_gets_the_next_migration_from_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (versions.parent / name).write_text((migrate.folder() / name).read_text())
    monkeypatch.setattr(migrate, "PLACES", (versions.parent,))
    migrate.revise(f"sqlite:///{tmp_path}/empty.db", "All of it")
    (written,) = versions.glob("*_all_of_it.py")
    text = written.read_text()
    assert "op.create_table('accounts'" in text
    assert "fedisw" not in text
    compile(text, str(written), "exec")

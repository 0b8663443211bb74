"""Fixtures for everybody: `db` and `make_db`, on SQLite and on PostgreSQL; `clock`."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from fedisw.storage.db import Database
from fedisw.storage.opening import open_database
from tests.support import databases
from tests.support.clock import Clock

NO_POSTGRES = "no PostgreSQL: neither FEDISW_TEST_POSTGRES nor its programs; half of the database tests did not run"
MakeUrl = Callable[[], str]
_run: list[Path] = []


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the folder that all workers share."""
    if not hasattr(config, "workerinput"):
        _run.append(databases.begin_run())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing is left running."""
    while _run:
        databases.end_run(_run.pop())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what tests recorded under "told", such as their seeds; say loudly when a half is missing."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.line(str(value))
    if not databases.postgres_available():
        terminalreporter.section("SKIPPED", red=True, bold=True)
        terminalreporter.line(NO_POSTGRES)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is moved."""
    return Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables."""
    return databases.build_sqlite_template(tmp_path_factory.mktemp("template") / "empty.db")


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[databases.PostgresDatabases]:
    """The PostgreSQL of this worker."""
    pool = databases.PostgresDatabases()
    yield pool
    pool.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database; a test for one only says `@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)`."""
    kind = str(request.param)
    if kind == "postgres" and not databases.postgres_available():
        if os.environ.get("CI") == "true":
            pytest.fail(NO_POSTGRES)
        pytest.skip(NO_POSTGRES)
    return kind


@pytest.fixture
def make_database_url(
    database_kind: str, request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path
) -> Iterator[MakeUrl]:
    """Makes empty databases with all tables and gives their URLs, for tests that start processes."""
    taken: list[str] = []

    def make() -> str:
        if database_kind == "sqlite":
            path = tmp_path / f"fedisw-{len(taken)}.db"
            shutil.copy(sqlite_template, path)
            taken.append(str(path))
            return f"sqlite:///{path}"
        pool = request.getfixturevalue("postgres_databases")
        taken.append(pool.take())
        return str(pool.url(taken[-1]))

    yield make
    if database_kind == "postgres":
        pool = request.getfixturevalue("postgres_databases")
        for name in taken:
            pool.give_back(name)


class MakeDatabase:
    """Opens a new empty database: `await make_db()`; keywords as `open_database`."""

    def __init__(self, make_url: MakeUrl, clock: Clock) -> None:
        self._make_url, self._clock = make_url, clock
        self.url = ""
        self.opened: list[Database] = []

    async def __call__(self, **options: object) -> Database:
        self.url = self._make_url()
        return await self.again(**options)

    async def again(self, **options: object) -> Database:
        """Another connection to the database made last, as another process would have."""
        database = await open_database(self.url, **{"clock": self._clock, "threads": 4, **options})
        self.opened.append(database)
        return database


@pytest.fixture
async def make_db(make_database_url: MakeUrl, clock: Clock) -> AsyncIterator[MakeDatabase]:
    """`await make_db()` for each database that a test needs; all are closed at its end."""
    made = MakeDatabase(make_database_url, clock)
    yield made
    for database in made.opened:
        await database.close()


@pytest.fixture
async def db(make_db: MakeDatabase) -> Database:
    """An empty database, once on SQLite and once on PostgreSQL."""
    return await make_db()

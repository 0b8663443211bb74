"""Two servers in processes of their own, on each database; they stay for all tests of a pytest worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from tests.support.databases import PostgresDatabases
from tests.support.server import Person, Server, prepared, running


@dataclass(frozen=True, slots=True)
class Pair:
    """`home` is where the clients are, `away` is the other server."""

    home: Server
    away: Server

    def newcomer(self, name: str, *, away: bool = False) -> Person:
        """Somebody whose name nobody else has."""
        return (self.away if away else self.home).person(f"{name}_{token_hex(3)}")


@contextmanager
def two_servers(folder: Path, new_url: Callable[[str], str]) -> Iterator[Pair]:
    """Both on databases of one kind."""
    home, away = (prepared(folder / name, new_url(name), watched=True) for name in ("home", "away"))
    with running(home, away):
        yield Pair(home, away)


@pytest.fixture(scope="session")
def sqlite_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both on SQLite."""
    folder = tmp_path_factory.mktemp("sqlite_pair")
    with two_servers(folder, lambda name: f"sqlite:///{folder}/{name}.db") as pair:
        yield pair


@pytest.fixture(scope="session")
def postgres_pair(tmp_path_factory: pytest.TempPathFactory, postgres_databases: PostgresDatabases) -> Iterator[Pair]:
    """Both on PostgreSQL."""
    pool = postgres_databases
    with two_servers(tmp_path_factory.mktemp("postgres_pair"), lambda _name: pool.url(pool.take_bare())) as pair:
        yield pair


@pytest.fixture
def pair(database_kind: str, request: pytest.FixtureRequest) -> Pair:
    """Two servers, once on SQLite and once on PostgreSQL."""
    found = request.getfixturevalue(f"{database_kind}_pair")
    assert isinstance(found, Pair)
    return found

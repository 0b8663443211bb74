"""An empty database that the server migrates itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.faults.audit", "tests.faults.load", "tests.faults.endings")  # they show what differs


@pytest.fixture
def bare_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path}/fedisw.db"
    pool = request.getfixturevalue("postgres_databases")
    return str(pool.url(pool.take_bare()))

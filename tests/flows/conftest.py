"""Several servers of ours over TLS, in one process, each with its own database (SQLite files or PostgreSQL databases)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.fediverse import Fediverse, a_fediverse


@pytest.fixture
async def fediverse(make_database_url: Callable[[], str], tmp_path: Path, clock: Clock) -> AsyncIterator[Fediverse]:
    """Nobody yet: `await fediverse.start("alpha.test")`."""
    async with a_fediverse(tmp_path, make_database_url, clock) as universe:
        yield universe

"""Our server (`home`) and two scripted ones (`beta`, `gamma`) over TLS, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedisw.storage.db import Database
from tests.net.servers import Names
from tests.support.clock import Clock
from tests.support.home import Home, at_home
from tests.support.peers import PeerServer, serving_peer
from tests.support.sending import Sending, sending


@pytest.fixture
def names() -> Names:
    """Where the host names of a test lead."""
    return Names()


@pytest.fixture
async def home(db: Database, names: Names, clock: Clock, tmp_path: Path) -> AsyncIterator[Home]:
    """Our server."""
    async with at_home(db, names, clock, tmp_path) as server:
        yield server


@pytest.fixture
async def beta(names: Names, clock: Clock) -> AsyncIterator[PeerServer]:
    """Another server."""
    async with serving_peer(names, "beta.test", clock) as server:
        yield server


@pytest.fixture
async def gamma(names: Names, clock: Clock) -> AsyncIterator[PeerServer]:
    """A third server."""
    async with serving_peer(names, "gamma.test", clock) as server:
        yield server


@pytest.fixture
async def us(home: Home, names: Names) -> AsyncIterator[Sending]:
    """Our server with what it sends, and servers that take it as scripted."""
    async with sending(home, names) as made:
        yield made

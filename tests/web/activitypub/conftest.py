"""Our server at https://home.test with all addresses of ActivityPub, and `beta`, another server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fedisw.storage.db import Database
from fedisw.web.activitypub.table import ROUTES
from fedisw.web.keys import PEER
from fedisw.web.wellknown import host_meta, nodeinfo, webfinger
from tests.net.servers import Names
from tests.support.clock import Clock
from tests.support.home import Home, at_home
from tests.support.peers import PeerServer, serving_peer
from tests.support.reading import Reader
from tests.web.conftest import Start

MakeReader = Callable[..., Awaitable[Reader]]
ALL = (*ROUTES, *webfinger.ROUTES, *host_meta.ROUTES, *nodeinfo.ROUTES)


@pytest.fixture
def names() -> Names:
    """Where the host names of a test lead."""
    return Names()


@pytest.fixture
async def beta(names: Names, clock: Clock) -> AsyncIterator[PeerServer]:
    """Another server."""
    async with serving_peer(names, "beta.test", clock) as server:
        yield server


@pytest.fixture
async def reading(db: Database, names: Names, clock: Clock, tmp_path: Path, start: Start) -> AsyncIterator[MakeReader]:
    """`await reading(FEDISW_FEDERATION_AUTHORIZED_FETCH="on")`: our server with these settings."""
    opened = []

    async def make(**settings: str) -> Reader:
        around = at_home(db, names, clock, tmp_path, **settings)
        home: Home = await around.__aenter__()
        opened.append(around)
        client = await start(ALL, settings=home.peer.settings, parts={PEER: home.peer})
        return Reader(home, client)

    yield make
    for around in opened:
        await around.__aexit__(None, None, None)


@pytest.fixture
async def here(reading: MakeReader) -> Reader:
    """Our server; signatures are not needed for what everybody may read."""
    return await reading()


@pytest.fixture
async def strict(reading: MakeReader) -> Reader:
    """Our server, which is read by signed requests only."""
    return await reading(FEDISW_FEDERATION_AUTHORIZED_FETCH="on")

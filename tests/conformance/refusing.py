"""What is refused leaves nothing: no row, no request, no work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.federation import reading
from tests.support.home import Home
from tests.support.peers import PeerServer


@asynccontextmanager
async def nothing_follows(home: Home, *servers: PeerServer, fetching: tuple[str, ...] = ()) -> AsyncIterator[None]:
    """Whatever is sent inside is of no effect: nothing kept, nothing changed, and nothing asked of `servers` but `fetching`."""
    await home.settle()
    before, effects = await home.kept(), await reading.effects(home)
    asked = [len(server.asked) for server in servers]
    yield
    await home.settle()
    assert await home.kept() == before
    assert await reading.effects(home) == effects
    for server, count in zip(servers, asked, strict=True):
        allowed = {f"GET {uri.removeprefix(server.origin)}" for uri in fetching}
        unexpected = [one for one in server.asked[count:] if one not in allowed]
        assert unexpected == [], unexpected

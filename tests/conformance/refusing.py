"""What is refused leaves nothing: no row, no request, no work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.federation import reading
from tests.support.home import Home
from tests.support.peers import PeerServer


@asynccontextmanager
async def nothing_follows(
    home: Home, *servers: PeerServer, fetching: tuple[str, ...] = (), keeping: tuple[str, ...] = ()
) -> AsyncIterator[None]:
    """Whatever is sent inside is of no effect: nothing kept, nothing changed, nothing asked of `servers`.

    Args:
        fetching: ids that may be asked for.
        keeping: kinds of rows that there may be more of.
    """
    await home.settle()
    before, effects = await home.kept(), await reading.effects(home)
    asked = [len(server.asked) for server in servers]
    yield
    await home.settle()
    after = await home.kept()
    assert {name: after[name] for name in before if name not in keeping} == {
        name: before[name] for name in before if name not in keeping
    }
    assert await reading.effects(home) == effects
    for server, count in zip(servers, asked, strict=True):
        allowed = {f"GET {uri.removeprefix(server.origin)}" for uri in fetching}
        unexpected = [one for one in server.asked[count:] if one not in allowed]
        assert unexpected == [], unexpected

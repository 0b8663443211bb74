"""Delivering to a whole server over HTTP."""

from __future__ import annotations

from fedisw.federation.inbox import RequestParts
from tests.support.fediverse import Server


async def post_to(server: Server, parts: RequestParts) -> None:
    """Deliver a request that somebody signed; it must be accepted."""
    address = f"https://127.0.0.1:{server.port}{parts.target}"
    async with server.session.post(address, data=parts.body, headers=dict(parts.headers), server_hostname=server.host) as answer:
        assert answer.status == 202, await answer.text()

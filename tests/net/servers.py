"""Real servers on loopback with TLS, and a client whose resolver knows their names."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network

import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from fedisw.model.urls import Origin
from fedisw.net.address import AddressPolicy
from fedisw.net.client import Client
from fedisw.net.limits import AS2_ACCEPT, AS2_KINDS, Times

AUTHORITY = trustme.CA()
LOOPBACK = AddressPolicy(also_allowed=(ip_network("127.0.0.0/8"),))
QUICK = Times(connect=1, headers=0.4, idle=0.3, floor_over=0.2, diagnostics=0.3)
NOTE = "application/activity+json"
URL = "https://alpha.test/note"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names:
    """Where the names of a test lead."""

    def __init__(self) -> None:
        self.places: dict[str, list[tuple[str, int]]] = {}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int, /) -> Sequence[tuple[str, int]]:
        self.asked.append(host)
        return self.places.get(host, [])


def tls_of_server(*names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*names).configure_cert(context)
    return context


def tls_of_client() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


@asynccontextmanager
async def serving(names: Names, host: str, handler: Handler, *, certificate: str = "") -> AsyncIterator[TestServer]:
    """An https server known as `host`, answering everything with `handler`."""
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{rest:.*}", handler)
    server = TestServer(app, scheme="https", shutdown_timeout=0.1)
    await server.start_server(ssl=tls_of_server(certificate or host))
    names.places[host] = [("127.0.0.1", server.port or 0)]
    try:
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def saying(names: Names, host: str, *parts: bytes, pause: float = 0) -> AsyncIterator[list[bytes]]:
    """An https server that says these bytes, whatever it is asked, and notes the head of each request."""
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has enough
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls_of_server(host))
    names.places[host] = [("127.0.0.1", server.sockets[0].getsockname()[1])]
    try:
        yield heads
    finally:
        server.close()
        await asyncio.sleep(0)


def client_of(names: Names, *, policy: AddressPolicy = LOOPBACK, times: Times | None = None) -> Client:
    ours = Origin.of("https://ours.test")
    return Client(origin=ours, policy=policy, resolver=names, tls=tls_of_client(), times=times)


async def fetch(client: Client, url: str = URL, **more):
    return await client.get(url, accept=AS2_ACCEPT, kinds=AS2_KINDS, **more)


def always(**answer):
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(**answer)

    return handler


def redirecting(**steps: str):
    """Paths to where they redirect; all else is a note."""

    async def handler(request: web.Request) -> web.Response:
        target = steps.get(request.path.strip("/"))
        if target is None:
            return web.Response(text="{}", content_type=NOTE)
        return web.Response(status=302, headers={"Location": target})

    return handler

"""Our server over TLS at https://127.0.0.1:PORT with its background work, and a Fedify server that trusts the same authority."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from fedisw.model.accounts import Account
from fedisw.runtime import Runtime
from fedisw.web.app import create_app
from tests.net.servers import AUTHORITY, tls_of_client, tls_of_server
from tests.support import node
from tests.support.clock import Clock
from tests.support.fediverse import add_person
from tests.support.people import People, make_settings
from tests.support.server import free_port

T = TypeVar("T")
HERE = "127.0.0.1"
WAIT = 15.0  # seconds for something to arrive


@dataclass(slots=True, kw_only=True)
class Ours:
    """Our server and one person.

    Attributes:
        taken: scheme of the signature and our answer, for every activity that was posted to us.
    """

    origin: str
    account: Account
    token: str
    session: aiohttp.ClientSession
    taken: list[tuple[str, int]] = field(default_factory=list)

    @property
    def handle(self) -> str:
        """`name@host:port`."""
        return f"{self.account.username}@{self.origin.removeprefix('https://')}"

    async def ask(self, path: str, **params: str) -> Any:
        """GET of the client API."""
        return await self._call("GET", path, params=params)

    async def do(self, path: str, *, method: str = "POST", **form: Any) -> Any:
        """A change over the client API."""
        return await self._call(method, path, json=form)

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        head = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(method, self.origin + path, headers=head, **options) as answer:
            assert answer.status == 200, (path, answer.status, await answer.text())
            return await answer.json()


class Theirs:
    """The Fedify server, told what to do without holding up ours."""

    def __init__(self, program: node.Program, origin: str) -> None:
        self._program, self.origin = program, origin

    async def do(self, work: str, **asked: Any) -> Any:
        """One piece of work of fedify.mjs."""
        return await asyncio.to_thread(self._program.ask, work, **asked)

    def handle(self, name: str) -> str:
        """`name@host:port`."""
        return f"{name}@{self.origin.removeprefix('https://')}"

    async def taken(self, kind: str) -> list[Any]:
        """Documents of this type that passed Fedify's checks."""
        return [one["document"] for one in await self.do("taken") if one["kind"] == kind]


async def eventually(ask: Callable[[], Awaitable[T]]) -> T:
    """The first answer that is not empty; fails the test when none comes in time."""
    end = time.monotonic() + WAIT
    while not (found := await ask()):
        assert time.monotonic() < end, "nothing came"
        await asyncio.sleep(0.05)
    return found


@pytest.fixture(params=["cavage", "rfc9421"])
def scheme(request: pytest.FixtureRequest) -> str:
    """How Fedify signs and what it takes."""
    return str(request.param)


@pytest.fixture
async def ours(make_database_url: Callable[[], str], tmp_path: Path) -> AsyncIterator[Ours]:
    """Our server, working."""
    async with our_server(tmp_path, make_database_url()) as server:
        yield server


@asynccontextmanager
async def our_server(folder: Path, database_url: str) -> AsyncIterator[Ours]:
    """Our server with the development switches that a loopback address needs."""
    port = free_port()
    origin = f"https://{HERE}:{port}"
    settings = make_settings(
        folder,
        FEDISW_ORIGIN=origin,
        FEDISW_DATABASE_URL=database_url,
        FEDISW_ALLOW_PRIVATE_NETWORK="1",
        FEDISW_LIMITS_RATE_FACTOR="0",
    )
    async with AsyncExitStack() as parts:
        runtime = await parts.enter_async_context(await Runtime.open(settings, ssl=tls_of_client()))
        account = await add_person(runtime, "amy")
        token = await People(runtime.db, settings, Clock(runtime.now())).token(account)
        connector = aiohttp.TCPConnector(ssl=tls_of_client())
        session = await parts.enter_async_context(aiohttp.ClientSession(connector=connector))
        ours = Ours(origin=origin, account=account, token=token, session=session)
        app = create_app(runtime)
        app.middlewares.insert(0, _noting(ours.taken))
        server = TestServer(app, scheme="https", port=port, shutdown_timeout=0.1)
        await parts.enter_async_context(runtime.working())
        await server.start_server(ssl=tls_of_server(HERE))
        parts.push_async_callback(server.close)
        yield ours


def _noting(taken: list[tuple[str, int]]) -> Any:
    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if request.method == "POST" and request.path.endswith("/inbox"):
            taken.append(("rfc9421" if "Signature-Input" in request.headers else "cavage", answer.status))
        return answer

    return note


@pytest.fixture
async def theirs(scheme: str, tmp_path: Path) -> AsyncIterator[Theirs]:
    """A Fedify server."""
    authority = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(authority)
    issued = AUTHORITY.issue_cert(HERE)
    certificate = b"".join(part.bytes() for part in issued.cert_chain_pems).decode()
    with node.running("fedify.mjs", NODE_EXTRA_CA_CERTS=str(authority)) as program:
        asked = {"scheme": scheme, "key": issued.private_key_pem.bytes().decode(), "certificate": certificate}
        origin = await asyncio.to_thread(program.ask, "open", **asked)
        yield Theirs(program, origin)

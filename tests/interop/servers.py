"""The two sides of a story: our server over TLS at https://127.0.0.1:PORT with its background work, and one of somebody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from fedisw.model.accounts import Account
from fedisw.runtime import Runtime
from fedisw.web.app import create_app
from tests.net.servers import tls_of_client, tls_of_server
from tests.support import node
from tests.support.clock import Clock
from tests.support.fediverse import add_person
from tests.support.people import People, make_settings
from tests.support.server import free_port

T = TypeVar("T")
Json = Any
HERE = "127.0.0.1"
WAIT = 15.0  # seconds for something to arrive
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


async def eventually(ask: Callable[[], Awaitable[T]]) -> T:
    """The first answer that is not empty; fails the test when none comes in time."""
    end = time.monotonic() + WAIT
    while not (found := await ask()):
        assert time.monotonic() < end, "nothing came"
        await asyncio.sleep(0.05)
    return found


@dataclass(slots=True, kw_only=True)
class Ours:
    """Our server and one person.

    Attributes:
        taken: scheme of the signature and our answer, for every activity that was posted to us.
    """

    runtime: Runtime
    origin: str
    account: Account
    token: str
    people: People
    session: aiohttp.ClientSession
    taken: list[tuple[str, int]] = field(default_factory=list)

    @property
    def handle(self) -> str:
        """`name@host:port`."""
        return self.handle_of(self.account)

    def handle_of(self, account: Account) -> str:
        """Of anybody here."""
        return f"{account.username}@{self.origin.removeprefix('https://')}"

    async def person(self, name: str) -> tuple[Account, str]:
        """One more person with a token, for `by`."""
        account = await add_person(self.runtime, name)
        return account, await self.people.token(account)

    async def ask(self, path: str, *, by: str = "", **params: str) -> Json:
        """GET of the client API."""
        return await self._call("GET", path, by, params=params)

    async def do(self, path: str, *, method: str = "POST", by: str = "", **form: Any) -> Json:
        """A change over the client API."""
        return await self._call(method, path, by, json=form)

    async def _call(self, method: str, path: str, by: str, **options: Any) -> Json:
        head = {"Authorization": f"Bearer {by or self.token}"}
        async with self.session.request(method, self.origin + path, headers=head, **options) as answer:
            assert answer.status == 200, (path, answer.status, await answer.text())
            return await answer.json()

    async def upload(self, picture: bytes, description: str) -> str:
        """A picture for a post: its id."""
        form = aiohttp.FormData({"description": description})
        form.add_field("file", picture, filename="p.png", content_type="image/png")
        head = {"Authorization": f"Bearer {self.token}"}
        async with self.session.post(f"{self.origin}/api/v2/media", headers=head, data=form) as answer:
            assert answer.status in (200, 202), await answer.text()
            return str((await answer.json())["id"])

    async def home(self) -> list[Json]:
        """The person's home timeline."""
        return list(await self.ask("/api/v1/timelines/home"))

    async def newest(self) -> Json:
        """The one post in the home timeline, as soon as it is there."""
        (seen,) = await eventually(self.home)
        return seen

    async def notified(self, kind: str) -> Json:
        """The latest notification of this kind, as soon as there is one."""

        async def last() -> Json:
            told = await self.ask("/api/v1/notifications", **{"types[]": kind})
            return told[0] if told else None

        return await eventually(last)

    async def relation(self, account_id: str) -> Json:
        """How amy stands to somebody."""
        (state,) = await self.ask("/api/v1/accounts/relationships", **{"id[]": account_id})
        return state

    async def find(self, handle: str) -> Json:
        """Somebody elsewhere, by handle."""
        found = await self.ask("/api/v2/search", q=handle, resolve="true", type="accounts")
        assert [one["acct"] for one in found["accounts"]] == [handle]
        return found["accounts"][0]

    async def status(self, uri: str) -> Json:
        """A post, by its id elsewhere."""
        found = await self.ask("/api/v2/search", q=uri, resolve="true", type="statuses")
        (status,) = found["statuses"]
        return status

    async def follow(self, handle: str) -> Json:
        """Follow somebody elsewhere who says yes; they as amy sees them."""
        seen = await self.find(handle)
        await self.do(f"/api/v1/accounts/{seen['id']}/follow")

        async def accepted() -> bool:
            return bool((await self.relation(seen["id"]))["following"])

        await eventually(accepted)
        return seen


class Theirs:
    """The Fedify server, told what to do without holding up ours."""

    def __init__(self, program: node.Program, origin: str) -> None:
        self._program, self.origin = program, origin

    async def do(self, work: str, **asked: Any) -> Json:
        """One piece of work of fedify.mjs."""
        return await asyncio.to_thread(self._program.ask, work, **asked)

    async def fails(self, work: str, **asked: Any) -> str:
        """What went wrong."""
        answer = await asyncio.to_thread(self._program.try_to, work, **asked)
        assert "error" in answer, answer
        return str(answer["error"])

    def handle(self, name: str = "ben") -> str:
        """`name@host:port`."""
        return f"{name}@{self.origin.removeprefix('https://')}"

    async def person(self, name: str, **about: Any) -> str:
        """Somebody there: the id. About them: `shown`, `kind`, `approves`, and more members of the actor in `more`."""
        return str(await self.do("person", name=name, **about))

    async def post(self, *, by: str = "ben", to: Any = "followers", **members: Any) -> str:
        """A new object and the Create of it: its id. For everybody and the followers unless `tos` and `ccs` say otherwise."""
        return str(await self.do("post", by=by, to=to, object=members))

    async def send(self, kind: str, *, to: Any, by: str = "ben", **members: Any) -> str:
        """Any activity; its id."""
        return str(await self.do("send", by=by, to=to, activity={"type": kind, **members}))

    async def follow(self, handle: str, *, by: str = "ben") -> str:
        """Follow somebody of ours who says yes: id of the Follow."""
        amy = await self.do("find", what=f"@{handle}")
        uri = await self.send("Follow", to=[amy["id"]], by=by, object=amy["id"])
        await self.first("Accept")
        return uri

    async def taken(self, kind: str) -> list[Json]:
        """Documents of this type that passed Fedify's checks."""
        return [one["document"] for one in await self.do("taken") if one["kind"] == kind]

    async def first(self, kind: str) -> Json:
        """The one document of this type, as soon as it is there."""
        (document,) = await eventually(lambda: self.taken(kind))
        return document

    async def came(self, kind: str, count: int) -> list[Json]:
        """That many documents of this type."""

        async def enough() -> list[Json]:
            documents = await self.taken(kind)
            return documents if len(documents) >= count else []

        documents = await eventually(enough)
        assert len(documents) == count, documents
        return documents


@asynccontextmanager
async def our_server(folder: Path, database_url: str, **more: str) -> AsyncIterator[Ours]:
    """Our server with the development switches that a loopback address needs; more settings as environment variables."""
    port = free_port()
    origin = f"https://{HERE}:{port}"
    settings = make_settings(
        folder,
        FEDISW_ORIGIN=origin,
        FEDISW_DATABASE_URL=database_url,
        FEDISW_ALLOW_PRIVATE_NETWORK="1",
        FEDISW_LIMITS_RATE_FACTOR="0",
        **more,
    )
    async with AsyncExitStack() as parts:
        runtime = await parts.enter_async_context(await Runtime.open(settings, ssl=tls_of_client()))
        account = await add_person(runtime, "amy")
        people = People(runtime.db, settings, Clock(runtime.now()))
        connector = aiohttp.TCPConnector(ssl=tls_of_client())
        session = await parts.enter_async_context(aiohttp.ClientSession(connector=connector))
        ours = Ours(
            runtime=runtime,
            origin=origin,
            account=account,
            token=await people.token(account),
            people=people,
            session=session,
        )
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

"""A real `fedisw run` with three people, and a scripted server on loopback with five who follow and are followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.peers import Actor, Document, PeerServer
from tests.support.server import Person, Server, free_port, prepared

T = TypeVar("T")
ACTORS = 5
FOLLOWED = 3  # of them, by ann; the others only mention and like
SOON = 30.0  # seconds for something that takes far less


@dataclass(slots=True, kw_only=True)
class World:
    """Ann follows three actors, and is followed by the first and by ben; cyn wrote the posts that actors like."""

    server: Server
    ann: Person
    ben: Person
    cyn: Person
    peer: PeerServer
    session: aiohttp.ClientSession
    actors: list[Actor] = field(default_factory=list)
    liked: list[str] = field(default_factory=list)  # ids (URIs) of posts of cyn

    @property
    def people(self) -> tuple[Person, ...]:
        """Those who live here."""
        return self.ann, self.ben, self.cyn

    async def send(self, actor: Actor, activity: Document) -> int:
        """Post to the shared inbox, signed now; gives the status."""
        to = f"{self.server.origin}/inbox"
        parts = actor.signed(activity, to=to)
        async with self.session.post(to, data=parts.body, headers=dict(parts.headers)) as answer:
            await answer.read()
            return answer.status

    async def ask(self, person: Person, method: str, path: str, **form: str) -> tuple[int, Any]:
        """Ask the client API; `key` in the form is the Idempotency-Key. Gives status and body."""
        headers = {"Authorization": f"Bearer {person.token}"}
        if (key := form.pop("key", None)) is not None:
            headers["Idempotency-Key"] = key
        url = self.server.origin + path
        options: dict[str, Any] = {"params": form} if method == "GET" else {"data": form}
        async with self.session.request(method, url, headers=headers, **options) as answer:
            is_json = "json" in answer.content_type
            return answer.status, await answer.json() if is_json else await answer.text()

    async def get(self, person: Person, path: str, **params: str) -> Any:
        """Read what must be there."""
        status, body = await self.ask(person, "GET", path, **params)
        assert status == 200, (path, status, body)
        return body


@asynccontextmanager
async def a_world(folder: Path, database_url: str, *, liked: int) -> AsyncIterator[World]:
    """The server runs, all know each other; ends what still runs."""
    server = await asyncio.to_thread(prepared, folder, database_url)
    people = [await asyncio.to_thread(server.person, name) for name in ("ann", "ben", "cyn")]
    async with _peer() as peer, aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        world = World(server=server, ann=people[0], ben=people[1], cyn=people[2], peer=peer, session=session)
        world.actors = [peer.person(f"actor{number}") for number in range(ACTORS)]
        try:
            server.launch()
            await asyncio.to_thread(server.wait)
            await _meet(world)
            await _write_posts(world, liked)
            yield world
        finally:
            server.kill()


async def until(there: Callable[[], Awaitable[T]]) -> T:
    """The first answer that is not empty, asked again and again."""
    async with asyncio.timeout(SOON):
        while True:
            if found := await there():
                return found
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _peer() -> AsyncIterator[PeerServer]:
    port = free_port()
    peer = PeerServer(f"127.0.0.1:{port}", lambda: datetime.now(UTC), scheme="http")
    app = web.Application(client_max_size=1 << 20)
    app.router.add_route("*", "/{rest:.*}", peer.handle)
    async with TestServer(app, host="127.0.0.1", port=port):
        yield peer


async def _meet(world: World) -> None:
    ann_uri = await _uri(world, world.ann)
    for actor in world.actors[:FOLLOWED]:
        handle = f"@{actor.document['preferredUsername']}@{world.peer.host}"
        found = await world.get(world.ann, "/api/v2/search", q=handle, resolve="true", type="accounts")
        (account,) = found["accounts"]
        assert (await world.ask(world.ann, "POST", f"/api/v1/accounts/{account['id']}/follow"))[0] == 200
        follow = await until(lambda uri=actor.uri: _taken(world, "Follow", uri))
        assert await world.send(actor, actor.activity("Accept", follow)) == 202
    assert await world.send(world.actors[0], world.actors[0].activity("Follow", ann_uri)) == 202
    assert (await world.ask(world.ben, "POST", f"/api/v1/accounts/{world.ann.id}/follow"))[0] == 200
    await until(lambda: _all_know(world))


async def _all_know(world: World) -> bool:
    ann = await world.get(world.ann, f"/api/v1/accounts/{world.ann.id}")
    return (ann["following_count"], ann["followers_count"]) == (FOLLOWED, 2)


async def _taken(world: World, kind: str, thing: str) -> Document | None:
    return next((one for one in world.peer.taken if (one["type"], one["object"]) == (kind, thing)), None)


async def _uri(world: World, person: Person) -> str:
    return str((await world.get(person, f"/api/v1/accounts/{person.id}"))["uri"])


async def _write_posts(world: World, count: int) -> None:
    for number in range(count):
        status, body = await world.ask(world.cyn, "POST", "/api/v1/statuses", status=f"Like me {number}")
        assert status == 200, body
        world.liked.append(body["uri"])

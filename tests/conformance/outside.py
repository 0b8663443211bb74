"""One whole server of ours, `home.test`, driven from outside: signed requests over TLS, the client API, and scripted
servers that keep what really reached them.

    from tests.conformance.outside import house as house

    async def test_076_…(house: House):
        ben = (await house.peer("beta.test")).person("ben")
        assert await house.post(ben, ben.activity("Follow", house.amy.uri)) == 202
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from fedisw.model.accounts import Account
from fedisw.model.statuses import Status
from fedisw.storage.db import Database
from fedisw.storage.queries import accounts, statuses
from tests.federation import reading
from tests.support import factories
from tests.support.clock import Clock
from tests.support.fediverse import Answer, Fediverse, Server
from tests.support.peers import Actor, Document, PeerServer, serving_peer

ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
AJ = {"Accept": "application/activity+json"}
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass(slots=True, kw_only=True)
class House:
    """home.test and those around it. `amy` lives there and is signed in."""

    fediverse: Fediverse
    server: Server
    clock: Clock
    parts: AsyncExitStack

    @property
    def amy(self) -> Account:
        """Who `call` speaks for."""
        return self.server.account

    @property
    def db(self) -> Database:
        """The server's database."""
        return self.server.db

    async def peer(self, host: str) -> PeerServer:
        """A scripted server."""
        return await self.parts.enter_async_context(serving_peer(self.fediverse.names, host, self.clock))

    async def deliver(self, actor: Actor, activity: Document, *, to: str = "/inbox") -> int:
        """POST a signed activity; the answer's status. Nothing is worked on yet."""
        parts = actor.signed(activity, to=f"https://home.test{to}")
        headers = dict(parts.headers) | {"Host": "home.test"}
        url = f"https://127.0.0.1:{self.server.port}{to}"
        async with self.server.session.post(url, data=parts.body, headers=headers, server_hostname="home.test") as answer:
            return answer.status

    async def post(self, actor: Actor, activity: Document, *, to: str = "/inbox") -> int:
        """The same, and all work that follows."""
        status = await self.deliver(actor, activity, to=to)
        await self.settle()
        return status

    async def settle(self) -> None:
        """Do all background work; nothing of it may fail."""
        await self.fediverse.settle()

    async def call(self, method: str, path: str, json: Any = None, **options: Any) -> Answer:
        """The client API, as amy, and all work that follows."""
        answer = await self.server.call(method, path, json=json, **options)
        await self.settle()
        return answer

    async def do(self, path: str, json: Any = None, *, method: str = "POST", **options: Any) -> Any:
        """The same, which must succeed."""
        answer = await self.call(method, path, json={} if json is None else json, **options)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.body

    async def get(self, path: str, **options: Any) -> Answer:
        """GET as ActivityPub, not signed in."""
        return await self.server.call("GET", path, signed_in=False, headers=AJ, **options)

    async def id_of(self, actor: Actor) -> int:
        """The id of somebody elsewhere here; whoever was never heard of says something first."""
        known = await self.db.read(accounts.find_by_uri, actor.uri)
        if known is None:
            await self.post(actor, actor.activity("Like", "https://home.test/nothing"))
            known = await self.db.read(accounts.find_by_uri, actor.uri)
        assert known is not None
        return known.id

    async def account(self, actor: Actor) -> Account:
        """Somebody elsewhere as known here."""
        return await self.db.read(accounts.get, await self.id_of(actor))

    async def meet(self, actor: Actor, *, both: bool = False) -> Account:
        """amy follows somebody elsewhere: what they post is wanted. `both`: they follow amy, too."""
        known = await self.account(actor)
        await self.db.write(factories.put_follow, self.amy, known)
        if both:
            await self.db.write(factories.put_follow, known, self.amy)
        return known

    async def relation(self, actor: Actor) -> Any:
        """What the client API says between amy and somebody."""
        return (await self.server.ask(f"/api/v1/accounts/relationships?id[]={await self.id_of(actor)}"))[0]

    async def status(self, uri: str | Document) -> Status | None:
        """A post by its id on the wire."""
        return await self.db.read(statuses.find_by_uri, uri if isinstance(uri, str) else uri["id"])

    async def arrives(self, actor: Actor, note: Document) -> str:
        """A post comes in; its id for the client API."""
        assert await self.post(actor, actor.activity("Create", note)) == 202
        found = await self.status(note)
        assert found is not None
        return str(found.id)

    async def effects(self) -> dict[str, list[dict[str, Any]]]:
        """All rows that an activity can change."""
        return await self.db.read(reading.all_effects)

    async def nothing_comes_of(self, actor: Actor, activity: Document) -> None:
        """Answered with 202 as everything, and changes nothing."""
        await self.id_of(actor)
        before = await self.effects()
        assert await self.post(actor, activity) == 202
        assert await self.effects() == before


def of_type(peer: PeerServer, *kinds: str) -> list[Document]:
    """What reached a server, of these types, in order."""
    return [item for item in peer.taken if item["type"] in kinds]


@pytest.fixture
async def house(fediverse: Fediverse, clock: Clock) -> AsyncIterator[House]:
    """home.test, running."""
    async with AsyncExitStack() as parts:
        server = await fediverse.start("home.test")
        yield House(fediverse=fediverse, server=server, clock=clock, parts=parts)

"""Our server with somebody signed in, and somebody on a scripted server: what they send each other over TLS, and what is
seen of it through the client API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from fedisw.storage.queries import statuses
from tests.support.fediverse import Fediverse, Server
from tests.support.peers import Actor, Document, PeerServer, serving_peer

Json = Any
HOST = "alpha.test"


@dataclass(slots=True, kw_only=True)
class Meeting:
    """Amy on `us`, and servers as a test scripts them.

    Attributes:
        ben: on beta.test; follows nobody until `befriend`.
        eve: on beta.test as well.
        gil: on gamma.test.
    """

    fediverse: Fediverse
    us: Server
    beta: PeerServer
    gamma: PeerServer
    ben: Actor = field(init=False)
    eve: Actor = field(init=False)
    gil: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.ben, self.eve, self.gil = self.beta.person("ben"), self.beta.person("eve"), self.gamma.person("gil")

    @property
    def amy(self) -> str:
        """The id of the one who lives here."""
        return self.us.account.uri

    async def send(self, actor: Actor, document: Document, *, inbox: str = "/inbox", status: int = 202) -> None:
        """Post an activity, signed, to one of our inboxes; all that follows is done."""
        parts = actor.signed(document, to=f"https://{HOST}{inbox}")
        async with self.us.session.post(
            f"https://127.0.0.1:{self.us.port}{inbox}", data=parts.body, headers=dict(parts.headers), server_hostname=HOST
        ) as answer:
            assert answer.status == status, await answer.text()
        await self.fediverse.settle()
        self.fediverse.clock.forward(seconds=1)

    async def create(self, actor: Actor, note: Document, **members: Any) -> Document:
        """Post a Create of a note; the note."""
        await self.send(actor, actor.activity("Create", note, **members))
        return note

    async def befriend(self, actor: Actor, *, by: str | None = None) -> str:
        """The one who is signed in follows somebody, who agrees; the id of that account here."""
        handle = f"@{actor.document['preferredUsername']}@{actor.server.host}"
        found = await self.us.ask(f"/api/v2/search?q={handle}&resolve=true&type=accounts", by=by)
        account_id = str(found["accounts"][0]["id"])
        await self.us.do(f"/api/v1/accounts/{account_id}/follow", by=by)
        await self.fediverse.settle()
        asked = next(item for item in reversed(actor.server.taken) if item["type"] == "Follow")
        await self.send(actor, actor.activity("Accept", asked))
        return account_id

    async def followed_by(self, actor: Actor) -> None:
        """Somebody follows the one who lives here."""
        await self.send(actor, actor.activity("Follow", self.amy))

    async def id_of(self, note: Document | str) -> str | None:
        """The id here of a post, None where it is not stored."""
        uri = note if isinstance(note, str) else str(note["id"])
        found = await self.us.db.read(statuses.find_by_uri, uri)
        return str(found.id) if found is not None else None

    async def shown(self, note: Document | str, *, by: str | None = None) -> Json:
        """A post as somebody's client gets it, which must be there for them."""
        return await self.us.ask(f"/api/v1/statuses/{await self.id_of(note)}", by=by)

    async def status_of(self, note: Document | str, *, by: str | None = None, signed_in: bool = True) -> int:
        """What a client is answered that asks for a post."""
        answer = await self.us.call("GET", f"/api/v1/statuses/{await self.id_of(note)}", by=by, signed_in=signed_in)
        return answer.status

    async def post(self, **form: Any) -> Json:
        """Amy posts; it is delivered."""
        made = await self.us.do("/api/v1/statuses", json=form)
        await self.fediverse.settle()
        self.fediverse.clock.forward(seconds=1)
        return made

    async def told(self, *, by: str | None = None) -> list[tuple[str, str]]:
        """Kind and cause of somebody's notifications, newest first."""
        found = await self.us.ask("/api/v1/notifications?include_filtered=true", by=by)
        return [(item["type"], item["account"]["acct"]) for item in found]

    async def another(self, name: str) -> str:
        """The token of one more person who lives here."""
        return await self.us.sign_in(await self.us.person(name))


@pytest.fixture
async def meeting(fediverse: Fediverse) -> AsyncIterator[Meeting]:
    """Everybody is there, nobody knows anybody."""
    async with AsyncExitStack() as parts:
        us = await fediverse.start(HOST)
        peers = [
            await parts.enter_async_context(serving_peer(fediverse.names, host, fediverse.clock))
            for host in ("beta.test", "gamma.test")
        ]
        yield Meeting(fediverse=fediverse, us=us, beta=peers[0], gamma=peers[1])

"""A scripted server that takes nothing on trust: what its software would refuse is refused, and noted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urldefrag

import orjson
from aiohttp import web

from tests.net.servers import Names, serving
from tests.stories.software import Dialect
from tests.stories.strict import Arrived, broken_signature
from tests.support.peers import Document, PeerServer

KeyOf = Callable[[str], Awaitable[Document | None]]


@dataclass(frozen=True, slots=True)
class Delivered:
    """An activity of ours that was taken."""

    inbox: str
    activity: Document


@dataclass(slots=True)
class Mail:
    """What came to the inboxes since it was last looked at."""

    new: list[Delivered] = field(default_factory=list)
    all: list[Delivered] = field(default_factory=list)


class SoftwareServer(PeerServer):
    """A server of one software.

    Attributes:
        refused: what it had against requests of ours; empty at the end of a story.
        read: signed GETs that it answered.
    """

    def __init__(self, dialect: Dialect, now: Callable[[], datetime], actor_of: KeyOf) -> None:
        super().__init__(dialect.host, now)
        self.dialect, self.mail = dialect, Mail()
        self.refused: list[str] = []
        self._actor_of, self._pems = actor_of, dict[str, str]()

    @property
    def inboxes(self) -> set[str]:
        """Paths at which it takes activities: those that its actors name."""
        found: set[str] = set()
        for document in self._answers.values():
            if isinstance(document, dict) and "inbox" in document:
                shared = (document.get("endpoints") or {}).get("sharedInbox") or document.get("sharedInbox")
                found |= {path.split(self.host, 1)[1] for path in (document["inbox"], shared) if path}
        return found

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Look closely, then do as a scripted server does."""
        body = await request.read()
        arrived = Arrived(
            host=self.host,
            method=request.method,
            target=request.raw_path,
            headers=request.headers,
            body=body,
            document=orjson.loads(body) if body else None,
        )
        if "Signature-Input" in arrived.headers:
            return web.Response(status=401)  # it reads draft-cavage only; who knocks so may knock again
        problem = await self._problem(arrived)
        if problem:
            self.refused.append(f"{request.method} {request.raw_path}: {problem}")
            return web.Response(status=401 if "sign" in problem else 400)
        if request.method == "POST":
            assert arrived.document is not None
            delivered = Delivered(request.raw_path, arrived.document)
            self.mail.new.append(delivered)
            self.mail.all.append(delivered)
        return await super().handle(request)

    def take(self, kind: str) -> Delivered:
        """The one new activity of this kind; fails when there is none or several."""
        found = [item for item in self.mail.new if item.activity["type"] == kind]
        assert len(found) == 1, (kind, [item.activity for item in self.mail.new], self.refused)
        self.mail.new.remove(found[0])
        return found[0]

    async def _problem(self, arrived: Arrived) -> str:
        if arrived.method == "GET" and not self._is_guarded(arrived):
            return ""
        pem = await self._pem(arrived.signature.get("keyId", ""))
        if not pem:
            return "not signed by anybody"
        problems = [broken_signature(arrived, pem)]
        if arrived.method == "POST":
            problems += ["" if arrived.target in self.inboxes else "not an inbox"]
            problems += [check(arrived) for check in self.dialect.everybody]
        problems += [check(arrived) for check in self.dialect.insists]
        return "; ".join(problem for problem in problems if problem)

    def _is_guarded(self, arrived: Arrived) -> bool:
        """WebFinger is open everywhere, other documents where the software has no secure mode."""
        path = arrived.target.partition("?")[0]
        return self.dialect.secure and not path.startswith("/.well-known/") and not path.endswith(self.dialect.open)

    async def _pem(self, key_id: str) -> str:
        if key_id and key_id not in self._pems:
            actor = await self._actor_of(urldefrag(key_id).url)
            key = (actor or {}).get("publicKey", {})
            self._pems[key_id] = key.get("publicKeyPem", "") if key.get("id") == key_id else ""
        return self._pems.get(key_id, "")


@asynccontextmanager
async def software(names: Names, dialect: Dialect, now: Callable[[], datetime], actor_of: KeyOf) -> AsyncIterator[SoftwareServer]:
    """A running server of this software; `actor_of` asks us for an actor, as it would."""
    server = SoftwareServer(dialect, now, actor_of)
    async with serving(names, dialect.host, server.handle):
        yield server

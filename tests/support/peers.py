"""Other servers as tests script them: real TLS servers on loopback that serve actors and posts, sign, take what is sent
to them, and fail on demand.

    names = Names()
    async with serving_peer(names, "beta.test", clock) as beta:
        ben = beta.person("ben")
        parts = ben.signed({"type": "Follow", "object": amy.uri}, to="https://home.test/inbox")
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from fedisw.crypto import cavage, keys, rfc9421
from fedisw.crypto.keys import PrivateKey
from fedisw.crypto.signed import Scheme
from fedisw.federation.inbox import RequestParts
from tests.net.servers import Names, serving

AJ = "application/activity+json"
AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
KEYS = 6  # RSA keys made in one run of the tests; making one takes long
_numbers = count(1)

Document = dict[str, Any]


@cache
def rsa(number: int) -> PrivateKey:
    """One of the throw-away keys of this run."""
    return keys.generate_rsa()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a peer says at an address."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": AJ})


@dataclass(slots=True, kw_only=True)
class Actor:
    """Somebody on a scripted server: the document may be changed, the key replaced."""

    server: PeerServer
    document: Document
    key: PrivateKey
    key_id: str

    @property
    def uri(self) -> str:
        return str(self.document["id"])

    def rotate(self, *, published: bool = True) -> None:
        """Sign with another key under the same id from now on; `published`: the document shows it."""
        self.key = rsa(next(_numbers) % KEYS + KEYS)
        if published:
            self.publish_key()

    def publish_key(self) -> None:
        """The document shows the current key."""
        pem = keys.public_pem(self.key.public_key())
        self.document["publicKey"] = {"id": self.key_id, "owner": self.uri, "publicKeyPem": pem}

    def note(self, text: str = "Hello", **members: Any) -> Document:
        """A public note of this actor, served at its id; members replace or add, None leaves out."""
        number = next(_numbers)
        base: Document = {
            "@context": AS,
            "id": f"{self.server.origin}/notes/{number}",
            "type": "Note",
            "attributedTo": self.uri,
            "to": [PUBLIC],
            "cc": [f"{self.uri}/followers"],
            "content": f"<p>{text}</p>",
            "published": _text(self.server.now()),
        }
        return self.server.serve(_without_none(base | members))

    def activity(self, kind: str, thing: Any, **members: Any) -> Document:
        """An activity of this actor; it is not served."""
        base: Document = {
            "@context": AS,
            "id": f"{self.server.origin}/activities/{next(_numbers)}",
            "type": kind,
            "actor": self.uri,
            "object": thing,
        }
        if isinstance(thing, dict) and kind in ("Create", "Update"):
            base |= {name: thing[name] for name in ("to", "cc") if name in thing}
        return _without_none(base | members)

    def signed(
        self,
        activity: Document | bytes,
        *,
        to: str = "https://home.test/inbox",
        scheme: Scheme = Scheme.CAVAGE,
        now: datetime | None = None,
        key: PrivateKey | None = None,
        key_id: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> RequestParts:
        """A request that carries the activity and `more` fields, signed now, as its receiver sees it."""
        body = activity if isinstance(activity, bytes) else orjson.dumps(activity)
        sha256 = hashlib.sha256(body).digest()
        at, by, name = now or self.server.now(), key or self.key, key_id or self.key_id
        kind, besides = {"Content-Type": AJ}, dict(more or {})
        if scheme is Scheme.CAVAGE:
            fields = cavage.sign(method="POST", url=to, key_id=name, key=by, now=at, body_sha256=sha256, headers=kind | besides)
        else:
            fields = kind | rfc9421.sign(method="POST", url=to, key_id=name, key=by, now=at, body_sha256=sha256, headers=besides)
        parts = urlsplit(to)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        return RequestParts(method="POST", target=target, headers=tuple(fields.items()), body=body)


class PeerServer:
    """A server as a test scripts it.

    Attributes:
        asked: method and path with query of every request, in order.
        readers: which key a path is shown to, all others get 404.
        only_takes: the form of signature that it wants, `cavage` or `rfc9421`; anything else gets 401. Any if empty.
        taken: documents that were posted to it.
        bodies: the same as bytes.
        takes_with: the status that it answers to what is posted.
    """

    def __init__(self, host: str, now: Callable[[], datetime], *, scheme: str = "https") -> None:
        self.host, self.origin, self.now = host, f"{scheme}://{host}", now
        self.asked: list[str] = []
        self.taken: list[Document] = []
        self.bodies: list[bytes] = []
        self.heads: list[Mapping[str, str]] = []
        self.takes_with = 202
        self.only_takes = ""
        self.readers: dict[str, str] = {}
        self._answers: dict[str, Document | Answer] = {}
        self._handles: dict[str, str] = {}

    def person(self, name: str, *, kind: str = "Person", path: str = "", **members: Any) -> Actor:
        """An actor that is served and found by its handle."""
        uri = f"{self.origin}{path or f'/users/{name}'}"
        base: Document = {
            "@context": [AS, "https://w3id.org/security/v1"],
            "id": uri,
            "type": kind,
            "preferredUsername": name,
            "name": name.title(),
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "following": f"{uri}/following",
            "featured": f"{uri}/featured",
            "endpoints": {"sharedInbox": f"{self.origin}/inbox"},
        }
        actor = Actor(
            server=self, document=_without_none(base | members), key=rsa(next(_numbers) % KEYS), key_id=f"{uri}#main-key"
        )
        actor.publish_key()
        self.serve(actor.document)
        self.bind(name, uri)
        return actor

    def bind(self, name: str, uri: str, *, subject: str = "") -> None:
        """WebFinger leads from a name to an actor."""
        self._handles[name.lower()] = uri
        jrd = {
            "subject": subject or f"acct:{name}@{self.host}",
            "links": [{"rel": "self", "type": AJ, "href": uri}],
        }
        self.answer(
            f"/.well-known/webfinger?resource=acct%3A{name}%40{self.host.replace(':', '%3A')}",
            Answer(body=orjson.dumps(jrd), headers={"Content-Type": "application/jrd+json"}),
        )

    def serve(self, document: Document) -> Document:
        """Serve a document at its id; later changes of it are seen."""
        self._answers[_target(str(document["id"]))] = document
        return document

    def answer(self, where: str, answer: Answer) -> None:
        """Say this at a path or id."""
        self._answers[_target(where)] = answer

    def fail(self, where: str, status: int) -> None:
        """Answer with this status at a path or id: 410 is gone, 503 a passing failure."""
        self.answer(where, Answer(status=status))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """What the server does."""
        self.asked.append(f"{request.method} {request.path_qs}")
        self.heads.append(request.headers)
        if self.only_takes and self.only_takes != ("rfc9421" if "Signature-Input" in request.headers else "cavage"):
            return web.Response(status=401)
        reader = self.readers.get(request.raw_path)
        if reader is not None and f'keyId="{reader}#' not in request.headers.get("Signature", ""):
            return web.Response(status=404)
        if request.method == "POST":
            self.bodies.append(await request.read())
            self.taken.append(orjson.loads(self.bodies[-1]))
            return web.Response(status=self.takes_with)
        found = self._answers.get(request.raw_path)
        match found:
            case None:
                return web.Response(status=404)
            case Answer():
                return web.Response(body=found.body, status=found.status, headers=found.headers)
            case _:
                return web.Response(body=orjson.dumps(found), headers={"Content-Type": AJ})

    def times_asked(self, where: str) -> int:
        """How often a path or id was fetched."""
        return self.asked.count(f"GET {_target(where)}")


@asynccontextmanager
async def serving_peer(names: Names, host: str, now: Callable[[], datetime]) -> AsyncIterator[PeerServer]:
    """A running scripted server."""
    server = PeerServer(host, now)
    async with serving(names, host, server.handle):
        yield server


def _target(where: str) -> str:
    parts = urlsplit(where)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _without_none(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

"""The network as it was when the documents were recorded: every host of them answers with what was recorded, with
actors whose keys are ours, so that their activities can be signed again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

from fedisw.crypto import keys
from fedisw.federation import ingest
from fedisw.model.errors import FediswError
from fedisw.vocab import names as vocab
from fedisw.vocab import read
from tests.net.servers import Names, tls_of_server
from tests.support.peers import AJ, AS, Actor, Document, PeerServer, rsa
from tests.support.recorded import Recorded, documents

HOST = re.compile(r"https://([a-z0-9.-]+\.[a-z]+)(?=[/\"?#])")
SHARED = re.compile(  # what several documents use as if each were the only one
    rb"https://kbin\.test/(?=[0-9])|statuses/(?=99512778738411822)|activities/add/(?=47d911f5)"
    rb"|events/(?=39a0c4a6)|https://pasture.test/object/"
)
KEY = 1  # all of them sign with one key


class World:
    """All recorded hosts.

    Attributes:
        recorded: the documents, in the order of their names.
    """

    def __init__(self, names: Names, now: Any) -> None:
        self.recorded: Sequence[Recorded] = tuple(_named_apart(one, number) for number, one in enumerate(documents()))
        self._now = now
        self._names = names
        self._served: dict[str, Document] = {}
        for one in self.recorded:
            document = as_document(one)
            uri = read.own_id(document) if document is not None else None
            if document is not None and uri is not None and uri.startswith("https://") and "actor" not in document:
                self._served.setdefault(uri.partition("#")[0], document)
        for uri, document in list(self._served.items()):
            if read.kind(document) in vocab.ACTORS:
                self.actor(uri)
        text = orjson.dumps([as_document(one) for one in self.recorded]).decode()
        self.hosts = sorted(set(HOST.findall(text)) - {"home.test"})

    def actor(self, uri: str) -> Actor:
        """Who has this id, as recorded, else as plain as can be; with a key of ours."""
        document = self._served.get(uri, {})
        if read.kind(document) not in vocab.ACTORS:
            document = {"@context": AS, "id": uri, "type": "Person", "preferredUsername": "someone", "inbox": f"{uri}/inbox"}
        host = urlsplit(uri).netloc
        actor = Actor(server=PeerServer(host, self._now), document=document, key=rsa(KEY), key_id=f"{uri}#main-key")
        actor.publish_key()
        self._served[uri] = actor.document
        return actor

    async def handle(self, request: web.Request) -> web.StreamResponse:
        found = self._served.get(f"https://{request.host}{request.raw_path}")
        if found is None:
            return web.Response(status=404)
        return web.Response(body=orjson.dumps(found), headers={"Content-Type": AJ})

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """All hosts are there."""
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self.handle)
        server = TestServer(app, scheme="https", shutdown_timeout=0.1)
        await server.start_server(ssl=tls_of_server(*self.hosts))
        for host in self.hosts:
            self._names.places[host] = [("127.0.0.1", server.port or 0)]
        try:
            yield
        finally:
            await server.close()


def _named_apart(recorded: Recorded, number: int) -> Recorded:
    """As if recorded from servers that people may ask: all over TLS, the pasture with a name, no id used twice."""
    body = recorded.body.replace(b"http://pasture-one-actor", b"https://pasture.test").replace(b"http://", b"https://")
    return Recorded(name=recorded.name, body=SHARED.sub(rb"\g<0>%d-" % number, body))


def as_document(recorded: Recorded) -> Document | None:
    """The document, if the gate lets it in."""
    try:
        return dict(ingest.document(recorded.body))
    except FediswError:
        return None


def activities(world: World) -> list[tuple[str, Document]]:
    """What is sent: recorded activities as they are, posts in a Create of their author; actors who leave come last."""
    return sorted(_activities(world), key=lambda named: _leaves(named[1]))


def _leaves(activity: Document) -> bool:
    return activity.get("type") == "Delete" and read.as_id(activity.get("object")) == read.as_id(activity.get("actor"))


def _activities(world: World) -> Iterator[tuple[str, Document]]:
    for one in world.recorded:
        document = as_document(one)
        if document is None:
            continue
        kind = read.kind(document)
        if kind in vocab.ACTIVITIES:
            yield one.name, document
        elif kind in vocab.NOTES:
            author = read.as_id(document.get("attributedTo"))
            uri = read.own_id(document)
            if author is not None and uri is not None:
                wrapped = {"id": f"{uri}#create", "type": "Create", "actor": author, "object": document}
                yield one.name, wrapped | {name: document[name] for name in ("to", "cc") if name in document}


def actors(world: World) -> Iterator[tuple[str, str]]:
    """Recorded actors by name and id."""
    for one in world.recorded:
        document = as_document(one)
        uri = read.own_id(document) if document is not None else None
        if document is not None and uri is not None and read.kind(document) in vocab.ACTORS:
            yield one.name, uri


def key_text() -> str:
    """The public key that all of them show."""
    return keys.public_pem(rsa(KEY).public_key())

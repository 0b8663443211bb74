"""What the dialects have in common: recorded documents made their own, actors with keys, ids and times."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID, uuid5

import orjson
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.peers import AS, KEYS, PUBLIC, Actor, Answer, Document, PeerServer, rsa
from tests.support.recorded import FIXTURES

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_numbers = count(1)


def recorded(path: str, *replaced: tuple[str, str], without: tuple[str, ...] = ("signature",)) -> Document:
    """A recorded document with texts in it replaced, as often as they occur; its old signature goes.

    Every replacement must occur, so that a document that changed is noticed.
    """
    text = (FIXTURES / path).read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text, (path, old)
        text = text.replace(old, new)
    document: Document = orjson.loads(text)
    return {name: value for name, value in document.items() if name not in without}


def actor(server: PeerServer, document: Document, *, key_id: str = "") -> Actor:
    """Somebody with this document: a key of this run in place of the recorded one, served, found by WebFinger.

    Args:
        key_id: empty keeps the recorded one.
    """
    key_id = key_id or str(document["publicKey"]["id"])
    made = Actor(server=server, document=document, key=rsa(next(_numbers) % KEYS), key_id=key_id)
    made.publish_key()
    server.serve(document)
    server.bind(str(document["preferredUsername"]), made.uri)
    return made


def pkcs1(one: Actor) -> None:
    """Show the key as `RSA PUBLIC KEY`, as Mobilizon does."""
    raw = one.key.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    one.document["publicKey"]["publicKeyPem"] = raw.decode()


def number() -> int:
    """A number that nothing else has."""
    return 113_306_831_140_000_000 + next(_numbers)


def uuid() -> str:
    """The same as a UUID, always the same in one order of tests."""
    return str(uuid5(NAMESPACE, str(next(_numbers))))


def now(one: Actor, *, fraction: str = "") -> str:
    """The time on that server, with as many digits of a second as its software writes."""
    return one.server.now().strftime(f"%Y-%m-%dT%H:%M:%S{fraction}Z")


def base(one: Actor) -> str:
    """Scheme and host of an actor's server."""
    return one.server.origin


def note(one: Actor, uri: str, content: str, **members: Any) -> Document:
    """A public note, without context; members replace, None leaves out."""
    document: Document = {
        "id": uri,
        "type": "Note",
        "attributedTo": one.uri,
        "to": [PUBLIC],
        "cc": [one.document["followers"]],
        "published": now(one),
        "content": content,
    }
    return {name: value for name, value in (document | members).items() if value is not None}


def serve(one: Actor, document: Document, context: Any = AS) -> Document:
    """Serve an object at its id, with its context."""
    one.server.serve({"@context": context} | document)
    return document


def activity(one: Actor, kind: str, uri: str, thing: Any, *, context: Any = AS, **members: Any) -> Document:
    """An activity of somebody; members replace or add, None leaves out."""
    document: Document = {"@context": context, "id": uri, "type": kind, "actor": one.uri, "object": thing}
    return {name: value for name, value in (document | members).items() if value is not None}


def bare(document: Document) -> Document:
    """What stands inside another activity: without a context of its own."""
    return {name: value for name, value in document.items() if name != "@context"}


def as_answer(document: Document) -> Answer:
    """A document that is served at an address which is not its id."""
    return Answer(body=orjson.dumps(document))

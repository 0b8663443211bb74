"""For the statements about what somebody else than its actor delivers."""

from __future__ import annotations

from typing import Any

from fedisw.crypto import keys, proofs
from fedisw.crypto.keys import PrivateKey
from tests.federation import reading
from tests.support import linked_data
from tests.support.home import Home
from tests.support.peers import AS, Actor, Document

SECURITY, INTEGRITY = "https://w3id.org/security/v1", "https://w3id.org/security/data-integrity/v2"
PROVING_KEY = keys.generate_ed25519()


def give_proving_key(actor: Actor) -> str:
    """The actor's document shows a key for proofs; its id."""
    key_id = f"{actor.uri}#ed25519-key"
    multibase = keys.public_multibase(PROVING_KEY.public_key())
    actor.document["assertionMethod"] = [
        {"id": key_id, "type": "Multikey", "controller": actor.uri, "publicKeyMultibase": multibase}
    ]
    return key_id


def proved(actor: Actor, document: Document, *, key: PrivateKey = PROVING_KEY, **changes: Any) -> Document:
    """The document with a proof by the actor, made now."""
    made = {"key": key, "key_id": f"{actor.uri}#ed25519-key", "now": actor.server.now(), **changes}
    return dict(proofs.make({**document, "@context": [AS, INTEGRITY]}, **made))


def ld_signed(actor: Actor, document: Document, **changes: Any) -> Document:
    """The document with a linked-data signature by the actor, made now by another implementation."""
    made = {"key": actor.key, "key_id": actor.key_id, "now": actor.server.now(), **changes}
    return linked_data.sign({**document, "@context": [AS, SECURITY]}, **made)


async def content(home: Home, note: Document) -> str | None:
    """What we have of a post, None when we do not have it."""
    found = await reading.post(home, note)
    return None if found is None else found.content

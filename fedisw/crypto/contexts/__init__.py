"""The JSON-LD contexts that are known here, by address; everything else is unknown and stays so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import orjson

from fedisw.model.errors import Unauthenticated

ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams"
IDENTITY = "https://w3id.org/identity/v1"

FILES: Mapping[str, str] = {
    ACTIVITY_STREAMS: "activitystreams",
    "https://w3id.org/security/v1": "security-v1",
    IDENTITY: "identity-v1",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2",
    "https://w3id.org/security/multikey/v1": "multikey-v1",
    "https://www.w3.org/ns/cid/v1": "cid-v1",
    "https://www.w3.org/ns/did/v1": "did-v1",
    "https://purl.archive.org/socialweb/webfinger": "webfinger",
    "https://gotosocial.org/ns": "gotosocial",
    "https://join-lemmy.org/context.json": "lemmy",
    "https://w3id.org/fep/8a8e": "fep-8a8e",
    "https://schema.org": "schema-stub",
    "https://schema.org/": "schema-stub",
    "http://schema.org/": "schema-stub",
}


def bundled(address: str) -> Mapping[str, object]:
    """The context document of that address; Unauthenticated when it is not one of ours."""
    name = FILES.get(address)
    if name is None:
        raise Unauthenticated("a context that is not bundled")
    return _document(name)


def reading() -> object:
    """The context that verified documents are compacted to."""
    return _document("reading")["@context"]


@cache
def _document(name: str) -> Mapping[str, object]:
    document = orjson.loads((files(__name__) / f"{name}.json").read_bytes())
    if not isinstance(document, dict):
        raise TypeError(name)
    return document

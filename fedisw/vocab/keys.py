"""Public keys in actors, in stub actors and in documents of their own (federation, section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.vocab import limits, read
from fedisw.vocab.read import Document, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key, in one of two forms: `pem` or `multibase`. `owner` is what it says of itself, a claim."""

    id: str
    owner: str | None
    pem: str = ""
    multibase: str = ""


def parse_keys(document: Document) -> tuple[Key, ...]:
    """The keys that a document holds, at most 10: `publicKey`, `assertionMethod`, or the document itself.

    Only an object with a literal `publicKeyPem` or `publicKeyMultibase` is ever a key.
    """
    itself = _key(document)
    if itself is not None:
        return (itself,)
    values = (*_values(document, "publicKey"), *_values(document, "assertionMethod"))
    keys = [key for value in values if (key := _key(value)) is not None]
    return tuple(keys[: limits.KEYS])


def parse_key_ids(document: Document) -> tuple[str, ...]:
    """Every key id that an actor lists, embedded or as a bare id; a key elsewhere must be among them."""
    values = (*_values(document, "publicKey"), *_values(document, "assertionMethod"))
    return read.as_ids([value["id"] if isinstance(value, dict) and "id" in value else value for value in values], limits.KEYS)


def _values(document: Document, field: str) -> list[Json]:
    return read.as_list(document.get(field), limits.KEYS)


def _key(value: Json) -> Key | None:
    if not isinstance(value, dict):
        return None
    key_id = read.own_id(value)
    pem, multibase = _material(value.get("publicKeyPem")), _material(value.get("publicKeyMultibase"))
    if key_id is None or not (pem or multibase):
        return None
    owner = read.as_id(value.get("owner")) or read.as_id(value.get("controller"))
    return Key(id=key_id, owner=owner, pem=pem, multibase="" if pem else multibase)


def _material(value: Json) -> str:
    return value if isinstance(value, str) and len(value) <= limits.KEY_TEXT else ""

"""Followers synchronisation: the digest that two servers compare, and the field that carries it.

Source: FEP-8fcf; federation.md, section 5.5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from fedisw.crypto import parameters, tokens
from fedisw.model.errors import Malformed

FIELD = "Collection-Synchronization"
BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronization:
    """What a peer says about the followers that it believes to have here; 64 lower-case hex digits of digest."""

    collection_id: str
    url: str
    digest: str


def digest(followers: Iterable[str]) -> str:
    """XOR of the SHA-256 of each id, in any order; 64 zeros for nobody.

    Args:
        followers: ids of the followers on the receiving server, each once.
    """
    total = 0
    for follower in followers:
        total ^= int.from_bytes(hashlib.sha256(follower.encode("utf-8")).digest(), "big")
    return total.to_bytes(BYTES, "big").hex()


def agree(said: str, known: Iterable[str]) -> bool:
    """Whether a digest that a peer sent is that of these followers."""
    return tokens.same(said, digest(known))


def field_value(said: Synchronization) -> str:
    """The value of the field to send, and to sign."""
    return f'collectionId="{said.collection_id}", url="{said.url}", digest="{said.digest}"'


def parse_field(value: str) -> Synchronization:
    """The field as received; Malformed when a part is missing, repeated or broken."""
    given = parameters.parse(value)
    if not {"collectionId", "url", "digest"}.issubset(given) or not re.fullmatch(r"[0-9a-f]{64}", given["digest"]):
        raise Malformed("Collection-Synchronization cannot be read")
    return Synchronization(collection_id=given["collectionId"], url=given["url"], digest=given["digest"])

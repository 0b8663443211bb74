"""Recorded documents of other servers (tests/data/fixtures; origin and licence in its README)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import orjson

FIXTURES = Path(__file__).parents[1] / "data" / "fixtures"
NOT_DOCUMENTS = frozenset({"contexts", "fep", "vectors", "nodeinfo"})
SCRUBBED = re.compile(rb'"SCRUBBED_(ID|DATE)"')
TEMPLATE = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "http://pasture-one-actor/object/1",
    "type": "Note",
    "attributedTo": "http://pasture-one-actor/actor",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "published": "2024-01-06T13:11:45Z",
}  # what the pasture puts around its variations


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One document: `name` is its path below the fixtures, with `#n` for the n-th variation of a pasture file."""

    name: str
    body: bytes


def documents() -> Iterator[Recorded]:
    """All recorded actors, objects, activities and collections; keys and nonsense of Fedify's included."""
    for path in sorted(FIXTURES.glob("*/*.json")):
        folder = path.parent.name
        if folder == "pasture":
            yield from _variations(path)
        elif folder not in NOT_DOCUMENTS and "webfinger" not in path.name:
            yield Recorded(name=f"{folder}/{path.name}", body=_unscrubbed(_unwrapped(path.read_bytes())))


def answer(name: str) -> bytes:
    """A recorded WebFinger or NodeInfo answer by its path."""
    return _unwrapped((FIXTURES / name).read_bytes())


def _unwrapped(raw: bytes) -> bytes:
    """Some were kept as a whole answer, with headers and the body as a text."""
    document = orjson.loads(raw)
    if document.keys() == {"headers", "body", "response"}:
        body: str = document["body"]
        return body.encode()
    return raw


def _unscrubbed(raw: bytes) -> bytes:
    """Mbin's snapshots have no ids and dates: put some in, a new id each time."""
    numbers = count(1)
    return SCRUBBED.sub(
        lambda match: b'"https://kbin.test/%d"' % next(numbers) if match[1] == b"ID" else b'"2025-01-01T00:00:00Z"', raw
    )


def _variations(path: Path) -> Iterator[Recorded]:
    for number, example in enumerate(orjson.loads(path.read_bytes())["examples"]):
        yield Recorded(name=f"pasture/{path.name}#{number}", body=orjson.dumps({**TEMPLATE, **example}))

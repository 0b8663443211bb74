"""Other spellings of the usual names (federation, section 2.7): folded once, before anything is read or checked.

No `@context` is looked at (security ING-8). Prefixed names of what acts or is posted stay as they are, and are ignored for
that (ING-9); small things inside, such as `toot:Emoji` or `schema:PropertyValue`, get their usual name.
"""

from __future__ import annotations

import re
from typing import Final

from fedisw.vocab import names
from fedisw.vocab.read import Document, Json

CONTEXT: Final = "@context"
KEYWORDS: Final = {"@id": "id", "@type": "type"}
PREFIXED: Final = re.compile(r"(?:as|toot|ostatus|litepub|schema|sc|sm|lemmy):([A-Za-z]+)", re.ASCII)
ALIASED: Final = re.compile(r'"(?:@id|@type|(?:as|toot|ostatus|litepub|schema|sc|sm|lemmy):[A-Za-z]+)"', re.ASCII)


def fold(root: Document) -> None:
    """Give members and types their usual names, in place, without recursion; a usual name that is there too wins."""
    open_ones: list[Json] = [root]
    while open_ones:
        container = open_ones.pop()
        if isinstance(container, dict):
            _fold_members(container)
            open_ones.extend(value for name, value in container.items() if name != CONTEXT)
        elif isinstance(container, list):
            open_ones.extend(container)


def _fold_members(document: Document) -> None:
    for name in [name for name in document if _usual(name) != name]:
        document.setdefault(_usual(name), document.pop(name))
    told = document.get("type")
    if isinstance(told, str):
        document["type"] = _kind(told)
    elif isinstance(told, list):
        document["type"] = [_kind(item) if isinstance(item, str) else item for item in told]


def _usual(name: str) -> str:
    match = PREFIXED.fullmatch(name)
    return match[1] if match is not None else KEYWORDS.get(name, name)


def _kind(told: str) -> str:
    match = PREFIXED.fullmatch(told)
    return told if match is None or match[1] in names.KNOWN else match[1]

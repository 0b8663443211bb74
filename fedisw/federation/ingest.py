"""The one gate for remote JSON: bytes to a checked document (security ARC-1, ING-8; LIM).

First a linear scan for size and depth that builds nothing, then the standard library's parser with a
hook that refuses duplicate members. Nothing else in this program uses that parser.
"""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

from fedisw.model.errors import Malformed, TooLarge
from fedisw.vocab import aliases
from fedisw.vocab.read import Document, Json

MAX_BYTES = 1_048_576  # of a body, decoded
MAX_DEPTH = 64  # objects and lists in each other
MAX_NODES = 20_000  # values: objects, lists, strings, numbers, true, false, null
MAX_STRING = 524_288  # bytes, of one string, escapes counted as less than one (federation, section 8.2)
MAX_INT = 2**63 - 1
MAX_FLOAT = 9_223_372_036_854_774_784.0  # the largest below 2**63
MAX_INT_DIGITS = 19
REFUSED = frozenset({"@graph", "@included", "@reverse"})  # at top level: they rearrange a document
WHITE_SPACE = b" \t\r\n"
NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
NEEDS_CLEANING = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def document(body: bytes) -> Document:
    """The checked document in a body.

    Integers are clamped to 63 bits, floats to the same range; NUL is removed, a lone surrogate becomes
    U+FFFD. No NaN, no Infinity, no member twice. Other spellings of usual names are folded (federation, section 2.7).

    Args:
        body: one JSON object in UTF-8 without byte order mark.

    Raises:
        TooLarge: over 1 MiB, 20,000 nodes, depth 64, or a string over 512 KiB.
        Malformed: not JSON, not an object, a member twice, `@graph`, `@included` or `@reverse` at the top.
    """
    _scan(body)
    try:
        text = body.decode("utf-8")
        value: Json = json.loads(
            text, object_pairs_hook=_unique, parse_int=_clamped_int, parse_float=_clamped_float, parse_constant=_refuse
        )
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise Malformed("not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    if not REFUSED.isdisjoint(value):
        raise Malformed("rearranged JSON-LD")
    if NEEDS_CLEANING.search(text):
        _clean(value)
    if aliases.ALIASED.search(text):
        aliases.fold(value)
    return value


def _scan(body: bytes) -> None:
    """Refuse what is too big or too deep before anything is built; a few passes in C over the bytes."""
    if len(body) > MAX_BYTES:
        raise TooLarge("document over 1 MiB")
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")  # what is left of `"` opens or closes a string
    if plain.count(b'"') > 4 * MAX_NODES:
        raise TooLarge(f"document over {MAX_NODES} nodes")
    parts = plain.split(b'"')
    if max(map(len, parts[1::2]), default=0) > MAX_STRING:
        raise TooLarge("string over 512 KiB")
    outside = b'"'.join(parts[0::2]).translate(None, WHITE_SPACE)
    if _nodes(outside) > MAX_NODES:
        raise TooLarge(f"document over {MAX_NODES} nodes")
    depth = 0
    for byte in outside.translate(None, NO_BRACKETS):
        depth += 1 if byte in b"{[" else -1
        if depth > MAX_DEPTH:
            raise TooLarge(f"document deeper than {MAX_DEPTH}")


def _nodes(outside: bytes) -> int:
    """Values in a document without its strings: the root, and in each container that is not empty its commas and one."""
    containers = outside.count(b"{") + outside.count(b"[")
    empty = outside.count(b"{}") + outside.count(b"[]")
    return 1 + outside.count(b",") + containers - empty


def _unique(pairs: list[tuple[str, Json]]) -> Document:
    members = {_clean_text(name): value for name, value in pairs}
    if len(members) != len(pairs):
        raise Malformed("a member twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise Malformed("a number that is none")


def _clamped_int(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_INT_DIGITS:
        return -MAX_INT if digits.startswith("-") else MAX_INT
    return min(MAX_INT, max(-MAX_INT, int(digits)))


def _clamped_float(digits: str) -> float:
    number = float(digits)
    return math.copysign(min(abs(number), MAX_FLOAT), number)


def _clean(root: Document) -> None:
    """Clean all strings in place, without recursion; names of members were cleaned when they were read."""
    open_ones: list[Json] = [root]
    while open_ones:
        container = open_ones.pop()
        if isinstance(container, dict):
            container.update({name: _clean_text(value) for name, value in container.items() if isinstance(value, str)})
            open_ones.extend(container.values())
        elif isinstance(container, list):
            container[:] = [_clean_text(value) if isinstance(value, str) else value for value in container]
            open_ones.extend(container)


def _clean_text(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return LONE_SURROGATE.sub("\ufffd", text.replace("\0", ""))

"""The only HTML gate: all HTML that is stored or shown has passed `clean` (security HTM-1, HTM-2)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from html import escape, unescape
from typing import Any, Final

from bleach.sanitizer import BleachSanitizerFilter, Cleaner

from fedisw.text import quick
from fedisw.text.allowed import DROPPED, HEADINGS, POST, TAGS, Policy, printable
from fedisw.text.shaping import Shape, walk

POLICY_VERSION: Final = 1  # raised when less is let through; what an older one cleaned is cleaned again when next read
MAX_INPUT: Final = 64 << 10  # bytes; the parser takes about 1 ms for 900 characters
MAX_OUTPUT: Final = 200_000  # characters (security LIM)
MAX_ELEMENTS: Final = 10_000  # the parser makes more than there are tags where tags are crossed
MAX_OPEN: Final = 200  # elements open at once; with more, its work grows with the square
MAX_ATTRIBUTES: Final = 200  # of one tag, for the same reason

WRITTEN: Final = TAGS | HEADINGS
PARSED: Final = WRITTEN | DROPPED | {"annotation"}  # what the parser is to see as tags; of others only the text is left
PROTOCOLS: Final = ("http", "https")
ATTRIBUTES: Final = frozenset({"href", "rel", "class", "translate", "lang", "start", "reversed", "value"})

_BLANK_LINE: Final = frozenset({"p", "pre", "blockquote", "ul", "ol"})
_NEW_LINE: Final = frozenset({"br", "li"})
_TAG: Final = re.compile(r"<(/?)([a-z]+)[^>]*>")


def clean(html: str, policy: Policy, *, max_bytes: int = MAX_INPUT) -> str:
    """HTML that may be stored and shown: tags, attributes and schemes of HTM-1, well-formed, nested at most 32 deep.

    Args:
        html: anything; cut after `max_bytes` in UTF-8.
        policy: `allowed.POST` or `allowed.PROFILE`.

    Returns:
        At most 200,000 characters. The escaped text where the parser fails: this never raises.
    """
    html = _cut(printable(html), max_bytes)
    cleaned = quick.clean(html, policy)
    if cleaned is None:
        cleaned = thorough(html, policy)
    while len(cleaned) > MAX_OUTPUT:
        html = _cut(html, len(html.encode()) // 2)
        cleaned = thorough(html, policy)
    return cleaned


def thorough(html: str, policy: Policy) -> str:
    """As `clean`, without its limits and always with the parser."""
    try:
        return _GATE.clean(html, policy)
    except Exception:  # noqa: BLE001  # HTM-2: whatever the parser does, the request lives and the text is shown
        return escape(html, quote=False)


def to_plain_text(html: str) -> str:
    """The text of any HTML: paragraphs apart by a blank line, lines by a line end; links as they read."""
    parts: list[str] = []
    cleaned, at, preformatted = clean(html, POST), 0, False
    for tag in (*_TAG.finditer(cleaned), None):
        text = unescape(cleaned[at : tag.start() if tag else None])
        if not preformatted:
            text = re.sub(r"[ \t\r\n]+", " ", text)
            text = text.lstrip(" ") if parts and parts[-1].endswith("\n") else text
        parts.append(text or "")
        if tag is None:
            break
        at = tag.end()
        if tag[2] == "pre":
            preformatted = not tag[1]
        if tag[2] in _BLANK_LINE:
            parts.append("\n\n")
        elif tag[2] in _NEW_LINE and not tag[1]:
            parts.append("\n")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" +\n", "\n", "".join(parts))).strip()


class _TooTangled(Exception):
    """Input that would keep the parser busy for long."""


class _Gate(threading.local):
    """A bleach Cleaner with limits; it is not safe between threads, so each has its own."""

    def __init__(self) -> None:
        self._cleaner = Cleaner(tags=PARSED, attributes=_may_stay, protocols=PROTOCOLS, strip=True)
        self._cleaner.serializer.use_trailing_solidus = True
        self._parser, self._tree = self._cleaner.parser, self._cleaner.parser.tree
        self._make: Callable[..., Any] = self._tree.elementClass
        self._made = 0
        self._tree.elementClass = self._counted
        self._reset = self._parser.reset
        self._parser.reset = self._started  # type: ignore[method-assign]  # the one place to get at each new tokeniser

    def clean(self, html: str, policy: Policy) -> str:
        """Parse, filter, shape, write."""
        self._made = 0
        allowed = BleachSanitizerFilter(
            source=walk(self._parser.parseFragment(html)),  # type: ignore[arg-type]  # it only iterates
            allowed_tags=WRITTEN,
            attributes=_may_stay,
            allowed_protocols=PROTOCOLS,
            strip_disallowed_tags=True,
        )
        return self._cleaner.serializer.render(Shape(policy).shaped(allowed))

    def _counted(self, name: str, namespace: str | None = None) -> object:
        self._made += 1
        if self._made > MAX_ELEMENTS or len(self._tree.openElements) > MAX_OPEN:
            raise _TooTangled
        return self._make(name, namespace)

    def _started(self) -> None:
        self._reset()
        tokenizer: Any = self._parser.tokenizer
        state = tokenizer.attributeNameState

        def counted() -> Any:
            if len(tokenizer.currentToken["data"]) > MAX_ATTRIBUTES:
                raise _TooTangled
            return state()

        tokenizer.attributeNameState = counted


def _may_stay(tag: str, name: str, value: str) -> bool:
    return name in ATTRIBUTES  # by name; `allowed.attributes` looks at tag and value


def _cut(text: str, most: int) -> str:
    """At most `most` bytes in UTF-8, and no half of a tag at the end."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    text = raw[:most].decode(errors="ignore")
    start = text.rfind("<")
    return text[:start] if start > text.rfind(">") else text


_GATE: Final = _Gate()

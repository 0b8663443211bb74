"""What a web page says of itself: OpenGraph, then the older names (security NET-8, NET-9).

Not a parser of HTML: it walks once over the head of a page, from tag to tag, and nothing of it is ever shown as HTML.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

MAX_HEAD: Final = 256 * 1024  # characters looked at
MAX_TAGS: Final = 1_000
MAX_ATTRIBUTES: Final = 20
MAX_TEXT: Final = 1_000  # characters of a value

_TAG: Final = re.compile(r"<(!--|/?[a-zA-Z]{1,20})")
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*([a-zA-Z:_-]{1,60})(?:\s{0,20}=\s{0,20}(?:"([^"]{0,4096})"|'([^']{0,4096})'|([^\s"'>]{0,4096})))?"""
)
_SKIPPED: Final = {"script": "</script", "style": "</style", "noscript": "</noscript", "!--": "-->", "template": "</template"}
_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}charset=["']?([a-zA-Z0-9_-]{1,40})""", re.IGNORECASE)
_CODECS: Final = re.compile(r"(utf|iso8859|cp125|koi8|shift_jis|euc|gb|big5|latin|ascii)[a-z0-9_-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was found; plain text with entities resolved, not cleaned. `meta` is by lower-case name, the first of each counts."""

    title: str
    language: str
    meta: Mapping[str, str]

    def first(self, *names: str) -> str:
        """The first of these that says something."""
        return next((self.meta[name] for name in names if self.meta.get(name)), "")


def decoded(body: bytes, charset: str) -> str:
    """The text of a page: as its header says, else as it says itself, else UTF-8."""
    said = _CHARSET.search(body[:2_048])
    for name in (charset, said[1].decode("ascii") if said else ""):
        try:
            known = codecs.lookup(name).name if name else ""
        except (LookupError, ValueError):
            continue
        if _CODECS.fullmatch(known):
            return body.decode(known, "replace")
    return body.decode("utf-8", "replace")


def read(text: str) -> Page:
    """What a page says of itself; in time that grows with its length only."""
    head = text[:MAX_HEAD]
    meta: dict[str, str] = {}
    title = language = ""
    for name, at in _tags(head):
        if name == "body":
            break
        if name == "title" and not title:
            end = head.find("<", head.find(">", at) + 1)
            title = unescape(head[head.find(">", at) + 1 : end if end >= 0 else at + MAX_TEXT])[:MAX_TEXT].strip()
        elif name == "html":
            language = _attributes(head, at).get("lang", "")[:35]
        elif name == "meta":
            said = _attributes(head, at)
            key = (said.get("property") or said.get("name") or "").lower()
            if key and said.get("content"):
                meta.setdefault(key, said["content"][:MAX_TEXT].strip())
    return Page(title=title, language=language, meta=meta)


def _tags(head: str) -> Iterator[tuple[str, int]]:
    """Names of opening tags and where their attributes begin; what stands in scripts and comments is passed over."""
    at = 0
    for _ in range(MAX_TAGS):
        found = _TAG.search(head, at)
        if found is None:
            return
        name, at = found[1].lower(), found.end()
        if name in _SKIPPED:
            end = head.find(_SKIPPED[name], at)
            if end < 0:
                return
            at = end + len(_SKIPPED[name])
        elif not name.startswith("/"):
            yield name, at


def _attributes(head: str, at: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(MAX_ATTRIBUTES):
        one = _ATTRIBUTE.match(head, at)
        if one is None:
            break
        at = one.end()
        found.setdefault(one[1].lower(), unescape(one[2] or one[3] or one[4] or ""))
    return found

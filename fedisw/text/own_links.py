"""Links by which a page says that somebody is its owner: `rel="me"`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

MAX_LINKS: Final = 200  # of one page
_LINK: Final = re.compile(r'(?:<p>)?<a\s(?:[^>]*?\s)?href="([^"]+)"[^>]*>(?:(?!<a\s).)*</a>(?:</p>)?', re.DOTALL)
_BARE: Final = re.compile(r"https://[^\s<>\"]+")


def link_of(value: str) -> str:
    """The https address that a row of a profile consists of (clean HTML, or the bare address); empty for all other rows."""
    text = value.strip()
    match = _LINK.fullmatch(text)
    url = unescape(match[1] if match is not None else text)
    return url if _BARE.fullmatch(url) else ""


def owners_of(html: str, *, at: str) -> list[str]:
    """Addresses that a page links with `rel="me"`, in `a` and `link` elements, at most 200.

    Args:
        at: where the page was found; relative links are joined to it.
    """
    reader = _Reader()
    reader.feed(html)
    found = []
    for href in reader.found:
        try:
            found.append(urljoin(at, href))
        except ValueError:
            continue  # no address at all
    return found


def names_one_of(found: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether one of the addresses is one of the wanted ones; letter case of the host and a last slash do not matter."""
    known = {_plain(url) for url in wanted}
    return any(_plain(url) in known for url in found)


def _plain(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"


class _Reader(HTMLParser):
    """Collects what is linked; this parser opens nothing and runs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("a", "link") or len(self.found) >= MAX_LINKS:
            return
        given = dict(attrs)
        if "me" in (given.get("rel") or "").lower().split() and given.get("href"):
            self.found.append((given["href"] or "").strip())

"""Lists of other servers, page by page within bounds (federation, section 8.4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fedisw.federation import fetch
from fedisw.federation.context import Peer
from fedisw.model.errors import FediswError, Invalid
from fedisw.model.urls import same_origin
from fedisw.vocab import names, read
from fedisw.vocab.collections import Collection, Page, parse_collection, parse_page
from fedisw.vocab.read import Document

PAGES: Final = 10
ITEMS: Final = 1_000
SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What a list holds, in its order; not `whole` when a bound, a fault or a page of another server ended it early."""

    items: tuple[str | Document, ...]
    whole: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the items, each once."""
        found = (item if isinstance(item, str) else read.as_id(item) for item in self.items)
        return tuple(dict.fromkeys(uri for uri in found if uri is not None))


@dataclass(slots=True, kw_only=True)
class _Walk:
    """How far a crawl is; `room` are the items that may still be taken."""

    host_url: str
    room: int
    pages: int
    until: float
    monotonic: Callable[[], float]
    items: list[str | Document]
    seen: set[str]

    def take(self, items: tuple[str | Document, ...]) -> bool:
        """Keep items; False when they were more than may be."""
        self.items += items[: self.room]
        fits = len(items) <= self.room
        self.room = max(0, self.room - len(items))
        return fits

    def may_ask(self, url: str) -> bool:
        """Whether one more page may be fetched: of the same server, not seen before, and within the bounds."""
        if url in self.seen or len(self.seen) > self.pages or not self.room or not same_origin(url, self.host_url):
            return False
        self.seen.add(url)
        return self.monotonic() < self.until


async def items(
    peer: Peer,
    url: str,
    *,
    most: int = ITEMS,
    pages: int = PAGES,
    seconds: float = SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Crawled:
    """What a list of another server holds: its own items, then those of its pages.

    Args:
        most: items, at most 1,000.
        pages: that are fetched besides the list itself, at most 10.

    Raises:
        Invalid: there is no list.
        Others as fetch.document, for the list itself; a page that cannot be had only ends it early.
    """
    walk = _Walk(
        host_url=url,
        room=min(most, ITEMS),
        pages=min(pages, PAGES),
        until=monotonic() + seconds,
        monotonic=monotonic,
        items=[],
        seen={url},
    )
    whole = await _follow(peer, walk, (await fetch.document(peer, url)).document)
    return Crawled(items=tuple(walk.items), whole=whole)


async def _follow(peer: Peer, walk: _Walk, document: Document) -> bool:
    found = _parsed(document)
    fits = walk.take(found.items)
    following = found.next if isinstance(found, Page) else found.first
    if isinstance(following, Page):
        fits = walk.take(following.items) and fits
        following = following.next
    while fits and following is not None:
        if not walk.may_ask(following):
            return False
        try:
            page = _parsed((await fetch.document(peer, following)).document)
        except FediswError:
            return False
        fits = walk.take(page.items)
        following = page.next if isinstance(page, Page) else None
    return fits


def _parsed(document: Document) -> Collection | Page:
    kind = read.kind(document, names.COLLECTIONS)
    if kind is None:
        raise Invalid("type", "not a collection")
    return parse_page(document) if kind in names.PAGES else parse_collection(document)

"""Lists and their pages (federation, section 8.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fedisw.model.errors import Invalid
from fedisw.vocab import limits, read
from fedisw.vocab.names import COLLECTIONS, PAGES
from fedisw.vocab.read import Document, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list. Items are ids or embedded documents, at most 1,000; embedded ones are not believed."""

    id: str | None
    items: tuple[str | Document, ...] = ()
    next: str | None = None
    prev: str | None = None
    part_of: str | None = None
    total_items: int | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the items, in order; items without one are left out."""
        return _ids(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A list. `total_items` is a claim; without `first` and items the list is hidden."""

    id: str | None
    total_items: int | None = None
    items: tuple[str | Document, ...] = ()
    first: str | Page | None = None
    attributed_to: str | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the items of the list itself and of an embedded first page, in order."""
        return _ids((*self.items, *(self.first.items if isinstance(self.first, Page) else ())))


def parse_collection(document: Document) -> Collection:
    """Read a Collection or OrderedCollection; Invalid for anything else."""
    kind = read.kind(document, COLLECTIONS)
    if kind is None or kind in PAGES:
        raise Invalid("type", "not a collection")
    return Collection(
        id=read.own_id(document),
        total_items=read.as_int(document.get("totalItems")),
        items=_items(document),
        first=_first(document.get("first")),
        attributed_to=read.as_id(document.get("attributedTo")),
    )


def parse_page(document: Document) -> Page:
    """Read a CollectionPage or OrderedCollectionPage; Invalid for anything else."""
    if read.kind(document, COLLECTIONS) not in PAGES:
        raise Invalid("type", "not a page of a collection")
    return _page(document)


def as_collection(value: Json) -> Collection | None:
    """The list that a member names or holds, as `replies`, `likes` and `shares` do."""
    for item in read.as_list(value):
        if isinstance(item, str) and read.is_url(item):
            return Collection(id=item)
        if isinstance(item, dict) and read.kind(item, COLLECTIONS) not in (None, *PAGES):
            return parse_collection(item)
    return None


def _page(document: Document) -> Page:
    return Page(
        id=read.own_id(document),
        items=_items(document),
        next=read.as_id(document.get("next")),
        prev=read.as_id(document.get("prev")),
        part_of=read.as_id(document.get("partOf")),
        total_items=read.as_int(document.get("totalItems")),
    )


def _first(value: Json) -> str | Page | None:
    document = read.as_object(value)
    if document is None or not document.keys() & {"items", "orderedItems", "next", "partOf"}:
        return read.as_id(value)
    return _page(document)


def _items(document: Document) -> tuple[str | Document, ...]:
    value = document["orderedItems"] if document.get("orderedItems") is not None else document.get("items")
    items = read.as_list(value, limits.ITEMS)
    return tuple(item for item in items if isinstance(item, dict) or (isinstance(item, str) and read.is_url(item)))


def _ids(items: tuple[str | Document, ...]) -> tuple[str, ...]:
    return tuple(uri for item in items if (uri := item if isinstance(item, str) else _document_id(item)) is not None)


def _document_id(document: Mapping[str, Json]) -> str | None:
    return read.as_id(dict(document))

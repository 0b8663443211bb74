"""Lists of ours (federation, sections 1.1 and 8.4): counted, whole, or in pages by a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fedisw.vocab import build
from fedisw.vocab.context import with_context
from fedisw.vocab.read import Document

PAGE = "1"  # the value of `page` that asks for the first page


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A page of a list: the items, and the cursor of the next page, None at the end."""

    items: Sequence[str | Document]
    next_cursor: int | None = None


def head(uri: str, *, total: int | None, hidden: bool = False, ordered: bool = True) -> Document:
    """The list itself; of a hidden one not even a first page is named (section 2.3)."""
    first = None if hidden else f"{uri}?page={PAGE}"
    return with_context(build.collection(id=uri, total_items=total, first=first, ordered=ordered))


def part(uri: str, found: Part, *, cursor: int | None, ordered: bool = True) -> Document:
    """One page; `cursor` is where it begins, None for the first."""
    return with_context(
        build.page(
            id=page_uri(uri, cursor),
            part_of=uri,
            items=found.items,
            next=page_uri(uri, found.next_cursor) if found.next_cursor is not None else None,
            ordered=ordered,
        )
    )


def page_uri(uri: str, cursor: int | None) -> str:
    """Address of the page that begins after `cursor`."""
    return f"{uri}?page={PAGE}" + (f"&after={cursor}" if cursor is not None else "")


def whole(uri: str, items: Sequence[str | Document], *, ordered: bool = True) -> Document:
    """A short list in one piece."""
    return with_context(build.collection(id=uri, total_items=len(items), items=items, ordered=ordered))


def counted(uri: str, total: int) -> Document:
    """A list of which only the number is told."""
    return with_context(build.collection(id=uri, total_items=total, ordered=False))

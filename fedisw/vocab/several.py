"""Activities about several things at once, as one activity each (federation, section 4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fedisw.vocab import limits, read
from fedisw.vocab.read import Document

AT_ONCE: Final = frozenset({"Create", "Flag"})  # take all of their objects together


def each(document: Document) -> Iterator[Document]:
    """The activity; of a list in `object` one for each of the first 50, all but the first under ids made from its own."""
    things = read.as_list(document.get("object"), limits.OBJECTS)
    if len(things) < 2 or read.kind(document) in AT_ONCE:
        yield document
        return
    uri = read.own_id(document)
    for number, thing in enumerate(things):
        name = {"id": f"{uri}#object-{number}"} if number and uri is not None else {}
        yield document | name | {"object": thing}

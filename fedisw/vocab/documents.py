"""Any document by its type, for whoever fetched one without knowing what it is."""

from __future__ import annotations

from typing import TypeAlias

from fedisw.model.errors import Invalid
from fedisw.vocab import names, read
from fedisw.vocab.activities import Activity
from fedisw.vocab.activity_readers import parse_activity
from fedisw.vocab.actors import Actor, parse_actor
from fedisw.vocab.collections import Collection, Page, parse_collection, parse_page
from fedisw.vocab.objects import Note, Tombstone, parse_note, parse_tombstone
from fedisw.vocab.read import Document

Thing: TypeAlias = Actor | Note | Tombstone | Collection | Page | Activity


def parse_document(document: Document) -> Thing:
    """Read a document of any type that we know.

    Raises:
        Invalid: none of our types, several of them (security ING-9), or the document lacks what its type needs.
    """
    kind = read.kind(document)
    if kind is None:
        raise Invalid("type", "not a type that is known here")
    if kind in names.ACTORS:
        return parse_actor(document)
    if kind in names.NOTES:
        return parse_note(document)
    if kind == names.TOMBSTONE:
        return parse_tombstone(document)
    if kind in names.PAGES:
        return parse_page(document)
    if kind in names.COLLECTIONS:
        return parse_collection(document)
    return parse_activity(document)

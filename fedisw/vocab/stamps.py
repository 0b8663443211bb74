"""Stamps: a quoted author's consent, as a document of its own (FEP-044f; federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedisw.model.errors import Invalid
from fedisw.vocab import read
from fedisw.vocab.read import Document

KIND: Final = "QuoteAuthorization"
FEATURE: Final = "FeatureAuthorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """`author` agrees that the post `quoting` quotes the post `quoted`."""

    id: str
    author: str
    quoting: str
    quoted: str


def parse_stamp(document: Document) -> Stamp:
    """Read a stamp; Invalid for another type, or when a part is missing. Nothing here is verified."""
    if read.kind(document) != KIND and read.as_text(document.get("type")) != KIND:
        raise Invalid("type", "not a stamp")
    return Stamp(
        id=read.require_id(document),
        author=read.require_ref(document, "attributedTo"),
        quoting=read.require_ref(document, "interactingObject"),
        quoted=read.require_ref(document, "interactionTarget"),
    )


def build_stamp(stamp: Stamp) -> Document:
    """A stamp as a document, without context."""
    return {
        "id": stamp.id,
        "type": KIND,
        "attributedTo": stamp.author,
        "interactingObject": stamp.quoting,
        "interactionTarget": stamp.quoted,
    }


def build_feature(uri: str, *, author: str, collection: str) -> Document:
    """Consent to stand in a collection (FEP-7aa9), without context."""
    return {"id": uri, "type": FEATURE, "attributedTo": author, "interactingObject": collection, "interactionTarget": author}

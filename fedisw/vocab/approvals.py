"""Approvals: an author's consent to an answer, like or boost, as a document of its own (federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedisw.model.errors import Invalid
from fedisw.vocab import read
from fedisw.vocab.read import Document

OLD, NEW = "Approval", "Authorization"
KINDS: Final = ("Reply", "Like", "Announce")
_OF: Final = {f"{kind}{end}": kind for kind in KINDS for end in (OLD, NEW)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """`author` agrees to `interaction`, an answer to, like or boost of `target`. `kind` is one of KINDS."""

    id: str
    kind: str
    author: str
    interaction: str
    target: str


def parse_approval(document: Document) -> Approval:
    """Read an approval under its old or new name; Invalid for another type, or when a part is missing."""
    kind = _OF.get(read.as_text(document.get("type")))
    if kind is None:
        raise Invalid("type", "not an approval")
    new = "interactingObject" in document
    return Approval(
        id=read.require_id(document),
        kind=kind,
        author=read.require_ref(document, "attributedTo"),
        interaction=read.require_ref(document, "interactingObject" if new else "object"),
        target=read.require_ref(document, "interactionTarget" if new else "target"),
    )


def build_approval(approval: Approval) -> Document:
    """An approval as a document, without context; its parts under both names that are read."""
    return {
        "id": approval.id,
        "type": f"{approval.kind}{NEW}",
        "attributedTo": approval.author,
        "interactingObject": approval.interaction,
        "interactionTarget": approval.target,
        "object": approval.interaction,
        "target": approval.target,
    }

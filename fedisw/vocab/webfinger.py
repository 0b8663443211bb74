"""WebFinger answers: a JSON Resource Descriptor, read and built (RFC 7033; federation, section 1.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fedisw.model.errors import Invalid
from fedisw.vocab import limits, read
from fedisw.vocab.build import without_empty
from fedisw.vocab.names import ACTIVITY_JSON, LD_ACTIVITY
from fedisw.vocab.read import Document, Json

SELF = "self"
SELF_TYPES = (ACTIVITY_JSON, LD_ACTIVITY)
ACCT = re.compile(r"acct:([^@\s/]+)@([^@\s/]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class JrdLink:
    """One link: `href` or `template`, as sent."""

    rel: str
    type: str = ""
    href: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jrd:
    """What a server says about an account; to be checked both ways (security ING-14)."""

    subject: str
    aliases: tuple[str, ...] = ()
    links: tuple[JrdLink, ...] = ()

    @property
    def actor(self) -> str | None:
        """The actor's id: the first `self` link with exactly one of the two ActivityPub types."""
        own = (link.href for link in self.links if link.rel == SELF and link.type in SELF_TYPES)
        return next((href for href in own if read.is_url(href)), None)

    @property
    def account(self) -> tuple[str, str] | None:
        """User as sent and host in lower case, when the subject is an `acct:`."""
        match = ACCT.fullmatch(self.subject)
        return (match[1], match[2].lower()) if match is not None else None


def parse_jrd(document: Document) -> Jrd:
    """Read a WebFinger answer.

    Raises:
        Invalid: no `subject`.
    """
    subject = document.get("subject")
    if not isinstance(subject, str) or not 0 < len(subject) <= limits.USERNAME:
        raise Invalid("subject", "must name who this is about")
    links = (_link(item) for item in read.as_list(document.get("links"), limits.JRD_LINKS))
    return Jrd(
        subject=subject,
        aliases=read.as_texts(document.get("aliases"), limits.ALIASES, limits.USERNAME),
        links=tuple(link for link in links if link is not None),
    )


def build_jrd(*, subject: str, aliases: Sequence[str], links: Sequence[JrdLink], rels: Sequence[str] = ()) -> Document:
    """A WebFinger answer; with `rels` only links of these, which may be none."""
    wanted = [link for link in links if not rels or link.rel in rels]
    return {"subject": subject, "aliases": [*aliases], "links": [_link_document(link) for link in wanted]}


def _link(value: Json) -> JrdLink | None:
    if not isinstance(value, dict) or not isinstance(rel := value.get("rel"), str):
        return None
    texts = {name: text for name in ("type", "href", "template") if isinstance(text := value.get(name), str)}
    if any(len(text) > limits.USERNAME for text in (rel, *texts.values())):
        return None
    return JrdLink(rel=rel, **texts)


def _link_document(link: JrdLink) -> Document:
    return {"rel": link.rel, **without_empty({"type": link.type, "href": link.href, "template": link.template})}

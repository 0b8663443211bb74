"""NodeInfo: where it is and what it says, read and built (NodeInfo 2.0 and 2.1; federation, section 1.3).

For statistics and admin pages only: what a peer says here decides nothing about the protocol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedisw.model.errors import Invalid
from fedisw.vocab import limits, read
from fedisw.vocab.build import without_empty
from fedisw.vocab.names import APPLICATION_REL
from fedisw.vocab.read import Document

REL_PREFIX: Final = "http://nodeinfo.diaspora.software/ns/schema/"
READABLE: Final = ("2.1", "2.0")  # the best first
BUILT: Final = frozenset(READABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInfoLinks:
    """Where the best readable version is, and the server's own actor (FEP-2677)."""

    version: str | None = None
    href: str | None = None
    application: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInfo:
    """What a server says about itself; counts are None where it says nothing."""

    version: str
    software: str
    software_version: str = ""
    node_name: str = ""
    open_registrations: bool = False
    protocols: tuple[str, ...] = ()
    users: int | None = None
    active_month: int | None = None
    active_half_year: int | None = None
    posts: int | None = None
    comments: int | None = None


def parse_links(document: Document) -> NodeInfoLinks:
    """Read `/.well-known/nodeinfo`; without `href` there is no version that we can read."""
    links: dict[str, str] = {}
    for item in read.as_list(document.get("links"), limits.JRD_LINKS):
        rel = read.as_text(item.get("rel")) if isinstance(item, dict) else ""
        href = read.as_id(item)
        if rel and href is not None:
            links.setdefault(rel, href)
    version = next((version for version in READABLE if REL_PREFIX + version in links), None)
    href = links[REL_PREFIX + version] if version is not None else None
    return NodeInfoLinks(version=version, href=href, application=links.get(APPLICATION_REL))


def parse_nodeinfo(document: Document) -> NodeInfo:
    """Read a 2.x document.

    Raises:
        Invalid: no `software.name`.
    """
    software = read.as_object(document.get("software")) or {}
    name = read.as_text(software.get("name"), limits.SHORT_TEXT).strip().lower()
    if not name:
        raise Invalid("software", "must have a name")
    usage = read.as_object(document.get("usage")) or {}
    users = read.as_object(usage.get("users")) or {}
    metadata = read.as_object(document.get("metadata")) or {}
    return NodeInfo(
        version=read.as_text(document.get("version"), limits.SHORT_TEXT),
        software=name,
        software_version=read.as_text(software.get("version"), limits.SHORT_TEXT),
        node_name=read.as_text(metadata.get("nodeName"), limits.SHORT_TEXT),
        open_registrations=read.as_bool(document.get("openRegistrations")) or False,
        protocols=read.as_texts(document.get("protocols"), limits.LINKS, limits.SHORT_TEXT),
        users=read.as_int(users.get("total")),
        active_month=read.as_int(users.get("activeMonth")),
        active_half_year=read.as_int(users.get("activeHalfyear")),
        posts=read.as_int(usage.get("localPosts")),
        comments=read.as_int(usage.get("localComments")),
    )


def build_links(*, documents: Mapping[str, str], application: str) -> Document:
    """`/.well-known/nodeinfo`: addresses by version, and the instance actor."""
    links: list[Document] = [{"rel": REL_PREFIX + version, "href": href} for version, href in documents.items()]
    return {"links": [*links, {"rel": APPLICATION_REL, "href": application}]}


def build_nodeinfo(
    *,
    version: str,
    software_version: str,
    repository: str,
    homepage: str,
    open_registrations: bool,
    node_name: str,
    node_description: str,
    staff: Sequence[str] = (),
    users: int | None = None,
    active_month: int | None = None,
    active_half_year: int | None = None,
    posts: int | None = None,
    comments: int | None = None,
    federates: bool = True,
) -> Document:
    """A document of version "2.0" or "2.1"; counts that are None are left out, `users` stays as `{}`.

    Raises:
        ValueError: another version.
    """
    if version not in BUILT:
        raise ValueError(f"no such version of NodeInfo: {version}")
    software: Document = {"name": "fedisw", "version": software_version}
    if version == "2.1":
        software |= without_empty({"repository": repository, "homepage": homepage})
    people: Document = {"total": users, "activeMonth": active_month, "activeHalfyear": active_half_year}
    counts = without_empty({"localPosts": posts, "localComments": comments})
    metadata: Document = {"nodeName": node_name, "nodeDescription": node_description, "staffAccounts": [*staff]}
    return {
        "version": version,
        "software": software,
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": open_registrations,
        "usage": {"users": without_empty(people), **counts},
        "metadata": {**metadata, "federation": {"enabled": federates}},
    }

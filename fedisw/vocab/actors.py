"""Who acts: members, groups, services, applications, organisations (federation, section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from fedisw.model.errors import Invalid
from fedisw.model.urls import authority_of
from fedisw.vocab import limits, read
from fedisw.vocab.keys import Key, parse_key_ids, parse_keys
from fedisw.vocab.media import Media, as_image, as_links, page_url
from fedisw.vocab.names import ACTORS, ActorType
from fedisw.vocab.policies import InteractionPolicy, parse_policy
from fedisw.vocab.read import Document, Json
from fedisw.vocab.tags import Tags, parse_tags

HANDLE = re.compile(r"(?:acct:)?@?([^@\s/:]+)@([^@\s/]+)")  # user, host or host:port
USERNAME = re.compile(r"[^@\s/:?#\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of a profile; `value` is HTML as sent."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A profile as its own server describes it; nothing here is verified or sanitised.

    `webfinger` is `user@host` (FEP-2c59). `keys` are those embedded, `key_ids` all that are listed.
    `moderators` is a collection, `owners` are actors; both are of groups. `url` is on the host of `id`.
    `hides_public` and `hides_unlisted`: not to be shown on pages to people who are not signed in.
    """

    id: str
    type: ActorType
    inbox: str
    preferred_username: str
    webfinger: str = ""
    name: str = ""
    summary: str = ""
    url: str = ""
    outbox: str | None = None
    shared_inbox: str | None = None
    followers: str | None = None
    following: str | None = None
    featured: str | None = None
    featured_tags: str | None = None
    featured_collections: str | None = None
    approves_followers: bool = False
    discoverable: bool | None = None
    indexable: bool = False
    memorial: bool = False
    suspended: bool = False
    sensitive: bool = False
    hides_public: bool = False
    hides_unlisted: bool = False
    moved_to: str | None = None
    also_known_as: tuple[str, ...] = ()
    attribution_domains: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    icon: Media | None = None
    image: Media | None = None
    tags: Tags = field(default_factory=Tags)
    policy: InteractionPolicy | None = None
    published: datetime | None = None
    updated: datetime | None = None
    keys: tuple[Key, ...] = ()
    key_ids: tuple[str, ...] = ()
    implements: tuple[str, ...] = ()
    moderators: str | None = None
    owners: tuple[str, ...] = ()
    posting_restricted_to_mods: bool = False
    openness: str = ""


def parse_actor(document: Document) -> Actor:
    """Read an actor.

    Raises:
        Invalid: another type, no usable `id` or `inbox`, or neither `preferredUsername` nor `webfinger`
            (as Mastodon does, federation section 2.3).
    """
    kind = read.kind(document)
    if kind not in ACTORS:
        raise Invalid("type", "not an actor")
    actor_id = read.require_id(document)
    inbox = read.require_ref(document, "inbox")
    webfinger = _webfinger(document.get("webfinger"))
    moderators, owners = _moderation(document)
    endpoints = read.as_object(document.get("endpoints")) or {}
    return Actor(
        id=actor_id,
        type=ActorType(kind),
        inbox=inbox,
        preferred_username=_username(document.get("preferredUsername"), webfinger),
        webfinger=webfinger,
        name=read.as_natural(document, "name", limits.DISPLAY_NAME),
        summary=read.as_natural(document, "summary", limits.BIO),
        url=_url(document, actor_id),
        outbox=_beside(document.get("outbox"), actor_id),
        shared_inbox=_beside(endpoints.get("sharedInbox"), inbox) or _beside(document.get("sharedInbox"), inbox),
        followers=_beside(document.get("followers"), actor_id),
        following=_beside(document.get("following"), actor_id),
        featured=_beside(document.get("featured"), actor_id),
        featured_tags=_beside(document.get("featuredTags"), actor_id),
        featured_collections=_beside(document.get("featuredCollections"), actor_id),
        approves_followers=_flag(document, "manuallyApprovesFollowers"),
        discoverable=read.as_bool(document.get("discoverable")),
        indexable=_flag(document, "indexable"),
        memorial=_flag(document, "memorial"),
        suspended=_flag(document, "suspended"),
        sensitive=_flag(document, "sensitive"),
        hides_public=_flag(document, "hidesToPublicFromUnauthedWeb"),
        hides_unlisted=_flag(document, "hidesCcPublicFromUnauthedWeb"),
        moved_to=read.as_id(document.get("movedTo")),
        also_known_as=read.as_ids(document.get("alsoKnownAs"), limits.ALIASES),
        attribution_domains=read.as_texts(document.get("attributionDomains"), limits.ATTRIBUTION_DOMAINS, limits.SHORT_TEXT),
        fields=_fields(document.get("attachment")),
        icon=as_image(document.get("icon")),
        image=as_image(document.get("image")),
        tags=parse_tags(document.get("tag")),
        policy=parse_policy(document.get("interactionPolicy")),
        published=read.as_time(document.get("published")),
        updated=read.as_time(document.get("updated")),
        keys=parse_keys(document),
        key_ids=parse_key_ids(document),
        implements=_implements(document),
        moderators=moderators,
        owners=owners,
        posting_restricted_to_mods=_flag(document, "postingRestrictedToMods"),
        openness=read.as_text(document.get("openness"), limits.SHORT_TEXT),
    )


def _flag(document: Document, field: str) -> bool:
    return read.as_bool(document.get(field)) or False


def _webfinger(value: Json) -> str:
    """`user@host`, from a string of that form with or without `acct:`; anything else counts as absent."""
    match = HANDLE.fullmatch(value) if isinstance(value, str) and len(value) <= limits.USERNAME else None
    return f"{match[1]}@{match[2].lower()}" if match is not None else ""


def _username(value: Json, webfinger: str) -> str:
    text = read.as_text(value)
    if not text:
        text = webfinger.partition("@")[0]
    if len(text) > limits.USERNAME or USERNAME.fullmatch(text) is None:
        raise Invalid("preferredUsername", "not usable as a name")
    return text


def _url(document: Document, actor_id: str) -> str:
    """The profile page, if it is on the host of the id; else the id."""
    page = page_url(as_links(document.get("url")))
    return page if page is not None and authority_of(page) == authority_of(actor_id) else actor_id


def _beside(value: Json, owner: str) -> str | None:
    """An id on the host of `owner`; one on another host is not believed (federation, sections 2.3 and 8.1)."""
    uri = read.as_id(value)
    return uri if uri is not None and authority_of(uri) == authority_of(owner) else None


def _fields(value: Json) -> tuple[Field, ...]:
    rows = [item for item in read.as_list(value) if isinstance(item, dict) and _is_field(item)]
    return tuple(
        Field(
            name=read.as_natural(row, "name", limits.FIELD_TEXT),
            value=read.as_natural(row, "value", limits.FIELD_TEXT),
        )
        for row in rows[: limits.FIELDS]
    )


def _is_field(row: Document) -> bool:
    return read.kind(row, frozenset({"PropertyValue"})) is not None and bool(read.as_natural(row, "name"))


def _implements(document: Document) -> tuple[str, ...]:
    generator = read.as_object(document.get("generator"))
    return read.as_ids(generator.get("implements"), limits.IMPLEMENTS) if generator is not None else ()


def _moderation(document: Document) -> tuple[str | None, tuple[str, ...]]:
    """`attributedTo` of a group: a collection (Lemmy, Mbin, WordPress), or people (PeerTube, Smithereen)."""
    value = document.get("attributedTo")
    collection = read.as_id(document.get("moderators"))
    if isinstance(value, str):
        return collection or read.as_id(value), ()
    return collection, read.as_ids(value, limits.OBJECTS)

"""A note and its relatives, and what is left of a deleted one (federation, sections 4.3, 4.8 and 4.13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fedisw.model.errors import Invalid
from fedisw.vocab import limits, read
from fedisw.vocab.collections import Collection, as_collection
from fedisw.vocab.events import EventDetails, parse_event_details
from fedisw.vocab.media import Link, Media, as_attachments, as_image, as_link_attachments, as_links, page_url
from fedisw.vocab.names import NOTES, QUOTE_REL, TOMBSTONE, ActorType, NoteType
from fedisw.vocab.policies import InteractionPolicy, parse_policy
from fedisw.vocab.polls import Poll, parse_poll
from fedisw.vocab.read import Document, Json
from fedisw.vocab.tags import Tags, parse_tags

QUOTE_FIELDS = ("quote", "_misskey_quote", "quoteUrl", "quoteUri")  # read in this order
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the author typed; shown to moderators, never used for anything else."""

    content: str
    media_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The post that is quoted.

    `is_legacy`: said without the `quote` member. `authorization`: id of the stamp. `is_gone`: a Tombstone stands
    there, which need not have an id.
    """

    uri: str | None
    is_legacy: bool = False
    is_gone: bool = False
    authorization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One post as its author's server describes it; nothing here is verified or sanitised.

    `summary` is a content warning on Note and Question, an abstract on the others. `name` is a title,
    or the vote where a Note answers a poll. `channel` is the Group named beside the author (PeerTube).
    `actor` is who wrote it where `attributed_to` is a group (Mobilizon). `links` are all of `url`. `preview` is the short
    form that the author made of a long text (FEP-b2b8), `passage` what a Quotation quotes (BookWyrm); both are HTML.
    """

    id: str
    type: NoteType
    attributed_to: str
    channel: str | None = None
    actor: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    url: str | None = None
    links: tuple[Link, ...] = ()
    name: str = ""
    summary: str = ""
    content: str = ""
    content_map: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""
    preview: str = ""
    passage: str = ""
    language: str | None = None
    source: Source | None = None
    published: datetime | None = None
    updated: datetime | None = None
    in_reply_to: str | None = None
    context: str | None = None
    conversation: str | None = None
    sensitive: bool = False
    direct_message: bool | None = None
    comments_enabled: bool | None = None
    tags: Tags = field(default_factory=Tags)
    attachments: tuple[Media, ...] = ()
    link_attachments: tuple[Link, ...] = ()
    image: Media | None = None
    icon: Media | None = None
    quote: Quote | None = None
    approved_by: str | None = None
    policy: InteractionPolicy | None = None
    replies: Collection | None = None
    likes: Collection | None = None
    shares: Collection | None = None
    duration: float | None = None
    poll: Poll | None = None
    event: EventDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What stands where something was."""

    id: str
    former_type: str = ""
    published: datetime | None = None
    deleted: datetime | None = None


def parse_note(document: Document) -> Note:
    """Read a Note, Article, Page, Question, Event, media object or their kin.

    Raises:
        Invalid: another type, no usable `id`, or nobody it is attributed to.
    """
    kind = read.kind(document)
    if kind not in NOTES:
        raise Invalid("type", "not a note")
    return _note(document, NoteType(kind))


def parse_other(document: Document) -> Note:
    """Read what is of a kind that we do not know, and has a name or a text; as `parse_note`."""
    if not read.is_other(document):
        raise Invalid("type", "nothing that could be shown")
    return _note(document, NoteType.OTHER)


def _note(document: Document, kind: NoteType) -> Note:
    content_map = read.as_language_map(document.get("contentMap"))
    content = read.as_text(document.get("content")) or next(iter(content_map.values()), "")
    tags = parse_tags(document.get("tag"))
    links = as_links(document.get("url"))
    author, channel = _attribution(document.get("attributedTo"))
    return Note(
        id=read.require_id(document),
        type=kind,
        attributed_to=author,
        channel=channel,
        actor=read.as_id(document.get("actor")),
        to=read.as_recipients(document.get("to")),
        cc=read.as_recipients(document.get("cc")),
        audience=read.as_recipients(document.get("audience")),
        url=page_url(links),
        links=links,
        name=read.as_natural(document, "name", limits.SHORT_TEXT),
        summary=read.as_natural(document, "summary", limits.SUMMARY),
        content=content,
        content_map=content_map,
        media_type=read.as_text(document.get("mediaType"), limits.SHORT_TEXT),
        preview=_preview(document),
        passage=read.as_text(document.get("quote"), limits.SUMMARY) if kind is NoteType.QUOTATION else "",
        language=_language(document, content, content_map),
        source=_source(document),
        published=read.as_time(document.get("published")),
        updated=_updated(document),
        in_reply_to=read.as_id(document.get("inReplyTo")),
        context=_thread(document.get("context")),
        conversation=_thread(document.get("conversation")) or _thread(document.get("ostatus:conversation")),
        sensitive=read.as_bool(document.get("sensitive")) or False,
        direct_message=read.as_bool(document.get("directMessage")),
        comments_enabled=read.as_bool(document.get("commentsEnabled")),
        tags=tags,
        attachments=as_attachments(document.get("attachment")),
        link_attachments=as_link_attachments(document.get("attachment")),
        image=as_image(document.get("image")),
        icon=as_image(document.get("icon")),
        quote=_quote(document, tags, content),
        approved_by=read.as_id(document.get("approvedBy")),
        policy=parse_policy(document.get("interactionPolicy")),
        replies=as_collection(document.get("replies")),
        likes=as_collection(document.get("likes")),
        shares=as_collection(document.get("shares")),
        duration=read.as_duration(document.get("duration")),
        poll=parse_poll(document) if kind == NoteType.QUESTION else None,
        event=parse_event_details(document) if kind == NoteType.EVENT else None,
    )


def parse_tombstone(document: Document) -> Tombstone:
    """Read a Tombstone; Invalid for another type or without `id`."""
    if read.kind(document) != TOMBSTONE:
        raise Invalid("type", "not a tombstone")
    return Tombstone(
        id=read.require_id(document),
        former_type=read.as_text(document.get("formerType"), limits.SHORT_TEXT),
        published=read.as_time(document.get("published")),
        deleted=read.as_time(document.get("deleted")),
    )


def _updated(document: Document) -> datetime | None:
    """In an object inside the object where Mbin sends a change (its recorded Updates)."""
    deeper = read.as_object(document.get("object")) or {}
    return read.as_time(document.get("updated")) or read.as_time(deeper.get("updated"))


def _attribution(value: Json) -> tuple[str, str | None]:
    """The author and, where one is named beside the author, the group: the first Person counts, else the first of all."""
    items = read.as_list(value, limits.OBJECTS)
    groups = [uri for item in items if read.kind(item) == ActorType.GROUP and (uri := read.as_id(item)) is not None]
    everyone = read.as_ids(value, limits.OBJECTS)
    people = [uri for item in items if read.kind(item) == ActorType.PERSON and (uri := read.as_id(item)) is not None]
    author = next(iter(people or everyone), None)
    if author is None:
        raise Invalid("attributedTo", "must name an actor")
    return author, next((group for group in groups if group != author), None)


def _language(document: Document, content: str, content_map: Mapping[str, str]) -> str | None:
    """The key of the text shown, else the first key (Mastodon), else what Lemmy, PeerTube and Mobilizon say."""
    keys = [tag for tag, text in content_map.items() if text == content] or list(content_map)
    told = read.as_language(next(iter(keys), None))
    return told or read.as_language(document.get("language")) or read.as_language(document.get("inLanguage"))


def _source(document: Document) -> Source | None:
    """An object, a plain text (Pleroma), or `_misskey_content`."""
    value = document.get("source")
    if isinstance(value, dict):
        media_type = read.as_text(value.get("mediaType"), limits.SHORT_TEXT)
        content = read.as_text(value.get("content"), limits.SOURCE)
        return Source(content=content, media_type=media_type) if content else None
    content = read.as_text(value, limits.SOURCE)
    misskey = read.as_text(document.get("_misskey_content"), limits.SOURCE)
    if not content and misskey:
        return Source(content=misskey, media_type="text/x.misskeymarkdown")
    return Source(content=content) if content else None


def _preview(document: Document) -> str:
    """The text of a Note in `preview`; pictures that stand there (PeerTube) are none."""
    value = read.as_object(document.get("preview"))
    return read.as_natural(value, "content", limits.SUMMARY) if value is not None and read.kind(value) == NoteType.NOTE else ""


def _thread(value: Json) -> str | None:
    """What groups a thread: any short string, or the id of an object; never fetched because it stands here."""
    if isinstance(value, str):
        return value if 0 < len(value) <= limits.USERNAME else None
    return read.as_id(value)


def _quote(document: Document, tags: Tags, content: str) -> Quote | None:
    """The first spelling that is there, then links to objects (FEP-e232)."""
    authorization = read.as_id(document.get("quoteAuthorization"))
    grave = read.as_object(document.get("quote"))
    if grave is not None and read.kind(grave) == TOMBSTONE:
        return Quote(uri=read.own_id(grave), is_gone=True, authorization=authorization)
    for name in QUOTE_FIELDS:
        uri = read.as_id(document.get(name))
        if uri is not None:
            return Quote(uri=uri, is_legacy="quote" not in document, authorization=authorization)
    link = next((link for link in tags.links if _is_quote(link, content)), None)
    return Quote(uri=link.href, is_legacy="quote" not in document) if link is not None else None


def _is_quote(link: Link, content: str) -> bool:
    if not link.media_type.startswith(ACTIVITY_TYPES):
        return False
    return QUOTE_REL in link.rel or link.name.startswith("RE:") or content.startswith("RE:")

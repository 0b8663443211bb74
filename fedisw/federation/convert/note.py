"""A note's document to a post: who may see it, its cleaned text, what hangs on it (federation, sections 4.2, 4.3, 4.8, 4.13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from fedisw.federation.convert.actor import emojis_of
from fedisw.federation.convert.quote import policy_of, quote_of
from fedisw.model.accounts import Account
from fedisw.model.media import MediaKind
from fedisw.model.statuses import ObjectType, RemoteMedia, RemotePoll, RemoteStatus, Visibility
from fedisw.text import hashtags, markdown
from fedisw.text.allowed import POST
from fedisw.text.names import clean_name
from fedisw.text.sanitise import clean, to_plain_text
from fedisw.vocab import limits
from fedisw.vocab.media import Link, Media
from fedisw.vocab.names import PUBLIC, NoteType
from fedisw.vocab.objects import Note

MAX_MEDIA: Final = 16  # kept of a post (federation, section 4.3)
MAX_DESCRIPTION: Final = 1_500  # characters
MARKDOWN: Final = frozenset({"text/markdown", "text/x-markdown"})
WITHOUT_TITLE: Final = frozenset({NoteType.NOTE, NoteType.QUESTION, NoteType.CHAT_MESSAGE, NoteType.COMMENT, NoteType.QUOTATION})
WARNED: Final = WITHOUT_TITLE  # their summary is a warning, that of the others an abstract
PLAYED: Final = {NoteType.VIDEO: "video/", NoteType.AUDIO: "audio/"}
KINDS: Final[Mapping[NoteType, MediaKind]] = {
    NoteType.IMAGE: MediaKind.IMAGE,
    NoteType.VIDEO: MediaKind.VIDEO,
    NoteType.AUDIO: MediaKind.AUDIO,
}
ENDINGS: Final[Mapping[str, MediaKind]] = {
    **dict.fromkeys((".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"), MediaKind.IMAGE),
    **dict.fromkeys((".m4v", ".mov", ".mp4", ".webm"), MediaKind.VIDEO),
    **dict.fromkeys((".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"), MediaKind.AUDIO),
}  # of addresses, where nothing else says what is there (BookWyrm's pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a note names: ids that are both tagged and addressed, and ids that are only addressed."""

    mentioned: tuple[str, ...]
    addressed: tuple[str, ...]


def named_in(note: Note) -> Named:
    """A mention counts only where the note is addressed as well (section 4.2); who is only addressed receives it silently."""
    recipients = dict.fromkeys((*note.to, *note.cc))
    tagged = dict.fromkeys(tag.href for tag in note.tags.mentions if tag.href is not None)
    mentioned = tuple(uri for uri in tagged if uri in recipients)
    return Named(mentioned=mentioned, addressed=tuple(uri for uri in recipients if uri not in tagged and uri != PUBLIC))


def visibility_of(note: Note, author: Account) -> Visibility:
    """Who a note is for; `audience` grants nothing, and what is not understood is direct."""
    if note.direct_message:
        return Visibility.DIRECT
    if PUBLIC in note.to:
        return Visibility.PUBLIC
    if PUBLIC in note.cc:
        return Visibility.UNLISTED
    if author.followers_uri and author.followers_uri in (*note.to, *note.cc):
        return Visibility.PRIVATE
    return Visibility.DIRECT


def status_of(
    note: Note, *, author: Account, known: Mapping[str, Account], own_origin: str, now: datetime, depth: int = 0
) -> RemoteStatus:
    """The post that a note is.

    Args:
        author: whom the note is attributed to, checked by the caller.
        known: accounts by id, of those whom it names.
        own_origin: ours; threads of ours are found by the post answered, not by their name.
        now: nothing is newer than this (ING-13).
        depth: how many posts above it quote it, one the next.
    """
    named = named_in(note)
    mentioned = _ids(named.mentioned, known)
    published = min(note.published or now, now)
    thread, warning = note.context or note.conversation or "", _warning(note)
    return RemoteStatus(
        uri=note.id,
        url=note.url or note.id,
        object_type=_object_type(note.type),
        visibility=visibility_of(note, author),
        content=content_of(note),
        spoiler_text=warning,
        sensitive=note.sensitive or bool(warning),
        language=note.language or "",
        emojis=emojis_of(note.tags.emojis),
        mentioned=mentioned,
        silent=tuple(item for item in _ids(named.addressed, known) if item not in mentioned),
        tags=tuple(dict.fromkeys(tag.name for tag in note.tags.hashtags if hashtags.normalise(tag.name))),
        media=media_of(note),
        poll=_poll(note, now=now),
        in_reply_to_uri=note.in_reply_to or "",
        quote=quote_of(note, depth=depth),
        quote_policy=policy_of(note, author),
        conversation_uri="" if thread.startswith(f"{own_origin}/") else thread,
        published=published,
        updated=min(note.updated, now) if note.updated is not None else None,
    )


def content_of(note: Note) -> str:
    """Clean HTML; what is no note shows its title, its abstract or text, and where it is."""
    text = markdown.to_html(note.content) if note.media_type in MARKDOWN else clean(note.content, POST)
    if note.type in WITHOUT_TITLE:
        return text
    title = clean_name(note.name, most=limits.SHORT_TEXT)
    abstract = clean(note.summary, POST) if note.summary else text
    link = clean(f'<p><a href="{escape(note.url or note.id)}">{escape(note.url or note.id)}</a></p>', POST)
    return (f"<p><strong>{escape(title, quote=False)}</strong></p>" if title else "") + abstract + link


def media_of(note: Note) -> tuple[RemoteMedia, ...]:
    """Attachments, for films and sounds the file itself, for the others the picture beside the text."""
    found = [_attachment(media) for media in note.attachments]
    if note.type in PLAYED:
        found = [_file(link, KINDS[note.type]) for link in note.links if link.media_type.startswith(PLAYED[note.type])][
            :1
        ] + found
    if note.type in KINDS and not found and note.type is NoteType.IMAGE:
        found = [_file(link, MediaKind.IMAGE) for link in note.links if link.media_type.startswith("image/")][:1]
    if not found and note.image is not None and note.type not in WITHOUT_TITLE:
        found = [_attachment(note.image)]
    unique = {media.remote_url: media for media in reversed(found)}
    return tuple(reversed(unique.values()))[:MAX_MEDIA]


def _ids(uris: Iterable[str], known: Mapping[str, Account]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(known[uri].id for uri in uris if uri in known))


def _object_type(kind: NoteType) -> ObjectType:
    try:
        return ObjectType(kind.value)
    except ValueError:  # chat messages, BookWyrm's kinds: shown like notes
        return ObjectType.NOTE


def _warning(note: Note) -> str:
    return clean_name(to_plain_text(note.summary), most=limits.SUMMARY) if note.type in WARNED and note.summary else ""


def _attachment(media: Media) -> RemoteMedia:
    x, y = media.focal_point or (0.0, 0.0)
    return RemoteMedia(
        remote_url=media.url,
        media_type=media.media_type,
        kind=_kind(media),
        description=media.description[:MAX_DESCRIPTION],
        blurhash=media.blurhash or "",
        width=media.width,
        height=media.height,
        focus_x=x,
        focus_y=y,
    )


def _kind(media: Media) -> MediaKind:
    family = media.media_type.partition("/")[0]
    if family in ("image", "video", "audio"):
        return MediaKind(family)
    if media.media_type:
        return MediaKind.UNKNOWN
    ending = PurePosixPath(urlsplit(media.url).path).suffix.lower()
    return KINDS.get(media.kind) or ENDINGS.get(ending, MediaKind.UNKNOWN)


def _file(link: Link, kind: MediaKind) -> RemoteMedia:
    return RemoteMedia(remote_url=link.href, media_type=link.media_type, kind=kind, width=link.width, height=link.height)


def _poll(note: Note, *, now: datetime) -> RemotePoll | None:
    if note.poll is None:
        return None
    over = note.poll.is_closed or (note.poll.end is not None and note.poll.end <= now)
    return RemotePoll(
        options=tuple(option.name for option in note.poll.options),
        votes=tuple(option.votes for option in note.poll.options),
        multiple=note.poll.multiple,
        expires_at=note.poll.end,
        closed_at=min(note.poll.end or now, now) if over else None,
        voters_count=note.poll.voters,
    )

"""The files of a note: attachments, and of films, sounds and pictures the file itself (federation, sections 4.3 and 4.13)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from fedisw.federation.convert.words import WITHOUT_TITLE
from fedisw.model.media import MediaKind
from fedisw.model.statuses import RemoteMedia
from fedisw.vocab.media import Link, Media
from fedisw.vocab.names import NoteType
from fedisw.vocab.objects import Note

MAX_MEDIA: Final = 16  # kept of a post (federation, section 4.3)
MAX_DESCRIPTION: Final = 1_500  # characters
BEST_HEIGHT: Final = 720  # pixels; of a film in several sizes the largest up to this is shown
FAMILIES: Final = {NoteType.VIDEO: "video/", NoteType.AUDIO: "audio/", NoteType.IMAGE: "image/"}
COMMON: Final = frozenset({"video/mp4", "audio/mpeg", "audio/mp4"})  # what every browser plays
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


def media_of(note: Note) -> tuple[RemoteMedia, ...]:
    """Attachments, before them the file that the note is; where there is none, the picture beside the text."""
    found = [_attachment(media) for media in note.attachments]
    own = _best(note) if note.type is not NoteType.IMAGE or not found else None
    if own is not None:
        found.insert(0, _file(note, own))
    if not found and note.image is not None and note.type not in WITHOUT_TITLE:
        found = [_attachment(note.image)]
    unique = {media.remote_url: media for media in reversed(found)}
    return tuple(reversed(unique.values()))[:MAX_MEDIA]


def _best(note: Note) -> Link | None:
    """Of the files that a film, sound or picture is offered in: one that every browser plays, of a fitting size."""
    family = FAMILIES.get(note.type)
    offered = [link for link in note.links if family is not None and link.media_type.startswith(family)]
    return min(offered, key=_rank, default=None)


def _rank(link: Link) -> tuple[bool, bool, int]:
    height = link.height or 0
    too_high = height > BEST_HEIGHT
    return link.media_type not in COMMON, too_high, height if too_high else -height


def _file(note: Note, link: Link) -> RemoteMedia:
    picture = note.icon or note.image
    return RemoteMedia(
        remote_url=link.href,
        media_type=link.media_type,
        kind=KINDS[note.type],
        width=link.width,
        height=link.height,
        thumbnail=picture.url if picture is not None and note.type is not NoteType.IMAGE else "",
    )


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
        thumbnail=media.thumbnail or "",
    )


def _kind(media: Media) -> MediaKind:
    family = media.media_type.partition("/")[0]
    if family in ("image", "video", "audio"):
        return MediaKind(family)
    if media.media_type:
        return MediaKind.UNKNOWN
    ending = PurePosixPath(urlsplit(media.url).path).suffix.lower()
    return KINDS.get(media.kind) or ENDINGS.get(ending, MediaKind.UNKNOWN)

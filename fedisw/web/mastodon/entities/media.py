"""Files of posts as clients see them."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.media.inspect import rate_of
from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.web.mastodon.entities.site import Site, encoded

PICTURED: Final = frozenset({MediaKind.IMAGE, MediaKind.GIFV, MediaKind.VIDEO})


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """Pixels of one form of a picture."""

    width: int
    height: int
    size: str
    aspect: float


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """A film or sound; a sound has no size."""

    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    frame_rate: str | UnsetType = UNSET
    duration: float
    bitrate: int


class Focus(msgspec.Struct, frozen=True, kw_only=True):
    """The place that must stay visible, from -1 to 1, y up."""

    x: float
    y: float


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file."""

    length: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    fps: int | UnsetType = UNSET
    size: str | UnsetType = UNSET
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    aspect: float | UnsetType = UNSET
    original: Size | Track | UnsetType = UNSET
    small: Size | UnsetType = UNSET
    focus: Focus | UnsetType = UNSET


class MediaAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 2."""

    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None = None
    text_url: str | None = None
    meta: Meta | None
    description: str | None
    blurhash: str | None


def media_entity(media: Media, site: Site) -> MediaAttachment:
    """A file; without addresses while it is worked on."""
    url, preview = _addresses(media, site)
    return MediaAttachment(
        id=str(media.id),
        type=media.kind.value,
        url=url,
        preview_url=preview,
        remote_url=encoded(media.remote_url) or None,
        preview_remote_url=encoded(media.remote_preview_url) or None,
        meta=_meta(media),
        description=media.description or None,
        blurhash=media.blurhash or None,
    )


def _addresses(media: Media, site: Site) -> tuple[str | None, str | None]:
    if media.state is not MediaState.READY:
        return None, None
    if media.key:
        preview = media.preview_key or (media.key if media.kind is MediaKind.IMAGE else "")
        return site.store_url(media.key), site.store_url(preview) if preview else None
    if not media.remote_url:
        return None, None
    url = site.links.url(media.remote_url, purpose=Purpose.ATTACHMENT)
    if media.kind is not MediaKind.IMAGE:
        still = media.remote_preview_url
        return url, site.links.url(still, purpose=Purpose.ATTACHMENT, part=Part.PREVIEW) if still else None
    return url, site.links.url(media.remote_url, purpose=Purpose.ATTACHMENT, part=Part.PREVIEW)


def _meta(media: Media) -> Meta | None:
    if media.duration is not None:
        return _film_meta(media, media.duration)
    if media.kind not in PICTURED:
        return None
    moved = media.focus_x or media.focus_y
    return Meta(
        original=_size(media.width, media.height),
        small=_size(media.preview_width, media.preview_height),
        focus=Focus(x=media.focus_x, y=media.focus_y) if moved else UNSET,
    )


def _film_meta(media: Media, duration: float) -> Meta:
    hours, seconds = divmod(duration, 3600)
    length = f"{int(hours)}:{int(seconds // 60):02}:{seconds % 60:05.2f}"
    small = _size(media.preview_width, media.preview_height)
    if not media.width or not media.height:
        track = Track(duration=duration, bitrate=media.bitrate or 0)
        return Meta(length=length, duration=duration, original=track, small=small)
    width, height = media.width, media.height
    track = Track(width=width, height=height, frame_rate=media.frame_rate, duration=duration, bitrate=media.bitrate or 0)
    return Meta(
        length=length,
        duration=duration,
        fps=round(rate_of(media.frame_rate)),
        size=f"{width}x{height}",
        width=width,
        height=height,
        aspect=width / height,
        original=track,
        small=small,
        focus=Focus(x=media.focus_x, y=media.focus_y) if media.focus_x or media.focus_y else UNSET,
    )


def _size(width: int | None, height: int | None) -> Size | UnsetType:
    if not width or not height:
        return UNSET
    return Size(width=width, height=height, size=f"{width}x{height}", aspect=width / height)

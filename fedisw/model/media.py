"""Files that people attach to posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MediaKind(StrEnum):
    """Types of the client API."""

    IMAGE = "image"
    GIFV = "gifv"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


class MediaState(StrEnum):
    """How far the work on a file is."""

    READY = "ready"
    PROCESSING = "processing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file of a post. Ours have keys in the media store, remote ones a `remote_url` fetched through the proxy,
    and `remote_preview_url`, the still picture of a film or sound.

    `position` is the place in the post. Sizes are pixels; focus from -1 to 1, y up.
    `source_key` is the file as it came, while it is worked on; `duration` is seconds, `frame_rate` a fraction as text,
    `bitrate` bits a second.
    """

    id: int
    account_id: int
    status_id: int | None = None
    position: int = 0
    kind: MediaKind
    state: MediaState = MediaState.READY
    media_type: str = ""
    key: str = ""
    preview_key: str = ""
    remote_url: str = ""
    description: str = ""
    blurhash: str = ""
    width: int | None = None
    height: int | None = None
    preview_width: int | None = None
    preview_height: int | None = None
    focus_x: float = 0.0
    focus_y: float = 0.0
    size: int = 0
    source_key: str = ""
    duration: float | None = None
    frame_rate: str = ""
    bitrate: int | None = None
    remote_preview_url: str = ""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A copy that we keep of a file of another server; `url_hash` tells file, use and rendition apart. `size` is bytes."""

    url_hash: bytes
    host: str
    key: str
    media_type: str
    size: int
    fetched_at: datetime
    used_at: datetime

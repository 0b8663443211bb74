"""What is inside a film or a sound, as ffprobe tells, and whether we take it (security MED-2, MED-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from fedisw.media.probe import Family, Kind
from fedisw.media.programs import UNREADABLE, Programs
from fedisw.model.errors import Invalid

MAX_FRAME_PIXELS: Final = 8_294_400
MAX_RATE: Final = 120  # frames a second
MAX_SECONDS: Final = 3600.0

DEMUXERS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.MP4: "mov",
        Kind.MOV: "mov",
        Kind.M4A: "mov",
        Kind.WEBM: "matroska",
        Kind.MP3: "mp3",
        Kind.OGG: "ogg",
        Kind.FLAC: "flac",
        Kind.WAV: "wav",
        Kind.GIF: "gif",
    }
)
CODECS: Final = (
    "h264,hevc,mpeg4,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,mjpeg,png,gif,"
    "aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,amrnb,amrwb,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw"
)
_ENTRIES: Final = (
    "stream=index,codec_type,codec_name,profile,width,height,pix_fmt,avg_frame_rate,channels:"
    "stream_disposition=attached_pic:stream_side_data=rotation:format=duration,bit_rate"
)


def opening(path: Path, kind: Kind) -> tuple[str, ...]:
    """Options that open a file as what it is and as nothing else: no network, no list of other files."""
    options = ("-protocol_whitelist", "file,pipe", "-codec_whitelist", CODECS, "-f", DEMUXERS[kind])
    return (*options, "-i", f"file:{path.absolute()}")


class Disposition(msgspec.Struct, kw_only=True):
    """What a stream is for."""

    attached_pic: int = 0


class SideData(msgspec.Struct, kw_only=True):
    """How a film is turned, degrees."""

    rotation: float = 0


class Stream(msgspec.Struct, kw_only=True):
    """One stream of ffprobe's answer."""

    index: int
    codec_type: str = ""
    codec_name: str = ""
    width: int = 0
    height: int = 0
    pix_fmt: str = ""
    avg_frame_rate: str = "0/0"
    channels: int = 0
    disposition: Disposition = msgspec.field(default_factory=Disposition)
    side_data_list: list[SideData] = []


class Format(msgspec.Struct, kw_only=True):
    """What holds for the whole file."""

    duration: str = ""
    bit_rate: str = ""


class _Answer(msgspec.Struct, kw_only=True):
    streams: list[Stream] = []
    format: Format = msgspec.field(default_factory=Format)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A file that we take. `duration` is seconds, `bitrate` bits a second; sizes are pixels as shown, upright."""

    video: Stream | None
    audio: Stream | None
    cover: Stream | None
    duration: float
    bitrate: int
    rate: str
    width: int
    height: int


async def inspect(programs: Programs, path: Path, kind: Kind, *, folder: Path) -> Contents:
    """Look into a file without decoding more than its heads.

    Raises:
        Invalid: damaged, too large, too fast, too long, or without anything to see or hear.
    """
    text = await programs.ask(("-of", "json", "-show_entries", _ENTRIES, *opening(path, kind)), folder=folder)
    try:
        answer = msgspec.json.decode(text, type=_Answer)
    except msgspec.MsgspecError as error:
        raise Invalid("file", UNREADABLE) from error
    contents = _contents(answer)
    _check(contents, kind)
    return contents


def _contents(answer: _Answer) -> Contents:
    pictures = [one for one in answer.streams if one.codec_type == "video"]
    video = next((one for one in pictures if not one.disposition.attached_pic), None)
    turned = video is not None and any(round(data.rotation) % 180 for data in video.side_data_list)
    size = (0, 0) if video is None else (video.width, video.height)
    width, height = size[::-1] if turned else size
    return Contents(
        video=video,
        audio=next((one for one in answer.streams if one.codec_type == "audio"), None),
        cover=next((one for one in pictures if one.disposition.attached_pic), None),
        duration=_number(answer.format.duration),
        bitrate=int(_number(answer.format.bit_rate)),
        rate="" if video is None else video.avg_frame_rate,
        width=width,
        height=height,
    )


def _check(contents: Contents, kind: Kind) -> None:
    """The words are those that clients know."""
    if kind.family is Family.AUDIO:
        if contents.audio is None:
            raise Invalid("file", UNREADABLE)
    elif contents.video is None:
        raise Invalid("file", "Video has no video stream")
    elif not 0 < contents.width * contents.height <= MAX_FRAME_PIXELS:
        raise Invalid("file", f"{contents.width}x{contents.height} videos are not supported")
    elif (rate := rate_of(contents.rate)) > MAX_RATE:
        raise Invalid("file", f"{int(rate)}fps videos are not supported")
    if contents.duration > MAX_SECONDS:
        raise Invalid("file", "this file is longer than an hour")


def rate_of(text: str) -> float:
    """Frames a second of `30000/1001`; 0 where it is not known."""
    try:
        return float(Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        return 0.0


def _number(text: str) -> float:
    try:
        return min(max(0.0, float(text)), 1e15)
    except ValueError:
        return 0.0

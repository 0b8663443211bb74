"""What a file is, told from its first bytes; names and claimed types are never looked at (security MED-1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedisw.model.errors import Invalid

HEAD_BYTES: Final = 4096  # enough for every signature below


class Family(StrEnum):
    """What a person would call it."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"


class Kind(StrEnum):
    """Accepted kinds of file; the value is the extension of the stored file."""

    JPEG = "jpg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"
    MP4 = "mp4"
    WEBM = "webm"
    MOV = "mov"
    MP3 = "mp3"
    OGG = "ogg"
    FLAC = "flac"
    WAV = "wav"
    M4A = "m4a"

    @property
    def media_type(self) -> str:
        """The type it is served with; the only table of them (security MED-7)."""
        return MEDIA_TYPES[self]

    @property
    def family(self) -> Family:
        """Image, video or audio."""
        return Family(MEDIA_TYPES[self].partition("/")[0])


MEDIA_TYPES: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.JPEG: "image/jpeg",
        Kind.PNG: "image/png",
        Kind.GIF: "image/gif",
        Kind.WEBP: "image/webp",
        Kind.AVIF: "image/avif",
        Kind.MP4: "video/mp4",
        Kind.WEBM: "video/webm",
        Kind.MOV: "video/quicktime",
        Kind.MP3: "audio/mpeg",
        Kind.OGG: "audio/ogg",
        Kind.FLAC: "audio/flac",
        Kind.WAV: "audio/wav",
        Kind.M4A: "audio/mp4",
    }
)

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"OggS\x00", Kind.OGG),
    (b"fLaC", Kind.FLAC),
    (b"ID3", Kind.MP3),
)
_RIFF: Final = {b"WEBP": Kind.WEBP, b"WAVE": Kind.WAV}
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_MP4_BRANDS: Final = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"})


def probe(head: bytes) -> Kind:
    """The kind of file that begins with `head`.

    Args:
        head: the first HEAD_BYTES bytes, or all of a shorter file.

    Raises:
        Invalid: nothing that we accept: SVG, HTML, XML, archives, programs, HEIC, an empty file.
    """
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    found = _container(head)
    if found is None:
        raise Invalid("file", "this type of file is not accepted")
    return found


def _container(head: bytes) -> Kind | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":  # Matroska's frame; only its web profile is accepted
        return Kind.WEBM if b"\x42\x82\x84webm" in head[:64] else None
    return Kind.MP3 if _is_mp3_frame(head[:4]) else None


def _iso_media(head: bytes) -> Kind | None:
    """Brands of the `ftyp` box (ISO 14496-12 section 4.3): the major one, a version, then the compatible ones."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, length - 3, 4))}
    if brands & _AVIF_BRANDS:
        return Kind.AVIF
    if brands & _HEIC_BRANDS:
        raise Invalid("file", "HEIC photos cannot be read here; please send a JPEG")
    if major == b"qt  ":
        return Kind.MOV
    if major in (b"M4A ", b"M4B "):
        return Kind.M4A
    return Kind.MP4 if brands & _MP4_BRANDS else None


def _is_mp3_frame(header: bytes) -> bool:
    """A frame header of MPEG audio layer III: 11 bits of sync, no reserved value (ISO 11172-3 section 2.4.1.3)."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return False
    version, layer = (header[1] >> 3) & 3, (header[1] >> 1) & 3
    return version != 1 and layer == 1 and header[2] >> 4 != 15 and (header[2] >> 2) & 3 != 3

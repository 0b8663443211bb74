from __future__ import annotations

import io
import wave

import pytest

from fedisw.media.probe import Family, Kind, probe
from fedisw.model.errors import Invalid
from tests.media.pictures import encoded, quarters


def box(major: bytes, *compatible: bytes) -> bytes:
    brands = major + b"\0\0\0\0" + b"".join(compatible)
    return (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + b"\0\0\0\x08mdat"


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 80)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "kind"),
    [("JPEG", Kind.JPEG), ("PNG", Kind.PNG), ("GIF", Kind.GIF), ("WEBP", Kind.WEBP), ("AVIF", Kind.AVIF)],
)
def test_images_are_told_by_their_content(form: str, kind: Kind) -> None:
    assert probe(encoded(quarters(8, 8), form)) is kind
    assert kind.family is Family.IMAGE


@pytest.mark.parametrize(
    ("head", "kind", "media_type"),
    [
        (box(b"isom", b"mp41"), Kind.MP4, "video/mp4"),
        (box(b"mp42"), Kind.MP4, "video/mp4"),
        (box(b"qt  "), Kind.MOV, "video/quicktime"),
        (box(b"M4A ", b"isom"), Kind.M4A, "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Kind.WEBM, "video/webm"),
        (b"ID3\x04\0\0\0\0\0\0", Kind.MP3, "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0\0", Kind.MP3, "audio/mpeg"),
        (b"OggS\0\x02", Kind.OGG, "audio/ogg"),
        (b"fLaC\0\0", Kind.FLAC, "audio/flac"),
        (sound(), Kind.WAV, "audio/wav"),
    ],
)
def test_video_and_sound_are_known(head: bytes, kind: Kind, media_type: str) -> None:
    assert probe(head) is kind
    assert kind.media_type == media_type
    assert kind.family is not Family.IMAGE


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xfb",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg/>',
        b"<!doctype html><title>hello</title>",
        b'{"type": "Note", "@context": "https://www.w3.org/ns/activitystreams"}',
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"PK\x03\x04",
        b"MZ\x90\x00",
        b"#EXTM3U\n",
        b"ffconcat version 1.0\n",
        b"II*\x00\x08\0\0\0",
        b"BM\x36\0\0\0",
        b"RIFF\0\0\0\0AVI LIST",
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
        box(b"heic", b"mif1"),
        box(b"xxxx"),
        b" \x89PNG\r\n\x1a\n",
    ],
)
def test_everything_else_is_refused(head: bytes) -> None:
    with pytest.raises(Invalid):
        probe(head)


def test_someone_with_a_heic_photo_is_told_what_to_do() -> None:
    with pytest.raises(Invalid, match="JPEG"):
        probe(box(b"heic", b"mif1", b"heic"))


def test_an_avif_that_also_claims_the_general_brand_is_an_avif() -> None:
    assert probe(box(b"mif1", b"avif", b"miaf")) is Kind.AVIF


def test_every_kind_has_a_media_type_and_a_family() -> None:
    assert {kind.media_type for kind in Kind} == {kind.media_type.lower() for kind in Kind}
    assert all(kind.family in Family for kind in Kind)

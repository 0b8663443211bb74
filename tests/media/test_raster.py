from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image

from fedisw.media import child, raster, wire
from fedisw.media.probe import Kind
from fedisw.media.raster import Source, check_claims
from fedisw.media.render import GEOMETRY, Area, Box, Crop, frame_area
from fedisw.media.wire import Purpose
from fedisw.model.errors import Invalid
from tests.media.pictures import animation, encoded, quarters


@pytest.fixture(autouse=True)
def _prepared() -> None:
    raster.prepare()


def png_claiming(width: int, height: int, *, frames: int = 1) -> bytes:
    """A tiny file whose header promises much."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    control = chunk(b"acTL", struct.pack(">II", frames, 0)) if frames > 1 else b""
    return b"\x89PNG\r\n\x1a\n" + header + control + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def test_the_ceilings_of_one_image_are_exact() -> None:
    check_claims(5760, 5760, 1)
    check_claims(800, 1000, 500)
    for claim in ((5760, 5761, 1), (1, 1, 501), (1000, 801, 500), (0, 10, 1), (10, 10, 0)):
        with pytest.raises(Invalid):
            check_claims(*claim)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png_claiming(5760, 5761), Kind.PNG),
        (png_claiming(100_000, 100_000), Kind.PNG),
        (png_claiming(2_000_000_000, 2), Kind.PNG),
        (png_claiming(10, 10, frames=501), Kind.PNG),
        (png_claiming(5000, 5000, frames=20), Kind.PNG),
        (b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0,", Kind.GIF),
        (b"GIF89a\x0a\0\x0a\0\0\0\0" + 501 * b",\0\0\0\0\x01\0\x01\0\0\x02\x01\0\0", Kind.GIF),
    ],
)
def test_bombs_are_refused_by_their_header(data: bytes, kind: Kind) -> None:
    with pytest.raises(Invalid, match=r"too many pixels|too long"):
        Source(data, kind)


def test_a_file_of_another_kind_than_announced_is_not_opened() -> None:
    with pytest.raises(Image.UnidentifiedImageError):
        Source(encoded(quarters(8, 8), "TIFF"), Kind.PNG)


def test_a_jpeg_is_decoded_no_larger_than_needed() -> None:
    data = encoded(quarters(4000, 3000), "JPEG")

    assert Source(data, Kind.JPEG).still(at_least=(400, 300)).size == (500, 375)


def test_frames_of_an_animation_come_with_their_time() -> None:
    source = Source(animation(frames=4, duration=90), Kind.GIF)

    assert [milliseconds for _, milliseconds in source.moving()] == [90, 90, 90, 90]
    assert source.loops == 0


@pytest.mark.parametrize("size", [(640, 360), (1, 1), (4000, 3000), (8_294_401, 1), (1, 30_000_000), (65_535, 500)])
def test_an_area_is_never_exceeded_and_never_empty(size: tuple[int, int]) -> None:
    width, height = Area(pixels=3840 * 2160).target(*size)

    assert 1 <= width * height <= 3840 * 2160
    assert width <= size[0]
    assert height <= size[1]


def test_shapes_keep_proportions_and_enlarge_nothing() -> None:
    assert Area(pixels=640 * 360).target(1920, 1080) == (640, 360)
    assert Area(pixels=640 * 360).target(100, 50) == (100, 50)
    assert Box(side=256).target(1000, 500) == (256, 128)
    assert Box(side=256).target(10_000, 1) == (256, 1)
    assert Crop(width=1500, height=500).target(3000, 3000) == (1500, 500)
    assert Crop(width=400, height=400).target(100, 900) == (100, 100)
    assert set(GEOMETRY) == set(Purpose)


def test_a_long_animation_is_made_smaller() -> None:
    assert frame_area(2).target(1200, 800) == (1200, 800)
    assert frame_area(100).target(1000, 1000) == (632, 632)
    assert 500 * frame_area(500).pixels <= 40_000_000


def test_the_child_answers_whatever_happens() -> None:
    for data in (b"", b"GIF89a<script>", b"\x89PNG\r\n\x1a\n" * 9):
        for kind in raster.FORMATS:
            job = wire.Job(data=data, kind=kind, purpose=Purpose.ATTACHMENT)
            assert isinstance(child.answer(wire.pack(job)[4:]), wire.Refused)
    assert isinstance(child.answer(b"not a message"), wire.Refused)


def test_an_overlong_message_is_refused() -> None:
    assert wire.parse_length((128 * 1024 * 1024).to_bytes(4, "big")) == 128 * 1024 * 1024
    with pytest.raises(ValueError, match="too long"):
        wire.parse_length((128 * 1024 * 1024 + 1).to_bytes(4, "big"))

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from fedisw.media.probe import Kind
from fedisw.media.receive import Limits, receive
from fedisw.model.errors import Invalid, TooLarge
from tests.media.pictures import encoded, quarters

LIMITS = Limits(image_bytes=300_000, video_bytes=600_000)
FILM = b"\0\0\0\x18ftypisom\0\0\0\0isommp41"


class Body:
    """An upload in chunks that counts how many were asked for."""

    def __init__(self, data: bytes, size: int = 8192) -> None:
        self.data, self.size, self.given = data, size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self.data), self.size):
            self.given += 1
            yield self.data[at : at + self.size]


def image_of(size: int) -> bytes:
    return encoded(quarters(8, 8), "PNG").ljust(size, b"\0")


@pytest.mark.parametrize("size", [50, 8192, 1_000_000])
async def test_an_upload_is_a_temporary_file_with_its_kind(tmp_path: Path, size: int) -> None:
    async with receive(Body(image_of(299_999), size), folder=tmp_path, limits=LIMITS) as upload:
        assert (upload.kind, upload.size) == (Kind.PNG, 299_999)
        assert upload.path.read_bytes() == image_of(299_999)
        assert upload.path.stat().st_mode & 0o777 == 0o600

    assert os.listdir(tmp_path) == []


async def test_the_limits_are_exact_and_differ_by_kind(tmp_path: Path) -> None:
    for data in (image_of(300_000), FILM.ljust(600_000, b"\0")):
        async with receive(Body(data), folder=tmp_path, limits=LIMITS) as upload:
            assert upload.size == len(data)
    for data in (image_of(300_001), FILM.ljust(600_001, b"\0")):
        with pytest.raises(TooLarge):
            async with receive(Body(data), folder=tmp_path, limits=LIMITS):
                pass

    assert os.listdir(tmp_path) == []


async def test_no_chunk_is_read_after_the_limit(tmp_path: Path) -> None:
    body = Body(image_of(3_000_000), 100_000)
    with pytest.raises(TooLarge):
        async with receive(body, folder=tmp_path, limits=LIMITS):
            pass

    assert body.given == 4


async def test_a_tiny_image_over_a_tiny_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        async with receive(Body(image_of(200)), folder=tmp_path, limits=Limits(image_bytes=199, video_bytes=9999)):
            pass


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"<!doctype html>".ljust(5_000_000)])
async def test_what_is_not_accepted_is_refused_at_its_first_bytes(tmp_path: Path, data: bytes) -> None:
    body = Body(data)
    with pytest.raises(Invalid):
        async with receive(body, folder=tmp_path, limits=LIMITS):
            pass

    assert body.given <= 1
    assert os.listdir(tmp_path) == []


async def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield image_of(10_000)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with receive(broken(), folder=tmp_path, limits=LIMITS):
            pass

    assert os.listdir(tmp_path) == []

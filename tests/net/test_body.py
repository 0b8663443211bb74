import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedisw.model.errors import Malformed, TooLarge, Unreachable, UnsupportedMedia
from fedisw.net.body import Decoder, Floor, read_body
from fedisw.net.limits import MIB, Times


async def in_pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def read(data: bytes, *, coding: str = "", most: int = MIB, size: int = 1000, cut: bool = False) -> bytes:
    return await read_body(in_pieces(data, size), coding=coding, max_bytes=most, times=Times(), cut=cut)


@settings(deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 400), st.booleans())
async def test_bodies_come_out_as_they_went_in(data, size, packed):
    sent = gzip.compress(data * 50) if packed else data * 50
    assert await read(sent, coding="gzip" if packed else "", size=size) == data * 50


@pytest.mark.parametrize("coding", ["", "gzip"])
async def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(coding):
    pack = gzip.compress if coding else bytes
    assert len(await read(pack(b"a" * 70_000), coding=coding, most=70_000)) == 70_000
    with pytest.raises(TooLarge):
        await read(pack(b"a" * 70_001), coding=coding, most=70_000)
    assert len(await read(pack(b"a" * 90_000), coding=coding, most=70_000, cut=True)) == 70_000


async def test_a_compression_bomb_is_cut_soon():
    bomb = gzip.compress(bytes(20 * MIB), 9)
    decoder = Decoder("gzip")
    with pytest.raises(TooLarge):
        decoder.feed(bomb[:15_000], room=1 << 40)
    assert decoder.decoded < 100 * 15_000 + (64 << 10) + 1


async def test_a_small_body_may_be_packed_as_tightly_as_it_likes():
    assert len(await read(gzip.compress(bytes(MIB), 9), coding="gzip")) == MIB


async def test_codings_that_we_did_not_ask_for_are_refused():
    for coding in ("br", "deflate", "zstd", "gzip, gzip", "compress"):
        with pytest.raises(UnsupportedMedia):
            await read(b"x", coding=coding)


async def test_broken_compression_is_refused():
    whole = gzip.compress(b"hello" * 1000)
    for broken in (b"hello", whole[:-9], zlib.compress(b"hello"), whole[:30] + b"\xff" * 9 + whole[39:]):
        with pytest.raises(Malformed):
            await read(broken, coding="gzip")
    assert await read(b"", coding="gzip") == b""


def test_who_sends_slower_than_a_kibibyte_a_second_is_cut_after_ten_seconds():
    now = 0.0
    floor = Floor(Times(), clock=lambda: now)
    for second in range(1, 10):
        now = second
        floor.saw(1000)
    now = 10.0
    with pytest.raises(Unreachable):
        floor.saw(1000)


def test_who_sends_fast_enough_is_not_cut_and_each_stretch_counts_anew():
    now = 0.0
    floor = Floor(Times(), clock=lambda: now)
    for second in range(1, 31):
        now = second
        floor.saw(1024)
    now = 41.0
    with pytest.raises(Unreachable):
        floor.saw(1024)

"""Reads the body of an answer under all its ceilings: size, decoded:wire ratio, least speed (security NET-6)."""

from __future__ import annotations

import time
import zlib
from collections.abc import AsyncIterable, Callable
from typing import Final

from fedisw.model.errors import Malformed, TooLarge, Unreachable, UnsupportedMedia
from fedisw.net.limits import RATIO, RATIO_AFTER, Times

STEP: Final = 64 << 10  # bytes that one step of decoding may give
GZIP: Final = 16 + zlib.MAX_WBITS


class Decoder:
    """Turns wire bytes into decoded bytes, never more than `STEP` at a time, and counts both.

    Raises:
        UnsupportedMedia: a content coding other than gzip, which is all we ask for.
    """

    def __init__(self, coding: str) -> None:
        coding = coding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise UnsupportedMedia("content coding")
        self._packed = coding.endswith("gzip")
        self._inflate = zlib.decompressobj(GZIP)
        self.wire = self.decoded = 0

    def feed(self, chunk: bytes, *, room: int) -> bytes:
        """Decoded bytes of `chunk`, at most `room` + 1 of them, so that one too many is seen.

        Raises:
            TooLarge: the ratio is that of a bomb.
            Malformed: not gzip.
        """
        self.wire += len(chunk)
        if not self._packed:
            self.decoded += len(chunk)
            return chunk[: room + 1]
        parts: list[bytes] = []
        while room >= 0 and not self._inflate.eof:
            most = min(STEP, room + 1)
            part = self._step(chunk, most)
            parts.append(part)
            room -= len(part)
            chunk = self._inflate.unconsumed_tail
            if not chunk and len(part) < most:  # else zlib may hold more output, even without more input
                break
        return b"".join(parts)

    def finish(self) -> None:
        """Malformed if the compressed body ends in the middle."""
        if self._packed and self.wire and not self._inflate.eof:
            raise Malformed("the compressed body is cut off")

    def _step(self, chunk: bytes, most: int) -> bytes:
        try:
            part = self._inflate.decompress(chunk, most)
        except zlib.error as error:
            raise Malformed("the body is not gzip") from error
        self.decoded += len(part)
        if self.decoded > RATIO_AFTER and self.decoded > RATIO * self.wire:
            raise TooLarge("a compressed body that grows too much")
        return part


class Floor:
    """Cuts who sends slower than the least speed, so that a peer cannot hold a connection for nothing."""

    def __init__(self, times: Times, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._times, self._clock = times, clock
        self._since, self._bytes = clock(), 0

    def saw(self, count: int) -> None:
        """Note `count` bytes on the wire; Unreachable if a full stretch brought too few."""
        self._bytes += count
        now = self._clock()
        if now - self._since < self._times.floor_over:
            return
        if self._bytes < self._times.floor_rate * (now - self._since):
            raise Unreachable("sends too slowly")
        self._since, self._bytes = now, 0


async def read_body(chunks: AsyncIterable[bytes], *, coding: str, max_bytes: int, times: Times, cut: bool = False) -> bytes:
    """The decoded body.

    Args:
        chunks: the bytes as they come in, still compressed.
        coding: the Content-Encoding header.
        max_bytes: most decoded bytes.
        cut: a longer body is cut off instead of refused.

    Raises:
        TooLarge: more than `max_bytes`, or a compression bomb.
        Malformed: the compression is broken.
        UnsupportedMedia: a coding that we did not ask for.
        Unreachable: slower than the floor.
    """
    decoder, floor, body = Decoder(coding), Floor(times), bytearray()
    async for chunk in chunks:
        body += decoder.feed(chunk, room=max_bytes - len(body))
        if len(body) > max_bytes:
            if cut:
                return bytes(body[:max_bytes])
            raise TooLarge(f"a body of more than {max_bytes} bytes")
        floor.saw(len(chunk))
    decoder.finish()
    return bytes(body)

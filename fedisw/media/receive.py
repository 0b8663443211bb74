"""Taking in an upload: chunk by chunk into a temporary file, with its kind known and its size bounded from the first chunk on."""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fedisw.media.probe import HEAD_BYTES, Family, Kind, probe
from fedisw.model.errors import TooLarge, Unreachable

WRITE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came: not to be served, stored or trusted. `size` is bytes."""

    path: Path
    kind: Kind
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Most bytes of one file: `limits.image_bytes` and `limits.video_bytes`, the latter for sound too."""

    image_bytes: int
    video_bytes: int

    def check(self, kind: Kind | None, size: int) -> None:
        """Compare what has come so far; while the kind is not known the larger limit holds.

        Raises:
            TooLarge: more than the limit.
        """
        match kind.family if kind else None:
            case Family.IMAGE:
                limit = self.image_bytes
            case None:
                limit = max(self.image_bytes, self.video_bytes)
            case _:
                limit = self.video_bytes
        if size > limit:
            raise TooLarge(f"the file is larger than {limit} bytes")


@asynccontextmanager
async def receive(chunks: AsyncIterable[bytes], *, folder: Path, limits: Limits) -> AsyncIterator[Upload]:
    """Write the chunks to a temporary file that exists inside the `async with` only (unless the store takes it away).

    Args:
        chunks: the body as it arrives.
        folder: LocalStore.temp or another folder of ours.
        limits: most bytes by kind.

    Raises:
        Invalid: the first bytes are those of nothing we accept.
        TooLarge: more bytes than the limit for that kind; not one more chunk is read.
        Unreachable: the disk is full.
    """
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="upload-")  # in a thread it could be left over by a cancellation
    path = Path(name)
    try:
        try:
            kind, size = await _write(chunks, descriptor, limits)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Unreachable("the disk of the media store is full", retry_after=600) from error
            raise
        finally:
            os.close(descriptor)
        yield Upload(path=path, kind=kind, size=size)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _write(chunks: AsyncIterable[bytes], descriptor: int, limits: Limits) -> tuple[Kind, int]:
    kind: Kind | None = None
    size, waiting = 0, bytearray()
    async for chunk in chunks:
        size += len(chunk)
        waiting += chunk
        if kind is None and len(waiting) >= HEAD_BYTES:
            kind = probe(bytes(waiting[:HEAD_BYTES]))
        limits.check(kind, size)
        if kind is not None and len(waiting) >= WRITE_BYTES:
            await asyncio.to_thread(_write_all, descriptor, bytes(waiting))
            waiting.clear()
    kind = kind or probe(bytes(waiting))
    limits.check(kind, size)
    await asyncio.to_thread(_write_all, descriptor, bytes(waiting))
    return kind, size


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

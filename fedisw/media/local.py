"""The store in a folder: `local/` and `remote/` in shards of 256, `tmp/` for what is being written (contract section 7)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from fedisw.media.keys import Area, check_key
from fedisw.media.leftovers import LEFTOVER_AFTER, remove_leftovers
from fedisw.media.probe import Family
from fedisw.media.store import LEAST_FREE, Amount, Stored
from fedisw.model.errors import NotFound, Unreachable

READ_BYTES: Final = 256 * 1024
TOUCH_EVERY: Final = timedelta(hours=12)
FOLDER_MODE: Final = 0o750
FILE_MODE: Final = 0o640  # a web server in our group may serve the folder
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def free_share(folder: Path) -> float:
    """Free part of the disk that holds the folder, 0 to 1."""
    disk = shutil.disk_usage(folder)
    return disk.free / disk.total if disk.total else 0.0


class LocalStore:
    """Files below one folder on a local disk; implements store.MediaStore."""

    def __init__(self, folder: Path, *, public_url: str, free: Callable[[Path], float] = free_share) -> None:
        """Make the folders that are missing.

        Args:
            folder: `media.store`; everything in it belongs to us.
            public_url: `media.public_url`, without a slash at its end.
            free: tells the free share of the disk, 0 to 1.
        """
        self._folder, self._public_url, self._free = folder, public_url.rstrip("/"), free
        self.temp = folder / "tmp"
        for name in (*Area, "tmp"):
            (folder / name).mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    async def put(self, key: str, source: bytes | Path) -> None:
        """See MediaStore; written to `tmp/`, flushed, then renamed, so that a half file never has a name."""
        area, _ = check_key(key)
        await asyncio.to_thread(self._put, area, self._folder / key, source)

    async def get(self, key: str) -> Stored:
        """See MediaStore."""
        found = await self.find([key])
        if found is None:
            raise NotFound("file", key)
        return found

    async def find(self, keys: Sequence[str]) -> Stored | None:
        """See MediaStore."""
        return await asyncio.to_thread(self._find, keys)

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See MediaStore."""
        stored = await self.get(key)
        at, end = max(0, start), stored.size if end is None else min(end, stored.size)
        try:
            file = await asyncio.to_thread((self._folder / key).open, "rb", buffering=0)
        except FileNotFoundError as error:
            raise NotFound("file", key) from error
        with file:
            while at < end and (chunk := await asyncio.to_thread(os.pread, file.fileno(), min(READ_BYTES, end - at), at)):
                at += len(chunk)
                yield chunk

    async def touch(self, key: str, *, now: datetime) -> None:
        """See MediaStore."""
        stored = await self.find([key])
        if stored is not None and now - stored.used_at >= TOUCH_EVERY:
            with contextlib.suppress(FileNotFoundError):
                await asyncio.to_thread(os.utime, self._folder / key, (now.timestamp(), now.timestamp()))

    async def move(self, old: str, new: str) -> None:
        """See MediaStore."""
        stored = await self.find([old])
        if stored is not None and stored.path is not None:
            await self.put(new, stored.path)

    async def delete(self, key: str) -> None:
        """See MediaStore."""
        check_key(key)
        await asyncio.to_thread((self._folder / key).unlink, missing_ok=True)

    async def prune(self, *, now: datetime, unused_for: timedelta, dry_run: bool = False) -> Amount:
        """See MediaStore."""
        return await asyncio.to_thread(self._prune, now - unused_for, now - LEFTOVER_AFTER, dry_run)

    async def usage(self) -> dict[tuple[Area, Family], Amount]:
        """See MediaStore."""
        return await asyncio.to_thread(self._usage)

    def url(self, key: str) -> str:
        """See MediaStore."""
        check_key(key)
        return f"{self._public_url}/{key}"

    def _put(self, area: Area, target: Path, source: bytes | Path) -> None:
        temporary = source if isinstance(source, Path) else None
        try:
            if self._free(self._folder) < LEAST_FREE[area]:
                raise Unreachable("the disk of the media store is nearly full", retry_after=600)
            if isinstance(source, bytes):
                temporary = _write_new(self.temp, source)
            if temporary is not None:
                _place(temporary, target)
        except OSError as error:
            if error.errno in FULL:
                raise Unreachable("the disk of the media store is full", retry_after=600) from error
            raise
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)

    def _find(self, keys: Sequence[str]) -> Stored | None:
        for key in keys:
            _, kind = check_key(key)
            path = self._folder / key
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            used_at = datetime.fromtimestamp(status.st_mtime, UTC)
            return Stored(key=key, size=status.st_size, media_type=kind.media_type, used_at=used_at, path=path)
        return None

    def _prune(self, unused_since: datetime, left_since: datetime, dry_run: bool) -> Amount:
        left = remove_leftovers(self.temp, left_since, dry_run=dry_run)
        files, size = left.files, left.size
        for path in self._files(Area.REMOTE):
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                if status.st_mtime >= unused_since.timestamp():
                    continue
                if not dry_run:
                    path.unlink()
                files, size = files + 1, size + status.st_size
        return Amount(files=files, size=size)

    def _usage(self) -> dict[tuple[Area, Family], Amount]:
        totals: dict[tuple[Area, Family], Amount] = {}
        for area in Area:
            for path in self._files(area):
                _, kind = check_key(path.relative_to(self._folder).as_posix())
                with contextlib.suppress(FileNotFoundError):
                    size, so_far = path.stat().st_size, totals.get((area, kind.family), Amount())
                    totals[area, kind.family] = Amount(files=so_far.files + 1, size=so_far.size + size)
        return totals

    def _files(self, area: Area) -> Iterator[Path]:
        """Every file of ours, one shard at a time; whatever else lies there is left alone."""
        for path in (self._folder / area).glob("??/??/*.*"):
            with contextlib.suppress(NotFound):
                check_key(path.relative_to(self._folder).as_posix())
                yield path


def _write_new(folder: Path, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="put-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _place(temporary: Path, target: Path) -> None:
    """Give a finished file its name: the content reaches the disk before the name, the name before we return."""
    temporary.chmod(FILE_MODE)
    _flush(temporary)
    changed = [target.parent]
    for folder in (target.parent.parent, target.parent):
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=FOLDER_MODE)
            changed.append(folder.parent)
    temporary.replace(target)
    for folder in changed:
        _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

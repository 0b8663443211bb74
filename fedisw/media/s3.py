"""The store in a bucket of an S3 service; the only module that knows its library (dependencies, section 3).

The admin names the endpoint, so the guard against private addresses is not for it; time and tries are bounded here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from fedisw.media.keys import Area, check_key
from fedisw.media.leftovers import LEFTOVER_AFTER, remove_leftovers
from fedisw.media.probe import Family
from fedisw.media.store import Amount, Stored
from fedisw.model.errors import NotFound, Unreachable

if TYPE_CHECKING:
    from obstore import ObjectMeta

READ_BYTES: Final = 256 * 1024
PART_BYTES: Final = 8 * 1024 * 1024  # of a streamed upload
PARTS_AT_ONCE: Final = 2
TOUCH_EVERY: Final = timedelta(days=3)  # a touch writes the whole file again
TOUCH_BYTES: Final = 16 * 1024 * 1024  # of the largest file that is
CONNECT: Final = timedelta(seconds=5)
SECONDS: Final = timedelta(seconds=60)  # of one request
TRIES: Final = 3
TRYING: Final = timedelta(seconds=90)  # all of them together
DELETED_AT_ONCE: Final = 1000
KEPT_BY_READERS: Final = "private, max-age=86400"  # who may see a file is not known yet when it is put
SCHEME: Final = "s3://"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a bucket is and how we prove who we are.

    Attributes:
        url: `media.store`, as `s3://bucket/prefix`.
        endpoint: address of the service; None is Amazon's in that region.
    """

    url: str
    endpoint: str | None
    region: str | None
    access_key: str
    secret_key: str


class S3Store:
    """Files below one prefix of a bucket; implements store.MediaStore.

    When a file was used is when it was written: `touch` writes it again.
    """

    def __init__(self, place: Place, *, temp: Path, public_url: str) -> None:
        """Nothing is asked of the service yet.

        Args:
            place: the bucket.
            temp: a folder for files on their way in; made if missing.
            public_url: `media.public_url`.
        """
        temp.mkdir(mode=0o750, parents=True, exist_ok=True)
        self.temp, self._public_url = temp, public_url.rstrip("/")
        self._bucket = _bucket(place)

    async def put(self, key: str, source: bytes | Path) -> None:
        """See MediaStore; a file goes up in parts and is never in memory as a whole."""
        _, kind = check_key(key)
        attributes = {"Content-Type": kind.media_type, "Cache-Control": KEPT_BY_READERS}
        try:
            await _asked(
                obstore.put_async(
                    self._bucket, key, source, attributes=attributes, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
                )
            )
        except FileNotFoundError as error:  # the bucket
            raise Unreachable("the bucket of the media store is not there", retry_after=600) from error
        finally:
            if isinstance(source, Path):
                await asyncio.to_thread(source.unlink, missing_ok=True)

    async def get(self, key: str) -> Stored:
        """See MediaStore."""
        check_key(key)
        try:
            return _stored(await _asked(obstore.head_async(self._bucket, key)))
        except FileNotFoundError as error:
            raise NotFound("file", key) from error

    async def find(self, keys: Sequence[str]) -> Stored | None:
        """See MediaStore; asks for all at once."""
        found = await asyncio.gather(*(self._maybe(key) for key in keys))
        return next((stored for stored in found if stored is not None), None)

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See MediaStore."""
        stored = await self.get(key)
        first, last = max(0, start), stored.size if end is None else min(end, stored.size)
        if first >= last:
            return
        try:
            answer = await _asked(obstore.get_async(self._bucket, key, options={"range": (first, last)}))
            async for chunk in answer.stream(min_chunk_size=READ_BYTES):
                yield bytes(chunk)
        except FileNotFoundError as error:
            raise NotFound("file", key) from error
        except BaseError as error:
            raise _unreachable(error) from error

    async def touch(self, key: str, *, now: datetime) -> None:
        """See MediaStore."""
        stored = await self._maybe(key)
        if stored is None or now - stored.used_at < TOUCH_EVERY or stored.size > TOUCH_BYTES:
            return
        with contextlib.suppress(NotFound):
            await self.put(key, b"".join([chunk async for chunk in self.read(key)]))

    async def move(self, old: str, new: str) -> None:
        """See MediaStore."""
        check_key(old)
        check_key(new)
        with contextlib.suppress(FileNotFoundError):
            await _asked(obstore.rename_async(self._bucket, old, new))

    async def delete(self, key: str) -> None:
        """See MediaStore."""
        check_key(key)
        await self._delete([key])

    async def prune(self, *, now: datetime, unused_for: timedelta, dry_run: bool = False) -> Amount:
        """See MediaStore; parts of broken uploads are the service's to remove (a lifecycle rule of the bucket)."""
        files = size = 0
        async for batch in self._list(Area.REMOTE):
            old = [stored for stored in batch if stored.used_at < now - unused_for]
            if old and not dry_run:
                await self._delete([stored.key for stored in old])
            files, size = files + len(old), size + sum(stored.size for stored in old)
        left = await asyncio.to_thread(remove_leftovers, self.temp, now - LEFTOVER_AFTER, dry_run=dry_run)
        return Amount(files=files + left.files, size=size + left.size)

    async def usage(self) -> dict[tuple[Area, Family], Amount]:
        """See MediaStore."""
        totals: dict[tuple[Area, Family], Amount] = {}
        for area in Area:
            async for batch in self._list(area):
                for stored in batch:
                    place = area, check_key(stored.key)[1].family
                    so_far = totals.get(place, Amount())
                    totals[place] = Amount(files=so_far.files + 1, size=so_far.size + stored.size)
        return totals

    def url(self, key: str) -> str:
        """See MediaStore."""
        check_key(key)
        return f"{self._public_url}/{key}"

    async def check(self) -> None:
        """Write, read and remove a small file.

        Raises:
            Unreachable: what of it does not work.
        """
        name, text = f"check/{token_hex(16)}", b"fedisw"
        try:
            await _asked(obstore.put_async(self._bucket, name, text))
            answer = await _asked(obstore.get_async(self._bucket, name))
            if bytes(await answer.bytes_async()) != text:
                raise Unreachable("the bucket gives back something else than was put into it")
            await _asked(obstore.delete_async(self._bucket, name))
        except FileNotFoundError as error:
            raise Unreachable("there is no such bucket") from error

    async def _maybe(self, key: str) -> Stored | None:
        try:
            return await self.get(key)
        except NotFound:
            return None

    async def _delete(self, keys: Sequence[str]) -> None:
        with contextlib.suppress(FileNotFoundError):
            await _asked(obstore.delete_async(self._bucket, keys))

    async def _list(self, area: Area) -> AsyncIterator[list[Stored]]:
        """Every file of ours, a page at a time; whatever else lies there is left alone."""
        try:
            async for page in self._bucket.list(prefix=f"{area}/", chunk_size=DELETED_AT_ONCE):
                yield list(_ours(page))
        except BaseError as error:
            raise _unreachable(error) from error


def _bucket(place: Place) -> Bucket:
    name, _, prefix = place.url.removeprefix(SCHEME).partition("/")
    return Bucket(
        name,
        prefix=prefix.strip("/") or None,
        region=place.region or "us-east-1",
        access_key_id=place.access_key,
        secret_access_key=place.secret_key,
        client_options={
            "allow_http": urlsplit(place.endpoint or "").scheme == "http",
            "connect_timeout": CONNECT,
            "timeout": SECONDS,
        },
        retry_config={"max_retries": TRIES - 1, "retry_timeout": TRYING},
        config={} if place.endpoint is None else {"endpoint": place.endpoint.rstrip("/")},
    )


async def _asked(asking: Awaitable[T]) -> T:
    """The answer of the service.

    Raises:
        FileNotFoundError: no such file, or bucket.
        Unreachable: any other failure.
    """
    try:
        return await asking
    except BaseError as error:
        raise _unreachable(error) from error


def _unreachable(error: BaseError) -> Unreachable:
    """By the name of the error alone: its text holds addresses and answers of the service."""
    return Unreachable(f"the media store does not answer ({type(error).__name__})", retry_after=60)


def _ours(page: Iterable[ObjectMeta]) -> Iterable[Stored]:
    for found in page:
        with contextlib.suppress(NotFound):
            yield _stored(found)


def _stored(found: ObjectMeta) -> Stored:
    _, kind = check_key(found["path"])
    return Stored(key=found["path"], size=found["size"], media_type=kind.media_type, used_at=found["last_modified"])

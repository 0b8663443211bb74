"""The store in a bucket, against a server that speaks S3."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store as Bucket

from fedisw.media.keys import Area, new_key, remote_key
from fedisw.media.probe import Family, Kind
from fedisw.media.s3 import PART_BYTES, Place, S3Store
from fedisw.media.store import Amount, MediaStore
from fedisw.model.errors import NotFound, Unreachable
from tests.support.buckets import NAME, bucket
from tests.support.server import free_port

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bucket() as address:
        yield address


def opened(server: str, folder: Path, *, prefix: str = "", name: str = NAME) -> S3Store:
    place = Place(url=f"s3://{name}/{prefix or folder.name}", endpoint=server, region=None, access_key="key", secret_key="secret")
    return S3Store(place, temp=folder / "tmp", public_url="https://media.example/")


def copy_key(number: int) -> str:
    return remote_key(f"https://other.example/{number}.png", Kind.PNG, part="original", secret=b"0" * 16)


async def all_of(store: MediaStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start=start, end=end)])


async def test_what_was_put_is_found_and_read_in_parts(server: str, tmp_path: Path) -> None:
    store, key, data = opened(server, tmp_path), new_key(Kind.WEBP), os.urandom(700_000)
    await store.put(key, data)
    stored = await store.find([new_key(Kind.PNG), key])
    assert stored is not None
    assert (stored.key, stored.size, stored.media_type, stored.path) == (key, 700_000, "image/webp", None)
    for start, end in ((0, None), (0, 1), (5, 5), (9, 3), (262_143, 262_145), (699_999, 9_999_999), (800_000, None)):
        assert await all_of(store, key, start, end) == data[start:end]
    assert store.url(key) == f"https://media.example/{key}"
    plain = Bucket(
        NAME,
        prefix=tmp_path.name,
        endpoint=server,
        access_key_id="key",
        secret_access_key="s",
        client_options={"allow_http": True},
    )
    told = (await obstore.get_async(plain, key)).attributes
    assert (told["Content-Type"], told["Cache-Control"]) == ("image/webp", "private, max-age=86400")


async def test_a_large_file_goes_up_in_parts_and_is_taken_away(server: str, tmp_path: Path) -> None:
    store, key = opened(server, tmp_path), new_key(Kind.MP4)
    source = store.temp / "upload-1"
    source.write_bytes(os.urandom(1000) * (PART_BYTES // 1000 + 500))
    whole = source.read_bytes()
    await store.put(key, source)
    assert not source.exists()
    assert await all_of(store, key) == whole


async def test_a_file_is_moved_and_deleted_as_often_as_one_likes(server: str, tmp_path: Path) -> None:
    store, old, new = opened(server, tmp_path), new_key(Kind.PNG), new_key(Kind.PNG)
    await store.put(old, b"bytes")
    for _ in range(2):
        await store.move(old, new)
    assert await store.find([old]) is None
    assert await all_of(store, new) == b"bytes"
    for _ in range(2):
        await store.delete(new)
    with pytest.raises(NotFound):
        await store.get(new)
    with pytest.raises(NotFound):
        await all_of(store, new)


@pytest.mark.parametrize("key", ["", "../x", "local/ab/cd/abcd.png", "check/0123456789"])
async def test_only_our_names_reach_the_bucket(server: str, tmp_path: Path, key: str) -> None:
    store = opened(server, tmp_path)
    for asking in (store.get(key), store.put(key, b""), store.delete(key), store.move(key, key), all_of(store, key)):
        with pytest.raises(NotFound):
            await asking


async def test_copies_that_nobody_used_go_and_our_own_files_stay(server: str, tmp_path: Path) -> None:
    store, mine = opened(server, tmp_path), new_key(Kind.PNG)
    for key in (mine, copy_key(1), copy_key(2)):
        await store.put(key, b"12345")
    await store.put(new_key(Kind.MP3), b"123")
    left = store.temp / "upload-old"
    left.write_bytes(b"1")
    os.utime(left, (0, 0))
    now = datetime.now(UTC)
    assert await store.prune(now=now, unused_for=DAY, dry_run=True) == Amount(files=1, size=1)
    assert await store.prune(now=now, unused_for=DAY) == Amount(files=1, size=1)
    assert not left.exists()
    assert await store.usage() == {
        (Area.LOCAL, Family.IMAGE): Amount(files=1, size=5),
        (Area.LOCAL, Family.AUDIO): Amount(files=1, size=3),
        (Area.REMOTE, Family.IMAGE): Amount(files=2, size=10),
    }
    assert await store.prune(now=now + 15 * DAY, unused_for=14 * DAY) == Amount(files=2, size=10)
    assert await store.find([copy_key(1), copy_key(2)]) is None
    assert await store.find([mine]) is not None


async def test_a_touched_file_counts_as_used_now(server: str, tmp_path: Path) -> None:
    store, key = opened(server, tmp_path), copy_key(3)
    await store.put(key, b"12345")
    first = (await store.get(key)).used_at
    await store.touch(key, now=first + DAY)
    assert (await store.get(key)).used_at == first
    await store.touch(key, now=datetime.now(UTC) + 30 * DAY)
    assert (await store.get(key)).used_at >= first
    assert await all_of(store, key) == b"12345"
    await store.touch(copy_key(4), now=first)


async def test_two_servers_share_a_bucket_under_two_prefixes(server: str, tmp_path: Path) -> None:
    one, two = (opened(server, tmp_path, prefix=f"{tmp_path.name}/{name}") for name in "ab")
    key = new_key(Kind.PNG)
    await one.put(key, b"1")
    assert await two.find([key]) is None
    assert await two.usage() == {}


async def test_the_check_tells_what_is_wrong(server: str, tmp_path: Path) -> None:
    await opened(server, tmp_path).check()
    with pytest.raises(Unreachable, match="no such bucket"):
        await opened(server, tmp_path, name="nobody").check()


async def test_a_service_that_does_not_answer_is_unreachable_and_tells_no_address(tmp_path: Path) -> None:
    store = opened(f"http://127.0.0.1:{free_port()}", tmp_path)
    with pytest.raises(Unreachable) as caught:
        await store.get(new_key(Kind.PNG))
    assert "127.0.0.1" not in str(caught.value)

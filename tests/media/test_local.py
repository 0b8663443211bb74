from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedisw.media.keys import Area, new_key, remote_key
from fedisw.media.local import LocalStore, free_share
from fedisw.media.probe import Family, Kind
from fedisw.media.store import Amount, MediaStore
from fedisw.model.errors import NotFound, Unreachable

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=30)


def opened(folder: Path, *, free: float = 0.5) -> LocalStore:
    return LocalStore(folder, public_url="https://media.example/files/", free=lambda _: free)


def copy_key(number: int) -> str:
    return remote_key(f"https://other.example/{number}.png", Kind.PNG, part="original", secret=b"0" * 16)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def aged(folder: Path, key: str, when: datetime) -> None:
    os.utime(folder / key, (when.timestamp(), when.timestamp()))


async def all_of(store: MediaStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(key, start=start, end=end)])


async def test_what_was_put_is_found_read_and_served_by_its_own_type(tmp_path: Path) -> None:
    store, key, data = opened(tmp_path), new_key(Kind.WEBP), os.urandom(700_000)
    await store.put(key, data)

    stored = await store.get(key)
    assert (stored.size, stored.media_type, stored.path) == (700_000, "image/webp", tmp_path / key)
    assert await all_of(store, key) == data
    assert store.url(key) == f"https://media.example/files/{key}"
    assert (tmp_path / key).stat().st_mode & 0o777 == 0o640
    assert os.listdir(store.temp) == []


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (5, 5), (9, 3), (262_143, 262_145), (699_999, None), (0, 9_999_999), (800_000, None)]
)
async def test_a_part_can_be_read(tmp_path: Path, start: int, end: int | None) -> None:
    store, key, data = opened(tmp_path), new_key(Kind.PNG), os.urandom(700_000)
    await store.put(key, data)

    assert await all_of(store, key, start, end) == data[start:end]


async def test_a_file_on_the_same_disk_is_taken_away(tmp_path: Path) -> None:
    store, key = opened(tmp_path), new_key(Kind.MP4)
    source = store.temp / "upload"
    source.write_bytes(b"film")
    await store.put(key, source)

    assert await all_of(store, key) == b"film"
    assert not source.exists()


async def test_the_same_key_twice_replaces_the_file(tmp_path: Path) -> None:
    store, key = opened(tmp_path), new_key(Kind.PNG)
    await store.put(key, b"one")
    await store.put(key, b"second")

    assert await all_of(store, key) == b"second"


async def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    store, key = opened(tmp_path), new_key(Kind.PNG)
    await store.put(key, b"x")
    await store.delete(key)
    await store.delete(key)

    with pytest.raises(NotFound):
        await store.get(key)
    with pytest.raises(NotFound):
        await all_of(store, key)


@pytest.mark.parametrize("key", ["../secrets.toml", "tmp/upload", "/etc/passwd", "local/ab/cd/../../../secrets.toml", ""])
async def test_no_name_leads_out_of_the_store(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "media"
    store = opened(folder)
    (tmp_path / "secrets.toml").write_text("master_key")
    (folder / "tmp" / "upload").write_text("raw")

    with pytest.raises(NotFound):
        await store.put(key, b"x")
    with pytest.raises(NotFound):
        await store.get(key)
    with pytest.raises(NotFound):
        await all_of(store, key)
    with pytest.raises(NotFound):
        await store.delete(key)
    with pytest.raises(NotFound):
        store.url(key)
    assert (tmp_path / "secrets.toml").read_text() == "master_key"
    assert (folder / "tmp" / "upload").read_text() == "raw"


async def test_a_write_that_breaks_off_leaves_neither_file_nor_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    store, key = opened(tmp_path), new_key(Kind.PNG)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unreachable):
        await store.put(key, b"x" * 1000)

    assert files_below(tmp_path) == []


async def test_a_full_disk_stops_copies_first_then_uploads(tmp_path: Path) -> None:
    store = opened(tmp_path, free=0.09)
    await store.put(new_key(Kind.PNG), b"x")
    with pytest.raises(Unreachable):
        await store.put(copy_key(1), b"x")

    store = opened(tmp_path, free=0.029)
    with pytest.raises(Unreachable):
        await store.put(new_key(Kind.PNG), b"x")
    assert len(files_below(tmp_path)) == 1
    assert 0 <= free_share(tmp_path) <= 1


async def test_use_is_noted_twice_a_day(tmp_path: Path) -> None:
    store, key = opened(tmp_path), copy_key(1)
    await store.put(key, b"x")
    aged(tmp_path, key, NOW - timedelta(hours=11))
    await store.touch(key, now=NOW)
    assert (await store.get(key)).used_at == NOW - timedelta(hours=11)

    await store.touch(key, now=NOW + timedelta(hours=1))
    assert (await store.get(key)).used_at == NOW + timedelta(hours=1)
    await store.touch(copy_key(2), now=NOW)


async def test_only_unused_copies_and_old_leftovers_are_pruned(tmp_path: Path) -> None:
    store = opened(tmp_path)
    ours, old, used = new_key(Kind.PNG), copy_key(1), copy_key(2)
    for key, when in ((ours, OLD), (old, OLD), (used, NOW)):
        await store.put(key, b"12345")
        aged(tmp_path, key, when)
    for name, when in (("upload-old", OLD), ("upload-now", NOW)):
        (store.temp / name).write_bytes(b"123")
        aged(store.temp, name, when)

    tried = await store.prune(now=NOW, unused_for=timedelta(days=14), dry_run=True)
    assert tried == Amount(files=2, size=8)
    assert len(files_below(tmp_path)) == 5
    assert await store.prune(now=NOW, unused_for=timedelta(days=14)) == tried
    assert await store.prune(now=NOW, unused_for=timedelta(days=14)) == Amount()
    assert {path.name for path in files_below(tmp_path)} == {Path(ours).name, Path(used).name, "upload-now"}


async def test_usage_is_told_by_area_and_family_and_leaves_foreign_files_out(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.put(new_key(Kind.PNG), b"123")
    await store.put(new_key(Kind.JPEG), b"1234")
    await store.put(new_key(Kind.MP3), b"12")
    await store.put(copy_key(1), b"1")
    (tmp_path / "local" / "ab" / "cd").mkdir(parents=True, exist_ok=True)
    (tmp_path / "local" / "ab" / "cd" / "notes.txt").write_text("from the administrator")

    assert await store.usage() == {
        (Area.LOCAL, Family.IMAGE): Amount(files=2, size=7),
        (Area.LOCAL, Family.AUDIO): Amount(files=1, size=2),
        (Area.REMOTE, Family.IMAGE): Amount(files=1, size=1),
    }

"""What the media store holds, and making room; the same for a folder and for a bucket."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedisw.media.keys import new_key, remote_key
from fedisw.media.probe import Kind
from tests.cli.conftest import Fedisw
from tests.support.buckets import NAME, bucket


def of_bucket(address: str) -> dict[str, str]:
    return {
        "FEDISW_MEDIA_STORE": f"s3://{NAME}/swork",
        "FEDISW_MEDIA_ENDPOINT": address,
        "FEDISW_SECRET_S3_ACCESS_KEY": "key",
        "FEDISW_SECRET_S3_SECRET_KEY": "secret",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = remote_key("https://other.example/1.png", Kind.PNG, part="original", secret=b"0" * 16)
    for key in (new_key(Kind.MP4), copy):
        (tmp_path / "media" / key).parent.mkdir(parents=True)
        (tmp_path / "media" / key).write_bytes(b"0" * 2048)
    return tmp_path / "media"


def test_usage_tells_bytes_by_area_and_kind(fedisw: Fedisw, env: dict[str, str], folder: Path) -> None:
    told = fedisw("media", "usage", "--json", env=env).json
    assert told == {"local": {"video": {"files": 1, "bytes": 2048}}, "remote": {"image": {"files": 1, "bytes": 2048}}}
    assert "2.0 KiB" in fedisw("media", "usage", env=env).out


def test_prune_removes_copies_and_nothing_else(fedisw: Fedisw, env: dict[str, str], folder: Path) -> None:
    assert fedisw("media", "prune", "--json", env=env).json == {"files": 0, "bytes": 0, "dry_run": False}
    would = fedisw("media", "prune", "--days", "0", "--dry-run", env=env)
    assert "1 files, 2.0 KiB would go." in would.out
    assert "removed" in fedisw("media", "prune", "--days", "0", env=env).out
    assert list(fedisw("media", "usage", "--json", env=env).json["remote"]) == []
    assert fedisw("media", "prune", "--days", "-1", env=env).code == 2


def test_the_doctor_tries_the_bucket(fedisw: Fedisw, env: dict[str, str]) -> None:
    with bucket() as address:
        good = env | of_bucket(address)
        assert "media bucket: s3://files/swork can be written and read" in fedisw("doctor", env=good).out
        assert fedisw("media", "usage", "--json", env=good).json == {"local": {}, "remote": {}}
        missing = fedisw("doctor", env=good | {"FEDISW_MEDIA_STORE": "s3://nobody"})
        assert (missing.code, "no such bucket" in missing.out) == (1, True)

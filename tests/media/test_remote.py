from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedisw.media.images import Images, Purpose
from fedisw.media.local import LocalStore
from fedisw.media.remote import Part, RemoteCopies
from fedisw.model.errors import Invalid
from tests.media.pictures import SECRET, animation, telltale

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
URL = "https://other.example/media/1.png"


async def test_a_remote_image_is_kept_safe_and_found_again_until_it_is_not_used(tmp_path: Path) -> None:
    store, images = LocalStore(tmp_path, public_url="/media", free=lambda _: 0.5), Images(temp=tmp_path)
    copies = RemoteCopies(store, images, secret=b"s" * 32)
    assert await copies.find(URL, purpose=Purpose.ATTACHMENT, part=Part.PREVIEW, now=NOW) is None

    for _ in range(2):
        await copies.add(URL, telltale("PNG"), purpose=Purpose.ATTACHMENT)
    await copies.add("https://other.example/2.gif", animation(), purpose=Purpose.AVATAR)
    await images.close()

    for part in Part:
        found = await copies.find(URL, purpose=Purpose.ATTACHMENT, part=part, now=NOW)
        assert found is not None
        assert found.path is not None
        assert found.media_type == "image/png"
        assert "other" not in found.key
        assert SECRET.encode() not in found.path.read_bytes()
    moving = await copies.find("https://other.example/2.gif", purpose=Purpose.AVATAR, part=Part.ORIGINAL, now=NOW)
    still = await copies.find("https://other.example/2.gif", purpose=Purpose.AVATAR, part=Part.PREVIEW, now=NOW)
    assert moving is not None
    assert still is not None
    assert (moving.media_type, still.media_type) == ("image/gif", "image/png")

    for stored in (found, moving, still):
        os.utime(tmp_path / stored.key, (0, 0))
    await copies.find(URL, purpose=Purpose.ATTACHMENT, part=part, now=NOW)
    await store.prune(now=NOW, unused_for=timedelta(days=14))
    assert await copies.find(URL, purpose=Purpose.ATTACHMENT, part=part, now=NOW) is not None
    assert await copies.find("https://other.example/2.gif", purpose=Purpose.AVATAR, part=Part.ORIGINAL, now=NOW) is None


async def test_a_remote_file_that_is_no_image_is_not_kept(tmp_path: Path) -> None:
    store, images = LocalStore(tmp_path, public_url="/media", free=lambda _: 0.5), Images(temp=tmp_path)
    with pytest.raises(Invalid):
        await RemoteCopies(store, images, secret=b"s" * 32).add(URL, b"<svg/>", purpose=Purpose.ATTACHMENT)
    await images.close()

    assert await store.usage() == {}

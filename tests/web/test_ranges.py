"""Files of a store that is no folder go to readers as those of a folder do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from fedisw.media.local import LocalStore
from fedisw.media.store import Stored
from fedisw.web.ranges import stream

Client = TestClient[web.Request, web.Application]
KEY = "local/ab/cd/abcd.png"


class Far(LocalStore):
    """A store elsewhere that has ten bytes."""

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        for at in range(start, 10 if end is None else end):
            yield b"0123456789"[at : at + 1]


@pytest.fixture
async def client(aiohttp_client: Callable[..., Awaitable[Client]], tmp_path_factory: pytest.TempPathFactory) -> Client:
    store = Far(tmp_path_factory.mktemp("store"), public_url="https://alpha.test/media")

    async def give(request: web.Request) -> web.StreamResponse:
        stored = Stored(key=KEY, size=10, media_type="image/png", used_at=datetime.now(UTC))
        return await stream(request, store, stored, headers={"Content-Type": "image/png"})

    app = web.Application()
    app.router.add_get("/", give)
    return await aiohttp_client(app)


@pytest.mark.parametrize(
    ("asked", "body", "told"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=0-99", b"0123456789", "bytes 0-9/10"),
    ],
)
async def test_a_part(client: Client, asked: str, body: bytes, told: str) -> None:
    answer = await client.get("/", headers={"Range": asked})
    assert (answer.status, await answer.read(), answer.headers["Content-Range"]) == (206, body, told)


@pytest.mark.parametrize("asked", ["bytes=90-", "bytes=10-10", "lines=1", "bytes=4-2"])
async def test_what_there_is_not(client: Client, asked: str) -> None:
    answer = await client.get("/", headers={"Range": asked})
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */10")


async def test_the_whole_its_tag_and_its_head(client: Client) -> None:
    whole = await client.get("/")
    assert (whole.status, await whole.read(), whole.headers["Accept-Ranges"]) == (200, b"0123456789", "bytes")
    tag = whole.headers["ETag"]
    assert (await client.get("/", headers={"If-None-Match": tag})).status == 304
    assert (await client.get("/", headers={"If-None-Match": '"other"'})).status == 200
    assert (await client.get("/", headers={"If-Range": '"other"', "Range": "bytes=2-4"})).status == 200
    assert (await client.get("/", headers={"If-Range": tag, "Range": "bytes=2-4"})).status == 206
    head = await client.head("/")
    assert (head.status, head.headers["Content-Length"], await head.read()) == (200, "10", b"")

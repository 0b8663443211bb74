"""Slow clients are cut off and cost the others nothing (OPS-2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from fedisw.live.buckets import Buckets
from fedisw.web import answers, body
from fedisw.web.app import bare_app
from fedisw.web.keys import BUCKETS
from fedisw.web.middleware.pace import Paced
from fedisw.web.routes import Auth, Route
from tests.support.people import make_settings


async def size(request: web.Request) -> web.Response:
    return answers.json(len(await body.read(request)))


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """A server that gives a head 0.4 s, and a body 0.5 s before it wants 1 KiB/s."""
    app = bare_app(make_settings(tmp_path), [Route("POST", "/api/v1/x", size, Auth.public())])
    app[BUCKETS] = Buckets(now=lambda: 0.0, factor=0)
    runner = web.AppRunner(app)
    await runner.setup()
    loop = asyncio.get_running_loop()
    make = runner.server
    assert make is not None
    server = await loop.create_server(lambda: Paced(make(), head=0.4, body=0.5), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await runner.cleanup()


HEAD = b"POST /api/v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n"


async def said(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(5):
            return await reader.read(10_000)
    except ConnectionError:
        return b""


async def test_a_request_in_pieces_is_answered_twice_on_one_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(HEAD[:20])
        await asyncio.sleep(0.05)
        writer.write(HEAD[20:] + b"abc")
        await asyncio.sleep(0.05)
        writer.write(b"def")
        assert (await said(reader)).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize("start", [b"", HEAD[:20], HEAD + b"abc"], ids=["silence", "half a head", "half a body"])
async def test_who_stalls_is_cut_off(port: int, start: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)
    assert not (await said(reader)).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_who_stalls_in_a_second_request_is_cut_off_too(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"abcdef")
    assert (await said(reader)).startswith(b"HTTP/1.1 200")
    writer.write(HEAD[:10])
    assert await said(reader) == b""
    writer.close()


async def test_500_slow_connections_leave_room_for_a_normal_one(port: int) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(500)]
    for _, writer in slow:
        writer.write(HEAD[:20])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(1):
        writer.write(HEAD + b"abcdef")
        assert (await reader.read(10_000)).startswith(b"HTTP/1.1 200")
    writer.close()
    for _, one in slow:
        one.close()

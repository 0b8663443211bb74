"""Security NET-6 and NET-7 with real TLS servers on loopback: sizes, times, concurrency, hosts that fail."""

import asyncio
import gzip

import pytest
from aiohttp import web

from fedisw.model.errors import Malformed, TooLarge, Unreachable, UnsupportedMedia
from fedisw.model.urls import Origin
from fedisw.net import limits
from fedisw.net.client import Client
from fedisw.net.limits import MIB
from fedisw.net.resolve import UnknownHost
from tests.net.servers import LOOPBACK, NOTE, QUICK, URL, Names, always, client_of, fetch, redirecting, saying, serving


async def test_net6_a_name_server_that_does_not_answer_is_given_up():
    async def never(host: str, port: int, /) -> list[tuple[str, int]]:
        await asyncio.Event().wait()
        return []

    times = limits.Times(dns=0.05)
    async with Client(origin=Origin.of("https://ours.test"), policy=LOOPBACK, resolver=never, times=times) as client:
        with pytest.raises(Unreachable):
            await fetch(client)


async def test_net6_a_peer_that_sends_its_headers_byte_by_byte_is_cut():
    names = Names()
    head = [bytes([byte]) for byte in b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n\r\n"]
    async with saying(names, "alpha.test", *head, pause=0.2), client_of(names) as client:
        with pytest.raises(Unreachable):
            await fetch(client, seconds=0.6)


async def test_net6_a_peer_that_sends_its_body_drop_by_drop_is_cut():
    names = Names()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n\r\n"
    async with saying(names, "alpha.test", head, *[b" "] * 100, pause=0.05), client_of(names, times=QUICK) as client:
        with pytest.raises(Unreachable, match="slowly"):
            await fetch(client)


async def test_net6_a_peer_that_falls_silent_is_cut():
    names = Names()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 9\r\n\r\n{"
    async with saying(names, "alpha.test", head, b"", pause=1), client_of(names, times=QUICK) as client:
        with pytest.raises(Unreachable):
            await fetch(client)


async def test_net6_the_whole_call_has_a_deadline():
    names = Names()

    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(0.15)
        return await redirecting(a="/b", b="/c", c="/note")(request)

    async with serving(names, "alpha.test", handler), client_of(names) as client:
        with pytest.raises(Unreachable):
            await fetch(client, "https://alpha.test/a", seconds=0.4)


async def test_net6_an_endless_body_is_cut():
    names, sent = Names(), [0]

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": NOTE})
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing() and sent[0] < 50 * MIB:
            await response.write(bytes(64 << 10))
            sent[0] += 64 << 10
            await asyncio.sleep(0)
        return response

    async with serving(names, "alpha.test", handler), client_of(names) as client:
        with pytest.raises(TooLarge):
            await fetch(client)
    assert sent[0] < 20 * MIB


async def test_net6_a_gzip_bomb_is_cut():
    names = Names()
    bomb = gzip.compress(bytes(64 * MIB), 9)
    headers = {"Content-Type": NOTE, "Content-Encoding": "gzip"}
    async with serving(names, "alpha.test", always(body=bomb, headers=headers)), client_of(names) as client:
        with pytest.raises(TooLarge, match="grows"):
            await fetch(client, max_bytes=99 * MIB)


async def test_net6_sizes_count_decoded_bytes():
    names = Names()
    headers = {"Content-Type": NOTE, "Content-Encoding": "gzip"}
    body = gzip.compress(b"a" * 1001)
    async with serving(names, "alpha.test", always(body=body, headers=headers)), client_of(names) as client:
        assert (await fetch(client, max_bytes=1001)).body == b"a" * 1001
        with pytest.raises(TooLarge):
            await fetch(client, max_bytes=1000)
        assert len((await fetch(client, max_bytes=1000, cut=True)).body) == 1000


async def test_net6_a_length_over_the_limit_is_refused_before_the_body():
    names = Names()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 1048577\r\n\r\n"
    async with saying(names, "alpha.test", head, b"", pause=0.2), client_of(names) as client:
        with pytest.raises(TooLarge):
            await fetch(client)


@pytest.mark.parametrize(
    "fields",
    [
        [f"X-{number}: a" for number in range(65)],
        ["X-Long: " + "a" * 8300],
        [f"X-{number}: {'a' * 4000}" for number in range(5)],
    ],
)
async def test_net6_too_many_or_too_long_headers_are_refused(fields):
    names = Names()
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {NOTE}", "Content-Length: 2", *fields, "", "{}"])
    async with saying(names, "alpha.test", head.encode()), client_of(names) as client:
        with pytest.raises((TooLarge, Malformed)):
            await fetch(client)


async def test_net6_sixty_headers_are_fine():
    names = Names()
    fields = [f"X-{number}: {'a' * 200}" for number in range(60)]
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {NOTE}", "Content-Length: 2", *fields, "", "{}"])
    async with saying(names, "alpha.test", head.encode()), client_of(names) as client:
        assert (await fetch(client)).body == b"{}"


async def test_net7_a_host_that_fails_is_left_alone():
    names, asked = Names(), []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.method)
        return web.Response(status=503)

    async with serving(names, "alpha.test", handler), client_of(names) as client:
        for _ in range(4):
            await client.post(URL, body=b"{}", headers={})
        await fetch(client)
        with pytest.raises(Unreachable) as left:
            await fetch(client)
        assert 0 < left.value.retry_after <= 61
        assert len(asked) == 5
        client.breakers.succeeded("alpha.test")  # a verified request came from there
        await fetch(client)
    assert len(asked) == 6


async def test_net7_a_name_that_does_not_exist_is_left_alone_after_three_calls():
    async with client_of(Names()) as client:
        for _ in range(3):
            with pytest.raises(UnknownHost):
                await fetch(client)
        with pytest.raises(Unreachable, match="left alone"):
            await fetch(client)


async def test_net7_an_answer_that_we_refuse_shows_that_the_host_lives():
    names = Names()
    async with serving(names, "alpha.test", always(text="x", content_type="text/html")), client_of(names) as client:
        for _ in range(4):
            client.breakers.failed("alpha.test")
        with pytest.raises(UnsupportedMedia):
            await fetch(client)
        assert client.breakers.state("alpha.test").failures == 0


async def test_net7_no_more_than_four_calls_to_a_host_at_once_and_waiting_is_no_failure():
    names, running, peak = Names(), [0], [0]

    async def handler(request: web.Request) -> web.Response:
        running[0] += 1
        peak[0] = max(peak[0], running[0])
        await asyncio.sleep(0.1)
        running[0] -= 1
        return web.Response(text="{}", content_type=NOTE)

    async with serving(names, "alpha.test", handler), client_of(names) as client:
        await asyncio.gather(*(fetch(client) for _ in range(10)))
        assert peak == [4]
        waiting = [asyncio.create_task(fetch(client)) for _ in range(4)]
        await asyncio.sleep(0.02)
        with pytest.raises(Unreachable):
            await fetch(client, seconds=0.02)
        assert client.breakers.state("alpha.test").failures == 0
        await asyncio.gather(*waiting)

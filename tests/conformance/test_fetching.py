"""Where our requests go and what answers count: statements 118 to 120."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from fedisw.federation import fetch, ingest, resolve, webfinger
from fedisw.federation.context import Peer
from fedisw.model.errors import FediswError, TooLarge, Unreachable
from fedisw.net.address import AddressPolicy, RefusedAddress
from fedisw.net.breaker import Breakers
from fedisw.net.client import Client
from fedisw.net.limits import REDIRECTS
from tests.conformance.refusing import nothing_follows
from tests.net.servers import Names, redirecting, serving, tls_of_client
from tests.security.arriving import ONE
from tests.support.factories import HERE
from tests.support.home import Home
from tests.support.peers import AJ, Answer, PeerServer
from tests.support.reading import Reader

INSIDE = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.168.1.1", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "fc00::1", "fe80::1", "ff02::1",
)  # fmt: skip
NO_NAMES = (
    "http://peer.example/x", "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/x", "https://0x7f.1/x",
    "https://localhost/x", "https://printer.local/x", "https://db.internal/x", "https://peer.onion/x", "https://single/x",
    "https://user:pass@peer.example/x", "https://peer.example:8443/x", "ftp://peer.example/x", "file:///etc/passwd",
)  # fmt: skip
LEADING_INSIDE = (
    "http://open0.test/x", "https://127.0.0.1/x", "https://localhost/x", "https://inside.test/x", "https://home.test/x",
)  # fmt: skip


@asynccontextmanager
async def as_outside(home: Home, names: Names) -> AsyncIterator[Peer]:
    """Our server with the policy of production: nothing on this machine may be reached."""
    policy = AddressPolicy(own_hosts=frozenset({HERE.authority}))
    async with Client(
        origin=HERE, policy=policy, resolver=names, tls=tls_of_client(), breakers=Breakers(now=home.clock)
    ) as client:
        yield replace(home.peer, client=client)


@ONE
async def test_118_no_request_leaves_for_addresses_inside(home: Home, names: Names, beta: PeerServer):
    ((_, port),) = names.places["beta.test"]
    async with as_outside(home, names) as peer:
        for number, address in enumerate(INSIDE):
            host = f"a.inside{number}.example"
            for places in ([(address, port)], [("93.184.216.34", port), (address, port)]):  # one good address helps nobody
                names.places[host] = places
                with pytest.raises(RefusedAddress):
                    await peer.client.get(f"https://{host}/x", accept=AJ, kinds={AJ})
        for url in NO_NAMES:
            with pytest.raises(FediswError):
                await resolve.thing(peer, url)
            with pytest.raises(RefusedAddress):
                await peer.client.post(url, body=b"{}", headers={})
        with pytest.raises(FediswError):
            await webfinger.look_up(peer, "root", "a.inside3.example")
        stranger = beta.person("ben")
        stranger.key_id = "https://a.inside3.example/users/ben#main-key"
        async with nothing_follows(home, beta):
            status = await _status(replace(home, peer=peer), stranger.signed(stranger.activity("Follow", "https://home.test/x")))
            assert status == "Unauthenticated"
    await _redirects_lead_nowhere_inside(home, names)
    assert beta.asked == []


async def _status(home: Home, parts: object) -> str:
    """The error with which an inbox refuses."""
    try:
        await home.take(parts)  # type: ignore[arg-type]  # made by an actor
    except FediswError as error:
        return type(error).__name__
    return ""


async def _redirects_lead_nowhere_inside(home: Home, names: Names) -> None:
    """Nor does a second answer of a name server: each connection asks once and goes where that answer says."""
    names.places["inside.test"] = [("10.0.0.1", 443)]
    for number, target in enumerate(LEADING_INSIDE):
        host = f"open{number}.test"
        async with serving(names, host, redirecting(x=target)):
            with pytest.raises(FediswError):
                await fetch.document(home.peer, f"https://{host}/x")
        assert names.asked.count(host) == 1
    assert (names.asked.count("home.test"), names.asked.count("inside.test")) == (0, 1)


FAULTS: dict[str, Answer] = {
    "HTML": Answer(body=b"{}", headers={"Content-Type": "text/html"}),
    "JSON": Answer(body=b"{}", headers={"Content-Type": "application/json"}),
    "linked data of another profile": Answer(
        body=b"{}", headers={"Content-Type": 'application/ld+json; profile="https://x.test/"'}
    ),
    "no media type": Answer(body=b"{}", headers={"Content-Type": ""}),
    "more than 1 MiB": Answer(body=b'{"id":"https://beta.test/thing","x":"' + b"x" * 1_048_576 + b'"}'),
    "more than 1 MiB unpacked": Answer(
        body=gzip.compress(b'{"x":"' + b"x" * 2_000_000 + b'"}'), headers={"Content-Type": AJ, "Content-Encoding": "gzip"}
    ),
    "another server's id": Answer(body=b'{"id":"https://gamma.test/thing","type":"Note"}'),
    "an id of ours": Answer(body=b'{"id":"https://home.test/ap/objects/1","type":"Note"}'),
    "an id that says otherwise": Answer(body=b'{"id":"https://beta.test/other","type":"Note"}'),
    "no id": Answer(body=b'{"type":"Note"}'),
}


@ONE
async def test_119_an_answer_that_is_not_what_was_asked_for_does_not_count(
    home: Home, names: Names, beta: PeerServer, gamma: PeerServer
):
    beta.answer("/other", Answer(body=b'{"id":"https://beta.test/third","type":"Note"}'))
    gamma.answer("/thing", Answer(body=b'{"id":"https://gamma.test/thing","type":"Note"}'))
    async with nothing_follows(home, beta, gamma, fetching=("https://beta.test/thing", "https://beta.test/other")):
        for name, fault in FAULTS.items():
            beta.answer("/thing", fault)
            asked = len(beta.asked)
            with pytest.raises(FediswError):
                pytest.fail(f"{name}: {await resolve.thing(home.peer, 'https://beta.test/thing')}")
            assert len(beta.asked) - asked <= 2, name
        await _hops_bytes_and_time_are_bounded(home, names)


async def _hops_bytes_and_time_are_bounded(home: Home, names: Names) -> None:
    """Three redirects, 1 MiB, 15 seconds; bytes and requests are counted, the clock of the loop is moved by the drip."""
    asked, sent = list[str](), [0]
    hops = {f"r{number}": f"https://open.test/r{number + 1}" for number in range(9)}
    loop = asyncio.get_running_loop()
    real, late = loop.time, [0.0]
    loop.time = lambda: real() + late[0]  # type: ignore[method-assign]  # the clock of all timeouts, moved by the drip

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        name = request.path.strip("/")
        if name in hops:
            return web.Response(status=302, headers={"Location": hops[name]})
        response = web.StreamResponse(headers={"Content-Type": AJ})
        await response.prepare(request)
        try:
            while sent[0] < 8 << 20:
                await response.write(b" " * (64 << 10) if name == "endless" else b" ")
                sent[0] += 64 << 10
                late[0] += 2 if name == "drip" else 0
                await asyncio.sleep(0)
        except (OSError, asyncio.CancelledError):
            pass  # they have enough
        return response

    try:
        async with serving(names, "open.test", handle):
            with pytest.raises(RefusedAddress):
                await fetch.document(home.peer, "https://open.test/r0")
            assert asked == [f"/r{number}" for number in range(REDIRECTS + 1)]
            with pytest.raises(FediswError):
                await fetch.document(home.peer, "https://open.test/endless")
            assert sent[0] < 4 << 20  # what the sockets hold, not what was on offer
            sent[0] = 0
            with pytest.raises(Unreachable):
                await fetch.document(home.peer, "https://open.test/drip")
            assert late[0] < 60
    finally:
        del loop.time  # type: ignore[method-assign]  # back to the clock of the class


BOMBS: dict[str, tuple[Callable[[], bytes], int]] = {
    "deep objects": (lambda: b'{"a":' * 65 + b"1" + b"}" * 65, 413),
    "deep lists": (lambda: b'{"a":' + b"[" * 500_000 + b"]" * 500_000 + b"}", 413),
    "deep and never closed": (lambda: b'{"a":' * 100_000, 413),
    "many values": (lambda: b'{"a":[' + b"0," * 20_000 + b"0]}", 413),
    "many empty containers": (lambda: b'{"a":[' + b"{}," * 200_000 + b"[]]}", 413),
    "a long string": (lambda: b'{"a":"' + b"x" * 600_000 + b'"}', 413),
    "a member twice": (lambda: b'{"type":"Follow","type":"Delete"}', 400),
    "a member twice inside": (lambda: b'{"a":{"id":1,"id":2}}', 400),
    "a member twice by escapes": (lambda: b'{"actor":1,"\\u0061ctor":2}', 400),
    "not a number": (lambda: b'{"a":NaN}', 400),
    "endless": (lambda: b'{"a":-Infinity}', 400),
    "rearranged": (lambda: b'{"@graph":[]}', 400),
}


AT_THE_LIMIT = (
    b'{"a":' + b"[" * 63 + b"]" * 63 + b"}",
    b'{"a":[' + b"0," * 19_997 + b"0]}",
    b'{"a":"' + b"x" * 524_288 + b'"}',
    b'{"a":1}'.ljust(1_048_576),
)
ABOVE = (
    b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
    b'{"a":[' + b"0," * 19_998 + b"0]}",
    b'{"a":"' + b"x" * 524_289 + b'"}',
    b'{"a":1}'.ljust(1_048_577),
)


@ONE
async def test_120_bombs_are_found_before_anything_is_built(here: Reader, beta: PeerServer, monkeypatch: pytest.MonkeyPatch):
    ben = beta.person("ben")
    parsed, loads = list[int](), ingest.json.loads
    monkeypatch.setattr(ingest.json, "loads", lambda text, **hooks: (parsed.append(len(text)), loads(text, **hooks))[1])
    async with nothing_follows(here.home, beta, fetching=("https://beta.test/bomb",)):
        for name, (make, status) in BOMBS.items():
            body = make()
            asked = len(beta.asked)
            assert await here.sent(ben.signed(body)) == status, name
            assert len(beta.asked) == asked
            beta.answer("/bomb", Answer(body=body))
            with pytest.raises(FediswError):
                await fetch.document(here.home.peer, "https://beta.test/bomb")
            assert len(parsed) == (0 if status == 413 else 2), name
            parsed.clear()
    for body in AT_THE_LIMIT:
        assert "a" in ingest.document(body)
    for body in ABOVE:
        with pytest.raises(TooLarge):
            ingest.document(body)

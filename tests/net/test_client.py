"""Security NET-1 to NET-8 and NET-11, with real TLS servers on loopback."""

import asyncio
import socket
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from aiohttp import web

from fedisw.model.errors import Invalid, Malformed, Unreachable, UnsupportedMedia
from fedisw.model.urls import Origin
from fedisw.net.address import AddressPolicy, RefusedAddress
from fedisw.net.client import Client, trust
from fedisw.net.limits import AS2_ACCEPT, MIB
from fedisw.net.resolve import SocketMaker, SystemResolver, UnknownHost
from tests.net.servers import AUTHORITY, LOOPBACK, NOTE, URL, Names, always, client_of, fetch, redirecting, saying, serving


async def test_a_document_is_fetched_with_our_name_and_nothing_else():
    heard: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        heard.append(request)
        return web.Response(body=b'{"a": 1}', headers={"Content-Type": f"{NOTE}; charset=utf-8", "Set-Cookie": "a=b"})

    names = Names()
    async with serving(names, "alpha.test", handler), client_of(names) as client:
        answer = await fetch(client, "https://ALPHA.test/caf\u00e9/%7Ea?q=%C3%A9&r=|#part")
        await fetch(client)
    assert (answer.status, answer.media_type, answer.body) == (200, NOTE, b'{"a": 1}')
    assert answer.url == "https://alpha.test/caf%C3%A9/%7Ea?q=%C3%A9&r=|"
    assert answer.headers["content-type"] == f"{NOTE}; charset=utf-8"
    assert heard[0].raw_path == "/caf%C3%A9/%7Ea?q=%C3%A9&r=|"
    assert dict(heard[1].headers) == {
        "Host": "alpha.test",
        "Accept": AS2_ACCEPT,
        "Accept-Encoding": "gzip",
        "User-Agent": "fedisw/0.1.0 (+https://ours.test/)",
    }


async def test_net3_proxies_and_passwords_of_the_environment_are_ignored(monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine alpha.test login amy password secret\n")
    for name, value in {
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "NETRC": f"{tmp_path}/netrc",
    }.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    heard: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        heard.append(request)
        return web.Response(text="{}", content_type=NOTE)

    names = Names()
    async with serving(names, "alpha.test", handler), client_of(names) as client:
        assert (await fetch(client)).ok
    assert "Authorization" not in heard[0].headers


async def test_net5_redirects_are_followed_by_hand_and_signed_anew():
    names, signed = Names(), []

    def sign(method: str, url: str) -> dict[str, str]:
        signed.append((method, url))
        return {"Signature": f"for {url}"}

    heard: list[str] = []
    inner = redirecting(note="/a", a="https://beta.test/b")

    async def handler(request: web.Request) -> web.StreamResponse:
        heard.append(request.headers["Signature"])
        return await inner(request)

    async with serving(names, "alpha.test", handler), serving(names, "beta.test", handler), client_of(names) as client:
        answer = await fetch(client, headers_for=sign)
    urls = [URL, "https://alpha.test/a", "https://beta.test/b"]
    assert answer.url == urls[-1]
    assert signed == [("GET", url) for url in urls]
    assert heard == [f"for {url}" for url in urls]


async def test_net5_three_redirects_pass_and_four_do_not():
    names = Names()
    async with serving(names, "alpha.test", redirecting(d="/c", c="/b", b="/a", a="/note")), client_of(names) as client:
        assert (await fetch(client, "https://alpha.test/c")).url == URL
        with pytest.raises(RefusedAddress):
            await fetch(client, "https://alpha.test/d")


@pytest.mark.parametrize(
    "target",
    [
        "/note",  # itself
        "http://alpha.test/x",  # away from https
        "https://10.0.0.5/x",  # literals and private names
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://localhost/x",
        "https://private.test/x",
        "https://ours.test/x",
        "https://alpha.test:8443/x",
        "https://user@alpha.test/x",
        "file:///etc/passwd",
        "data:application/activity+json,{}",
        "//",
        "https://[",
    ],
)
async def test_net5_a_redirect_is_checked_like_the_first_url(target):
    names = Names()
    names.places["private.test"] = [("10.0.0.5", 443)]
    policy = AddressPolicy(also_allowed=LOOPBACK.also_allowed, own_hosts=frozenset({"ours.test"}))
    async with serving(names, "alpha.test", redirecting(note=target)), client_of(names, policy=policy) as client:
        with pytest.raises(RefusedAddress):
            await fetch(client)


async def test_net5_a_circle_of_two_ends():
    names = Names()
    async with serving(names, "alpha.test", redirecting(note="/a", a="/note")), client_of(names) as client:
        with pytest.raises(RefusedAddress):
            await fetch(client)


async def test_net5_a_post_is_never_redirected():
    names, heard = Names(), []

    async def handler(request: web.Request) -> web.Response:
        heard.append((request.path, await request.read()))
        return web.Response(status=308, headers={"Location": "/other"}, text="moved")

    async with serving(names, "alpha.test", handler), client_of(names) as client:
        answer = await client.post("https://alpha.test/inbox", body=b"{}", headers={"Content-Type": NOTE})
    assert (answer.status, answer.headers["Location"], answer.body) == (308, "/other", b"moved")
    assert heard == [("/inbox", b"{}")]


async def test_net3_a_host_with_one_refused_address_among_good_ones_is_not_called():
    names = Names()
    async with serving(names, "alpha.test", always(text="{}", content_type=NOTE)), client_of(names) as client:
        names.places["alpha.test"].append(("169.254.169.254", 80))
        with pytest.raises(RefusedAddress):
            await fetch(client)
        with pytest.raises(RefusedAddress):
            await client.post(URL, body=b"", headers={})


async def test_net4_the_guard_sits_where_sockets_are_made():
    maker = SocketMaker(LOOPBACK)
    made = maker((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)))
    made.close()
    for address in ("10.0.0.1", "::1", "::ffff:127.0.0.1"):
        with pytest.raises(RefusedAddress):
            maker((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)))


@pytest.mark.parametrize("host", ["10.0.0.5", "169.254.169.254", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
async def test_net4_a_literal_that_got_past_the_url_check_meets_the_guard(host):
    class Careless(AddressPolicy):
        """The development switch lets literals pass as names; addresses are still looked at."""

        def check_url(self, url: str) -> Origin:
            return Origin.of(url)

    policy = Careless(also_allowed=(ip_network("127.0.0.0/8"),))
    async with client_of(Names(), policy=policy) as client:
        with pytest.raises(RefusedAddress):
            await fetch(client, f"https://{host}:9/")


async def test_net3_a_name_is_looked_up_once_a_connection():
    names = Names()
    async with serving(names, "alpha.test", always(text="{}", content_type=NOTE)), client_of(names) as client:
        await fetch(client)
        await fetch(client)
    assert names.asked == ["alpha.test"]


async def test_net3_the_certificate_must_be_for_the_host_name():
    names = Names()
    handler = always(text="{}", content_type=NOTE)
    async with serving(names, "alpha.test", handler, certificate="other.test"), client_of(names) as client:
        with pytest.raises(Unreachable):
            await fetch(client)


async def test_tls_from_an_unknown_authority_is_refused_and_ca_file_makes_it_known(tmp_path):
    names, ours, file = Names(), Origin.of("https://ours.test"), tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(str(file))
    async with serving(names, "alpha.test", always(text="{}", content_type=NOTE)):
        async with Client(origin=ours, policy=LOOPBACK, resolver=names, tls=trust()) as client:
            with pytest.raises(Unreachable):
                await fetch(client)
        async with Client(origin=ours, policy=LOOPBACK, resolver=names, ca_file=file) as client:
            assert (await fetch(client)).ok


async def test_an_unknown_name_and_a_closed_port_are_passing_failures():
    names = Names()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        names.places["closed.test"] = [("127.0.0.1", closed.getsockname()[1])]
        async with client_of(names) as client:
            with pytest.raises(UnknownHost):
                await fetch(client, "https://nowhere.test/")
            with pytest.raises(Unreachable):
                await fetch(client, "https://closed.test/")


async def test_the_system_resolver_knows_this_machine():
    resolver = SystemResolver()
    try:
        assert ("127.0.0.1", 8) in await resolver("localhost", 8)
    finally:
        resolver.close()


@pytest.mark.parametrize("kind", ["text/html", "application/ld+json", "application/json", ""])
async def test_net8_another_media_type_is_refused_before_the_body_is_read(kind):
    names = Names()
    head = f"HTTP/1.1 200 OK\r\n{f'Content-Type: {kind}' if kind else 'X: y'}\r\nContent-Length: 9\r\n\r\n"
    async with saying(names, "alpha.test", head.encode(), b"", pause=0.2), client_of(names) as client:
        with pytest.raises(UnsupportedMedia):
            await fetch(client)


@pytest.mark.parametrize("status", [404, 410, 500])
async def test_a_status_is_an_answer_and_its_page_is_not_read(status):
    names = Names()
    async with (
        serving(names, "alpha.test", always(status=status, text="<h1>", content_type="text/html")),
        client_of(names) as client,
    ):
        answer = await fetch(client)
    assert (answer.status, answer.ok, answer.body) == (status, False, b"")


async def test_a_tombstone_is_read():
    names = Names()
    async with serving(names, "alpha.test", always(status=410, text="{}", content_type=NOTE)), client_of(names) as client:
        assert (await fetch(client)).body == b"{}"


async def test_what_is_not_http_is_malformed():
    names = Names()
    async with saying(names, "alpha.test", b"220 mail.example ESMTP\r\n\r\n"), client_of(names) as client:
        with pytest.raises(Malformed):
            await fetch(client)


async def test_a_body_that_breaks_off_is_a_passing_failure():
    names = Names()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 9\r\n\r\n{"
    async with saying(names, "alpha.test", head), client_of(names) as client:
        with pytest.raises(Unreachable):
            await fetch(client)


async def test_the_answer_to_a_post_is_read_up_to_64_kib_for_the_log():
    names = Names()
    async with serving(names, "alpha.test", always(status=400, body=b"a" * MIB)), client_of(names) as client:
        answer = await client.post(URL, body=b"{}", headers={})
    assert (answer.status, len(answer.body)) == (400, 64 << 10)


@pytest.mark.parametrize("broken", [b"Content-Encoding: br\r\n", b"Content-Encoding: gzip\r\n", b"Content-Length: 99\r\n"])
async def test_a_post_counts_by_its_status_whatever_the_body(broken):
    names = Names()
    async with saying(names, "alpha.test", b"HTTP/1.1 202 Accepted\r\n" + broken + b"\r\nxx"), client_of(names) as client:
        answer = await client.post(URL, body=b"{}", headers={})
    assert (answer.status, answer.body) == (202, b"")


async def test_a_post_is_sent_again_when_the_pooled_connection_was_closed():
    names = Names()
    answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
    async with saying(names, "alpha.test", answer) as heads, client_of(names) as client:
        for _ in range(3):
            assert (await client.post(URL, body=b"{}", headers={"X": "1"})).status == 202
    assert len(heads) == 3


async def test_net11_plain_http_on_loopback_with_both_switches():
    policy = AddressPolicy(allow_private=True, allow_http=True)
    server = await asyncio.start_server(_plain, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Client(origin=Origin.of("http://127.0.0.1:1"), policy=policy) as client:
        assert (await fetch(client, f"http://127.0.0.1:{port}/")).body == b"{}"
        assert (await fetch(client, f"http://localhost:{port}/")).body == b"{}"
        with pytest.raises(RefusedAddress):
            await fetch(client, f"http://127.1:{port}/")
    server.close()


async def _plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {NOTE}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode())
    await writer.drain()
    writer.close()


async def test_closing_twice_is_fine_and_errors_are_of_our_kinds():
    client = client_of(Names())
    with pytest.raises(UnknownHost):
        await fetch(client)
    await client.close()
    await client.close()
    assert issubclass(RefusedAddress, Invalid)
    assert client.breakers.state("alpha.test").failing_since <= datetime.now(UTC)

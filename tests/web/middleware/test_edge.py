"""What every answer carries, and how often one may ask (security sections 14 and 15; SES-3)."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from fedisw.live.buckets import DELETING, SIGN_UP
from fedisw.web import answers
from fedisw.web.middleware.address import client_address
from fedisw.web.routes import Auth, Route
from tests.support.people import People, make_settings
from tests.web.conftest import Start

PROXIES = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("::1"))


async def fine(_: web.Request) -> web.Response:
    return answers.json({})


async def page(_: web.Request) -> web.Response:
    return web.Response(text="<p>", content_type="text/html")


ROUTES = [
    Route("GET", "/api/v1/x", fine, Auth.optional("read")),
    Route("DELETE", "/api/v1/x", fine, Auth.user("write"), rules=(DELETING,)),
    Route("POST", "/auth/sign_up", page, Auth.visitor(), rules=(SIGN_UP,)),
    Route("GET", "/about", page, Auth.visitor()),
    Route("POST", "/oauth/token", fine, Auth.client()),
    Route("GET", "/oauth/authorize", page, Auth.visitor()),
    Route("GET", "/.well-known/webfinger", fine, Auth.public()),
]


@pytest.mark.parametrize(
    ("path", "readable"),
    [
        ("/api/v1/x", True), ("/api/v1/nothing", True), ("/oauth/token", True), ("/.well-known/webfinger", True),
        ("/about", False), ("/oauth/authorize", False), ("/nothing", False),
    ],
)  # fmt: skip
async def test_other_sites_may_read_the_api_and_no_page(start: Start, path: str, readable: bool) -> None:
    client = await start(ROUTES)
    answer = await client.get(path, headers={"Origin": "https://client.test"})
    assert (answer.headers.get("Access-Control-Allow-Origin") == "*") == readable
    assert ("Link" in answer.headers.get("Access-Control-Expose-Headers", "")) == readable
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_a_preflight_needs_no_token_and_allows_what_is_asked(start: Start) -> None:
    client = await start(ROUTES)
    asked = {
        "Origin": "https://c.test",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "x-own,authorization",
    }
    answer = await client.options("/api/v1/x", headers=asked)
    assert answer.status == 204
    assert "DELETE" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "x-own,authorization"
    assert (await client.options("/about", headers=asked)).status == 405


async def test_every_answer_has_its_number_and_names_no_software(start: Start) -> None:
    client = await start(ROUTES)
    numbers = set()
    for path in ("/api/v1/x", "/api/nothing", "/about"):
        answer = await client.get(path)
        numbers.add(answer.headers["X-Request-Id"])
        assert "Server" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert len(numbers) == 3


async def test_pages_have_the_strict_policy(start: Start) -> None:
    client = await start(ROUTES)
    headers = (await client.get("/about")).headers
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "connect-src 'self' wss://alpha.test;" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


async def test_what_was_made_for_one_person_is_kept_by_nobody(start: Start, people: People) -> None:
    async def careless(_: web.Request) -> web.Response:
        return answers.json({}, headers={"Cache-Control": "public, max-age=60"})

    client = await start([Route("GET", "/api/v1/x", careless, Auth.optional("read"))])
    assert (await client.get("/api/v1/x")).headers["Cache-Control"] == "public, max-age=60"
    personal = await client.get("/api/v1/x", headers=await people.bearer(await people.person()))
    assert personal.headers["Cache-Control"] == "private, no-store"
    assert "Authorization" in personal.headers["Vary"]


async def test_an_http_origin_promises_no_https(start: Start, tmp_path: Path) -> None:
    local = make_settings(tmp_path, FEDISW_ORIGIN="http://localhost:8420", FEDISW_ALLOW_HTTP="1")
    client = await start(ROUTES, settings=local)
    answer = await client.get("/about")
    assert "Strict-Transport-Security" not in answer.headers
    assert "connect-src 'self' ws://localhost:8420;" in answer.headers["Content-Security-Policy"]


async def test_the_api_tells_what_is_left(start: Start, people: People) -> None:
    headers = await people.bearer(await people.person())
    client = await start(ROUTES)
    first = await client.get("/api/v1/x", headers=headers)
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("300", "299")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", first.headers["X-RateLimit-Reset"])
    assert (await client.delete("/api/v1/x", headers=headers)).headers["X-RateLimit-Remaining"] == "29"
    nothing = await client.get("/api/nothing")
    assert (nothing.status, nothing.headers["X-RateLimit-Limit"], nothing.headers["X-RateLimit-Remaining"]) == (404, "300", "299")
    assert (await client.post("/api/v1/x/y")).headers["X-RateLimit-Remaining"] == "298"
    assert (await client.get("/nothing")).headers.get("X-RateLimit-Limit") is None


async def test_a_used_up_bucket_is_told_with_all_headers(start: Start, people: People) -> None:
    headers = await people.bearer(await people.person())
    client = await start(ROUTES)
    for _ in range(30):
        assert (await client.delete("/api/v1/x/", headers=headers)).status == 200
    answer = await client.delete("/api/v1/x", headers=headers)
    assert (answer.status, await answer.json()) == (429, {"error": "Too many requests"})
    assert int(answer.headers["Retry-After"]) == 1_800
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("30", "0")
    other = await people.bearer(await people.person("ben"))
    assert (await client.delete("/api/v1/x", headers=other)).status == 200


async def test_networks_are_counted_where_nobody_is_known(start: Start) -> None:
    client = await start(ROUTES)
    ours = {"Origin": "https://alpha.test"}
    statuses = [
        (await client.post("/auth/sign_up", headers=ours | {"X-Forwarded-For": f"2001:db8::{n}"})).status for n in range(1, 7)
    ]
    assert statuses == [200] * 5 + [429]
    assert (await client.post("/auth/sign_up", headers=ours | {"X-Forwarded-For": "2001:db8:0:1::1"})).status == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "9.9.9.9", "9.9.9.9"),
        ("127.0.0.1", "6.6.6.6, 9.9.9.9, 10.0.0.7", "9.9.9.9"),
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("127.0.0.1", "9.9.9.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:127.0.0.1", "9.9.9.9", "9.9.9.9"),
    ],
)
def test_only_listed_proxies_are_believed(peer: str, forwarded: str, address: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}).clone(remote=peer)
    assert client_address(request, PROXIES) == address


async def test_the_log_has_no_query_and_no_secret_of_a_path(start: Start) -> None:
    client = await start([Route("GET", "/invite/{code}", page, Auth.visitor()), *ROUTES])
    with structlog.testing.capture_logs() as lines:
        await client.get("/api/v1/x?q=canary-one", headers={"Authorization": "Bearer canary-two", "Cookie": "a=canary-three"})
        await client.get("/invite/canary-four")
    said = [line for line in lines if line["event"] == "web.request"]
    assert [line["path"] for line in said] == ["/api/v1/x", "/invite/{code}"]
    assert "canary" not in str(lines)

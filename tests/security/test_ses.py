"""Sessions, forged requests, redirects (security section 5): every page and form of the real application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from fedisw.config import Settings
from fedisw.web.app import ROUTES, create_app
from fedisw.web.keys import SETTINGS
from fedisw.web.middleware.sessions import PLAIN_NAME, SECURE_NAME
from fedisw.web.routes import Kind, Route
from tests.security.conftest import SignIn
from tests.support.browser import OURS, Browser
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Api

NAMES = re.compile(r"\{[^}]*\}")
PASSWORD = "nine little ducks"
ELSEWHERE = (
    "//evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test", "https:evil.test", "javascript:alert(1)", "evil.test",
    " //evil.test", "/\n/evil.test", "/%0d%0aSet-Cookie:a=b\r\nX: y", "/\t/evil.test", "///evil.test", "/x\\..\\evil",
    "\u2028//evil.test",
)  # fmt: skip
FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.test"},
    {"Origin": "https://alpha.test:444"},
    {"Origin": "http://alpha.test"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://alpha.test", "Sec-Fetch-Site": "cross-site"},
)


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Sessions are rows of no special kind."""
    return str(request.param)


def forms() -> Iterator[Route]:
    """Everything that a page of ours can send."""
    return (route for route in ROUTES if route.auth.page and route.method == "POST")


def pages() -> Iterator[Route]:
    """Everything that is seen in a browser."""
    return (route for route in ROUTES if route.auth.page and route.method == "GET")


async def signed_in(api: Api, *, name: str = "amy") -> tuple[Browser, dict[str, Morsel[str]]]:
    """Somebody who has just signed in, with the cookies as they were set."""
    await api.people.person(name, password_hash=await api.runtime.passwords.hash(PASSWORD))
    browser, found = Browser(api.client), SimpleCookie()
    answer = await browser.submit(await browser.get("/auth/sign_in"), email=name, password=PASSWORD)
    assert answer.status == 303
    for line in answer.headers.getall("Set-Cookie"):
        found.load(line)
    return browser, dict(found)


async def test_ses_1_every_cookie_is_out_of_reach_of_scripts_and_of_other_hosts(api: Api) -> None:
    _, cookies = await signed_in(api)
    assert set(cookies) == {SECURE_NAME, "__Host-fedisw_device"}
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")
        assert cookie["domain"] == ""
    assert len(cookies[SECURE_NAME].value) >= 43  # 256 bits


async def test_ses_1_an_http_origin_differs_by_name_and_secure_only(api: Api, tmp_path: Path) -> None:
    plain = make_settings(
        tmp_path / "plain",
        FEDISW_ORIGIN="http://localhost:8420",
        FEDISW_ALLOW_HTTP="1",
        FEDISW_DATABASE_URL=api.runtime.settings.database.url,
    )
    _, secure = await signed_in(api)
    client = await served(api, plain)
    form = {"email": "amy", "password": PASSWORD}
    answer = await client.post("/auth/sign_in", data=form, headers={"Origin": "http://localhost:8420"}, allow_redirects=False)
    cookie = answer.cookies[PLAIN_NAME]
    told = {name: value for name, value in cookie.items() if value}
    assert told == {name: value for name, value in secure[SECURE_NAME].items() if value and name != "secure"}
    await client.close()


async def served(api: Api, settings: Settings) -> TestClient[web.Request, web.Application]:
    """The same server with other settings."""
    app = create_app(api.runtime)
    app[SETTINGS] = settings
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


async def test_ses_1_a_session_that_somebody_else_planted_is_not_taken_up(api: Api, cookie_of: SignIn) -> None:
    """Fixation: neither a value of nobody nor a session of the attacker survives the sign-in."""
    mallory = await api.people.person("mallory")
    planted = (await cookie_of(mallory))["Cookie"].partition("=")[2]
    await api.people.person("amy", password_hash=await api.runtime.passwords.hash(PASSWORD))
    for value in ("planted-by-hand", planted):
        victim, attacker = Browser(api.client), Browser(api.client)
        victim.cookies[SECURE_NAME] = attacker.cookies[SECURE_NAME] = value
        page = await victim.get("/auth/sign_in", again="1")
        assert (await victim.submit(page, email="amy", password=PASSWORD)).status == 303
        assert victim.cookies[SECURE_NAME] != value
        assert (await victim.get("/compose")).status == 200
        assert (await attacker.get("/compose")).status == 303  # the old one has ended


async def test_ses_1_only_the_cookie_of_that_name_counts(api: Api, cookie_of: SignIn) -> None:
    value = (await cookie_of(await api.people.person("amy")))["Cookie"].partition("=")[2]
    for name, status in ((SECURE_NAME, 200), (PLAIN_NAME, 303), ("__Secure-fedisw_session", 303), ("fedisw", 303)):
        answer = await api.call("GET", "/compose", headers={"Cookie": f"{name}={value}"}, allow_redirects=False)
        assert answer.status == status, name


async def test_ses_1_signing_out_ends_the_session_on_the_server(api: Api) -> None:
    browser, cookies = await signed_in(api)
    stolen = Browser(api.client)
    stolen.cookies[SECURE_NAME] = cookies[SECURE_NAME].value
    assert (await browser.send("/auth/sign_out")).status == 403  # not without the token of a form
    assert (await stolen.get("/compose")).status == 200
    token = re.search(r'name="csrf_token" value="([^"]+)"', await (await browser.get("/compose")).text())
    assert token is not None
    answer = await browser.send("/auth/sign_out", csrf_token=token[1])
    assert answer.status == 303
    assert SECURE_NAME not in browser.cookies
    assert (await stolen.get("/compose")).status == 303


async def test_ses_2_no_form_is_taken_from_elsewhere_whether_signed_in_or_not(api: Api, cookie_of: SignIn) -> None:
    cookie = await cookie_of(await api.people.person("amy"))
    for route in forms():
        for headers in FOREIGN:
            for sent in (headers, headers | cookie) if route.auth.kind is Kind.VISITOR else (headers | cookie,):
                answer = await api.call("POST", NAMES.sub("1", route.path), headers=sent, allow_redirects=False)
                assert answer.status == 403, (route.path, sent)


async def test_ses_2_no_form_of_a_session_is_taken_without_its_token(api: Api, cookie_of: SignIn) -> None:
    cookie = await cookie_of(await api.people.person("amy"))
    for route in forms():
        for token in ("", "AAAA", "A" * 88, "é"):
            data = {"csrf_token": token, "decision": "allow", "status": "forged", "password": PASSWORD}
            answer = await api.call("POST", NAMES.sub("1", route.path), headers=cookie | OURS, data=data, allow_redirects=False)
            assert answer.status == 403, (route.path, token)


async def test_ses_2_a_page_that_is_only_looked_at_changes_nothing(api: Api, cookie_of: SignIn) -> None:
    """GET never does what a form does: no method can be smuggled in by a parameter or a header."""
    cookie = await cookie_of(await api.people.person("amy"))
    smuggled = {"X-HTTP-Method-Override": "POST", "Cookie": cookie["Cookie"]}
    for path in ("/auth/sign_out", "/inbox"):
        assert (await api.call("GET", path, headers=smuggled, params={"_method": "POST"})).status in (404, 405)
    assert (await api.call("GET", "/compose", headers=cookie)).status == 200


async def test_ses_3_no_page_can_be_read_by_other_sites(api: Api, cookie_of: SignIn) -> None:
    cookie = await cookie_of(await api.people.person("amy"))
    for route in pages():
        for headers in ({}, cookie):
            path = NAMES.sub("amy", route.path)
            answer = await api.call("GET", path, headers=headers | {"Origin": "https://evil.test"}, allow_redirects=False)
            told = [name for name in answer.headers if name.lower().startswith("access-control")]
            assert told == [], path
        asked = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
        preflight = await api.call("OPTIONS", NAMES.sub("amy", route.path), headers=asked)
        assert preflight.status in (404, 405)
        assert "Access-Control-Allow-Origin" not in preflight.headers


async def test_ses_3_the_api_is_read_by_everybody_and_never_with_cookies(api: Api) -> None:
    for path in (
        "/api/v2/instance",
        "/api/v1/nothing",
        "/oauth/token",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.0",
        "/ap/objects/1",
    ):
        answer = await api.call("GET", path, headers={"Origin": "https://client.test"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("place", ELSEWHERE)
async def test_ses_4_no_parameter_leads_away_from_here(api: Api, cookie_of: SignIn, place: str) -> None:
    stranger, member = Browser(api.client), Browser(api.client)
    account = await api.people.person("amy", password_hash=await api.runtime.passwords.hash(PASSWORD))
    member.cookies[SECURE_NAME] = (await cookie_of(account))["Cookie"].partition("=")[2]
    cookie = await cookie_of(account)
    known = await api.call("GET", "/auth/sign_in", headers=cookie, params={"next": place}, allow_redirects=False)
    assert (known.status, known.headers["Location"]) == (303, "/")
    for path in ("/auth/sign_in", "/auth/password"):
        page = await api.call("GET", path, headers=cookie, params={"next": place, "again": "1"})
        assert "evil" not in page.text, path
    signed = await stranger.send("/auth/sign_in", email="amy", password=PASSWORD, next=place, return_to=place)
    assert (signed.status, signed.headers["Location"]) == (303, "/")
    fields = {"current_password": PASSWORD, "password": "ten little ducklings", "password_again": "ten little ducklings"}
    changed = await member.submit(await member.get("/auth/password"), next=place, **fields)
    assert (changed.status, changed.headers["Location"]) == (303, "/")


async def test_ses_4_every_redirect_of_a_page_stays_here(api: Api, cookie_of: SignIn) -> None:
    cookie = await cookie_of(await api.people.person("amy"))
    query = {"next": "//evil.test", "return_to": "//evil.test", "redirect": "//evil.test", "url": "//evil.test"}
    for route in pages():
        for headers in ({}, cookie):
            path = NAMES.sub("amy", route.path)
            answer = await api.call("GET", path, headers=headers, params=query, allow_redirects=False)
            location = answer.headers.get("Location", "/")
            assert re.match(r"/(?![/\\])", location), (path, location)


async def test_ses_4_leaving_for_another_server_is_said_first(api: Api) -> None:
    await api.remote("rob", "beta.test")
    answer = await api.call("GET", "/@rob@beta.test", allow_redirects=False)
    assert answer.status == 200
    assert "beta.test" in answer.text

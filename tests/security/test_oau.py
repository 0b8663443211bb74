"""OAuth (security section 4), where tests/web/oauth and tests/web/mastodon do not ask already: races, widths, ends, faces."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fedisw.config import Settings
from fedisw.crypto.tokens import challenge_of, new_token
from fedisw.live.buckets import APPS
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.model.oauth import App, Code
from fedisw.model.scopes import CHILDREN, KNOWN
from fedisw.services import oauth as services
from fedisw.storage.db import Tx
from fedisw.storage.queries import oauth
from fedisw.web.mastodon.apps import check_redirects
from fedisw.web.oauth.words import WORDS
from tests.security.conftest import SignIn
from tests.support.browser import Browser
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Answer, Api

BACK = "https://app.test/back"
TRIES = 8


@pytest.fixture
def settings(tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """Settings of https://alpha.test with all limits."""
    return make_settings(tmp_path, FEDISW_DATABASE_URL=make_database_url(), FEDISW_DATABASE_THREADS="4")


sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def person_with_browser(api: Api, cookie_of: SignIn) -> tuple[Account, Browser]:
    account, browser = await api.people.person("amy"), Browser(api.client)
    name, _, value = (await cookie_of(account))["Cookie"].partition("=")
    browser.cookies[name] = value
    return account, browser


def asking(app: App, **changes: str) -> dict[str, str]:
    return {"response_type": "code", "client_id": app.client_id, "redirect_uri": BACK, "scope": "read"} | changes


async def code_for(browser: Browser, app: App, **changes: str) -> str:
    page = await browser.get("/oauth/authorize", **asking(app, **changes))
    assert page.status == 200
    found = re.search("code=([^&]+)", (await browser.submit(page, decision="allow")).headers["Location"])
    assert found is not None
    return found[1]


async def redeem(api: Api, app: App, code: str, **changes: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": app.client_id,
        "client_secret": "secret",
    }
    return await api.call("POST", "/oauth/token", data=form | changes)


async def test_oau_4_of_many_redemptions_at_once_none_leaves_more_than_one_token_and_the_second_ends_the_first(
    api: Api, cookie_of: SignIn
) -> None:
    amy, browser = await person_with_browser(api, cookie_of)
    app = await api.people.app(redirects=(BACK,))
    code = await code_for(browser, app)
    answers = await asyncio.gather(*(redeem(api, app, code) for _ in range(TRIES)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * (TRIES - 1)
    won = next(answer.json["access_token"] for answer in answers if answer.status == 200)
    late = await redeem(api, app, code)
    assert late.json["error"] == "invalid_grant"
    assert (await api.call("GET", "/api/v1/timelines/home", headers={"Authorization": f"Bearer {won}"})).status == 401
    assert await api.db.read(oauth.token_ids, amy.id) == []


async def test_oau_4_a_code_with_a_challenge_is_worth_nothing_to_whoever_took_it(api: Api, cookie_of: SignIn) -> None:
    _, browser = await person_with_browser(api, cookie_of)
    app, verifier = await api.people.app(redirects=(BACK,)), new_token()
    challenge = {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    for changes in ({}, {"code_verifier": ""}, {"code_verifier": new_token()}, {"code_verifier": challenge["code_challenge"]}):
        code = await code_for(browser, app, **challenge)
        assert (await redeem(api, app, code, **changes)).json["error"] == "invalid_grant", changes
    code = await code_for(browser, app)  # without a challenge, a verifier proves nothing
    assert (await redeem(api, app, code, code_verifier=verifier)).json["error"] == "invalid_grant"
    assert (await redeem(api, app, await code_for(browser, app, **challenge), code_verifier=verifier)).status == 200


@sqlite_only
@pytest.mark.parametrize(
    "grant", ["password", "implicit", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "assertion"]
)
async def test_oau_1_there_are_two_grants_only(api: Api, grant: str) -> None:
    await api.people.person("amy", password_hash=await api.runtime.passwords.hash("nine little ducks"))
    app = await api.people.app()
    form = {"grant_type": grant, "client_id": app.client_id, "client_secret": "secret", "username": "amy",
            "password": "nine little ducks", "refresh_token": "x", "scope": "read"}  # fmt: skip
    answer = await api.call("POST", "/oauth/token", data=form)
    assert (answer.status, answer.json["error"]) == (400, "unsupported_grant_type")


@sqlite_only
async def test_oau_1_each_grant_is_a_token_of_its_own(api: Api, cookie_of: SignIn) -> None:
    _, browser = await person_with_browser(api, cookie_of)
    app = await api.people.app(redirects=(BACK,))
    tokens = {(await redeem(api, app, await code_for(browser, app))).json["access_token"] for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens)  # 256 bits


ODD = [
    "https://a.test;sandbox/back",
    "https://a.test,b/back",
    "https://a.test'/back",
    'https://a.test"/back',
    "https://a.test$/x",
    "https://a.test\\@b.test/",
    "https:\\\\a.test/",
    "https://ä.test/",
    "https://a.test%2fb/",
    "JAVASCRIPT:alert(1)",
    "jAvAsCrIpT://a.test/%0aalert(1)",
    "Data:text/html,x",
    "https://a.test:99999999/",
    "https://[::1/",
    "http://*/",
    "https://user:pass@a.test/",
    "vbscript:x",
    "//a.test/x",
]


@pytest.mark.parametrize("uri", ODD)
def test_oau_2_addresses_that_would_mean_something_else_are_not_registered(uri: str) -> None:
    with pytest.raises(Invalid):
        check_redirects([uri])


@sqlite_only
async def test_oau_2_no_registered_address_changes_the_policy_of_the_page(api: Api, cookie_of: SignIn) -> None:
    _, browser = await person_with_browser(api, cookie_of)
    uris = (BACK, "https://a.test/;frame-ancestors", "tusky.app+x://back;script-src", "http://127.0.0.1:9/x", "http://[::1]/y")
    plain = await browser.get("/auth/sign_in", again="1")
    expected = plain.headers["Content-Security-Policy"]
    for uri in check_redirects(list(uris)):
        app = await api.people.app(redirects=(uri,))
        policy = (await browser.get("/oauth/authorize", **asking(app, redirect_uri=uri))).headers["Content-Security-Policy"]
        found = re.fullmatch(re.escape(expected).replace("form\\-action\\ 'self'", "form-action 'self' ([^ ;,]+)"), policy)
        assert found is not None, policy
        assert uri.startswith(found[1])


@sqlite_only
async def test_oau_3_an_unknown_place_is_never_gone_to_whoever_asks(api: Api, cookie_of: SignIn) -> None:
    _, browser = await person_with_browser(api, cookie_of)
    app = await api.people.app(redirects=(BACK,))
    places = [
        f"{BACK}/",
        f"{BACK}?x=1",
        f"{BACK}#x",
        BACK.upper(),
        "https://app.test",
        "https://app.test.evil.test/back",
        "",
        "https://app.test@evil.test/back",
        f"{BACK}/../x",
        "http://app.test/back",
        f" {BACK}",
        "javascript:alert(1)",
    ]
    for place in places:
        for query in (
            asking(app, redirect_uri=place),
            asking(app, redirect_uri=place, response_type="token", scope="admin:write"),
        ):
            answer = await browser.get("/oauth/authorize", **query)
            assert (answer.status, answer.headers.get("Location")) == (422, None), place
            sent = await browser.send("/oauth/authorize", decision="allow", **query)
            assert sent.headers.get("Location") is None, place
    assert (await browser.get("/oauth/authorize", **asking(app, client_id="nobody"))).status == 422


@sqlite_only
async def test_oau_6_nothing_is_granted_beyond_what_the_application_registered(api: Api, cookie_of: SignIn) -> None:
    amy, browser = await person_with_browser(api, cookie_of)
    app = await api.people.app("read:statuses write:media", redirects=(BACK,))
    for wanted in (
        "read",
        "write",
        "read:statuses write:statuses",
        "push",
        "follow",
        "everything",
        "READ:STATUSES",
        "read:statuses read:nothing",
    ):
        answer = await browser.get("/oauth/authorize", **asking(app, scope=wanted))
        assert "error=invalid_scope" in answer.headers["Location"], wanted
        form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": "secret", "scope": wanted}
        assert (await api.call("POST", "/oauth/token", data=form)).json["error"] == "invalid_scope", wanted
    code = Code(code_hash=b"x", app_id=app.id, account_id=amy.id, redirect_uri=BACK, scopes="write", created_at=api.clock())
    with pytest.raises(Invalid):  # the service asks again
        await api.db.write(services.issue_code, code=code)
    made = (await redeem(api, app, await code_for(browser, app, scope="read:statuses"), scope="read write")).json
    assert made["scope"] == "read:statuses"  # a wish at the token endpoint changes nothing


@sqlite_only
async def test_oau_9_a_revoked_token_ends_its_stream_and_no_other(api: Api) -> None:
    amy = await api.people.person("amy")
    app = await api.people.app()
    tokens = [await api.people.token(amy, app=app) for _ in range(2)]
    streams = []
    for token in tokens:
        response = await api.client.get("/api/v1/streaming/user", headers={"Authorization": f"Bearer {token}"})
        assert (await response.content.readline()).startswith(b":")
        streams.append(asyncio.create_task(response.read()))
    other = await api.people.app()
    for by, ended in ((other, False), (app, True)):
        form = {"client_id": by.client_id, "client_secret": "secret", "token": tokens[0]}
        answer = await api.call("POST", "/oauth/revoke", data=form)
        assert (answer.status, answer.json) == (200, {})
        home = await api.call("GET", "/api/v1/timelines/home", headers={"Authorization": f"Bearer {tokens[0]}"})
        assert home.status == (401 if ended else 200)
    async with asyncio.timeout(5):
        await streams[0]
    assert not streams[1].done()
    streams[1].cancel()


@sqlite_only
async def test_oau_9_revoking_needs_the_client_itself(api: Api) -> None:
    amy, app = await api.people.person("amy"), await api.people.app()
    token = await api.people.token(amy, app=app)
    basic = b64encode(f"{app.client_id}:wrong".encode()).decode()
    tries: list[dict[str, Any]] = [
        {"data": {"token": token}},
        {"data": {"token": token, "client_id": app.client_id}},
        {"data": {"token": token, "client_id": app.client_id, "client_secret": "wrong"}},
        {"data": {"token": token}, "headers": {"Authorization": f"Basic {basic}"}},
        {"data": {"token": token}, "headers": {"Authorization": f"Bearer {token}"}},
    ]
    for options in tries:
        assert (await api.call("POST", "/oauth/revoke", **options)).json["error"] == "invalid_client"
    assert (await api.call("GET", "/api/v1/timelines/home", headers={"Authorization": f"Bearer {token}"})).status == 200


@sqlite_only
async def test_oau_10_the_question_shows_names_as_text_and_cannot_be_framed(api: Api, cookie_of: SignIn) -> None:
    _, browser = await person_with_browser(api, cookie_of)
    name = '<script>alert(1)</script>"><img src=x onerror=a>'
    form = {
        "client_name": name,
        "redirect_uris": BACK,
        "scopes": "read write follow push profile",
        "website": "https://a.test/?<b>",
    }
    made = await api.ok("POST", "/api/v1/apps", data=form)
    query = asking(
        App(id=1, secret_hash=b"", name="", created_at=api.clock(), client_id=made["client_id"], redirect_uris=(), scopes="")
    )
    pages = [await browser.get("/oauth/authorize", **query | {"scope": "read write", "state": '"><script>x</script>'})]
    stranger = Browser(api.client)
    onward = await stranger.get("/oauth/authorize", **query)
    pages.append(await stranger.get(onward.headers["Location"]))
    for page in pages:
        html = await page.text()
        assert page.status == 200
        assert "<script" not in html.replace('<script src="/static/passkey.', "")
        assert "<img src=x" not in html
        assert "&lt;script&gt;alert(1)" in html
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in page.headers
    assert "app.test" in await pages[0].text()


def test_oau_10_every_scope_that_can_be_asked_for_has_words() -> None:
    staff = {scope for scope in KNOWN if scope.startswith("admin:")}
    assert set(WORDS) == KNOWN - staff
    assert set(CHILDREN) - staff <= set(WORDS)


@sqlite_only
async def test_oau_11_ten_applications_an_hour_and_unused_ones_are_forgotten(api: Api, cookie_of: SignIn) -> None:
    form = {"client_name": "x", "redirect_uris": BACK}
    amy, _ = await person_with_browser(api, cookie_of)
    proof = await api.people.bearer(amy)
    ways: list[dict[str, str]] = [{}, proof]  # who is known has no more
    statuses = [(await api.call("POST", "/api/v1/apps", data=form, headers=ways[n % 2])).status for n in range(APPS.limit + 1)]
    assert statuses == [200] * APPS.limit + [429]
    api.clock.forward(hours=1, seconds=1)
    made = await api.ok("POST", "/api/v1/apps", data=form)
    api.clock.forward(days=6)
    assert await api.db.write(lambda tx: _pruned(tx, api)) < APPS.limit + 1
    assert await api.db.read(oauth.find_app, made["client_id"]) is not None
    api.clock.forward(days=2)
    await api.db.write(lambda tx: _pruned(tx, api))
    assert await api.db.read(oauth.find_app, made["client_id"]) is None


def _pruned(tx: Tx, api: Api) -> int:
    return services.prune(tx, now=api.clock() + timedelta(seconds=0))


@sqlite_only
@pytest.mark.parametrize(
    "changes",
    [
        {"client_name": "x" * 201},
        {"client_name": "\u202e\u200b"},
        {"website": "javascript:alert(1)"},
        {"website": f"https://a.test/{'x' * 2_000}"},
        {"redirect_uris": " ".join(f"https://a.test/{n}" for n in range(11))},
        {"scopes": "read everything"},
        {"scopes": "admin:nothing"},
    ],
)
async def test_oau_11_what_does_not_fit_is_not_registered(api: Api, changes: dict[str, str]) -> None:
    answer = await api.call("POST", "/api/v1/apps", data={"client_name": "x", "redirect_uris": BACK} | changes)
    assert answer.status == 422


@sqlite_only
async def test_oau_8_an_application_alone_reads_what_a_stranger_reads_and_no_more(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    secret = await api.post("amy", "for followers", visibility="private")
    open_one = await api.post("amy", "for all")
    alone = await api.people.bearer(None, "read write")
    assert (await api.call("GET", f"/api/v1/statuses/{secret['id']}", headers=alone)).status == 404
    seen = await api.call("GET", f"/api/v1/statuses/{open_one['id']}", headers=alone)
    assert seen.json == (await api.call("GET", f"/api/v1/statuses/{open_one['id']}")).json
    assert "favourited" not in seen.json

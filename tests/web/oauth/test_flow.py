"""From the question to the token and its end (OAU-1..12)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from fedisw.crypto.tokens import challenge_of, new_token
from fedisw.model.accounts import Account
from fedisw.model.oauth import App
from fedisw.storage.db import Database
from fedisw.storage.queries import oauth
from fedisw.web.asking import is_registered
from tests.support.browser import Browser, Client
from tests.support.clock import Clock
from tests.support.people import People

STATE = "s t&ä="
BACK = "https://app.test/back?from=fedisw"
COOKIE = "__Host-fedisw_session"


@pytest.fixture
async def amy(people: People, browser: Browser) -> Account:
    """Somebody signed in in `browser`."""
    account = await people.person("amy")
    browser.cookies[COOKIE] = (await people.session(account))[1]
    return account


@pytest.fixture
async def app(people: People) -> App:
    """An application with a web address, its own scheme, a loopback address and the page with the code."""
    redirects = (BACK, "tusky://back", "http://127.0.0.1/back", "urn:ietf:wg:oauth:2.0:oob")
    return await people.app("read write follow push", redirects=redirects)


def asked(app: App, **changes: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": BACK,
        "scope": "read write",
        "state": "s t&ä=",
    } | changes


async def allow(browser: Browser, query: dict[str, str]) -> str:
    page = await browser.get("/oauth/authorize", **query)
    assert page.status == 200, page.status
    answer = await browser.submit(page, decision="allow")
    return answer.headers["Location"]


def code_of(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


async def redeem(client: Client, app: App, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.client_id,
        "client_secret": "secret",
        "redirect_uri": BACK,
    }
    answer = await client.post("/oauth/token", data=form | changes)
    return answer.status, await answer.json()


async def test_a_person_says_yes_and_the_application_gets_a_token(
    browser: Browser, entrance: Client, amy: Account, app: App, db: Database, people: People
) -> None:
    location = await allow(browser, asked(app))
    assert location.startswith(BACK + "&code=")
    assert dict(parse_qsl(urlsplit(location).query))["state"] == STATE
    status, said = await redeem(entrance, app, code_of(location))
    assert status == 200
    assert said | {"access_token": ""} == {
        "access_token": "", "token_type": "Bearer", "scope": "read write", "created_at": said["created_at"],
    }  # fmt: skip
    assert isinstance(said["created_at"], int)
    holder = await db.read(oauth.holder, people.hashed(said["access_token"]))
    assert holder is not None
    assert holder[3] is not None
    assert holder[3].id == amy.id


async def test_a_person_says_no(browser: Browser, amy: Account, app: App) -> None:
    answer = await browser.submit(await browser.get("/oauth/authorize", **asked(app)), decision="deny")
    query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert (query["error"], query["state"], query["from"]) == ("access_denied", "s t&ä=", "fedisw")


async def test_the_page_says_who_asks_for_what_and_where_it_leads(browser: Browser, amy: Account, app: App) -> None:
    page = await browser.get("/oauth/authorize/", **asked(app))
    html = await page.text()
    assert "Test app" in html
    assert "app.test" in html
    assert "Read all that you can read" in html
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.test;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Access-Control-Allow-Origin" not in page.headers


@pytest.mark.parametrize(
    ("redirect", "target"),
    [("tusky://back", " tusky:"), ("http://127.0.0.1:7777/back", " http://127.0.0.1:7777"), ("urn:ietf:wg:oauth:2.0:oob", "")],
)
async def test_the_form_may_lead_only_where_the_answer_goes(
    browser: Browser, amy: Account, app: App, redirect: str, target: str
) -> None:
    page = await browser.get("/oauth/authorize", **asked(app, redirect_uri=redirect))
    assert f"form-action 'self'{target};" in page.headers["Content-Security-Policy"]


async def test_an_own_scheme_is_used_as_it_is(browser: Browser, amy: Account, app: App) -> None:
    assert (await allow(browser, asked(app, redirect_uri="tusky://back", state=""))).startswith("tusky://back?code=")


async def test_a_code_is_shown_where_there_is_nowhere_to_go(browser: Browser, entrance: Client, amy: Account, app: App) -> None:
    oob = "urn:ietf:wg:oauth:2.0:oob"
    page = await browser.submit(await browser.get("/oauth/authorize", **asked(app, redirect_uri=oob)), decision="allow")
    code = (await page.text()).partition('id="code">')[2].partition("<")[0]
    assert (await redeem(entrance, app, code, redirect_uri=oob))[0] == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://app.test/back"},
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": BACK.upper()},
        {"redirect_uri": "https://evil.test/back"},
        {"redirect_uri": ""},
        {"redirect_uri": "http://127.0.0.1:80/other"},
        {"redirect_uri": "http://127.0.0.1@evil.test/back"},
    ],
)
async def test_an_unknown_application_or_address_gets_a_page_and_no_redirect(
    browser: Browser, amy: Account, app: App, changes: dict[str, str]
) -> None:
    for answer in (
        await browser.get("/oauth/authorize", **asked(app, **changes)),
        await browser.submit(await browser.get("/oauth/authorize", **asked(app)), decision="allow", **changes),
    ):
        assert answer.status == 422
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("asked_for", "known", "fits"),
    [
        ("http://127.0.0.1:5555/cb", "http://127.0.0.1/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb", True),
        ("http://[::1]:5555/cb", "http://[::1]/cb", True),
        ("http://localhost:5555/cb", "http://localhost/cb", False),
        ("https://127.0.0.1:5555/cb", "https://127.0.0.1/cb", False),
        ("http://127.0.0.1:5555/cb#x", "http://127.0.0.1/cb#x", False),
        ("http://127.0.0.1:5555/cb?a", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:99999/cb", "http://127.0.0.1/cb", False),
        ("http://u@127.0.0.1:5/cb", "http://127.0.0.1/cb", False),
    ],
)
def test_only_the_port_of_a_loopback_address_may_differ(asked_for: str, known: str, fits: bool) -> None:
    assert is_registered(asked_for, (known,)) == fits


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "read admin:read"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"state": "s" * 4_097}, "invalid_request"),
    ],
)
async def test_other_faults_are_told_to_the_application(
    browser: Browser, amy: Account, app: App, changes: dict[str, str], error: str
) -> None:
    answer = await browser.get("/oauth/authorize", **asked(app, **changes))
    query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert (answer.status, query["error"]) == (303, error)
    assert query["state"] == changes.get("state", STATE)


async def test_staff_scopes_are_not_given_in_a_browser(browser: Browser, amy: Account, people: People) -> None:
    staff_app = await people.app("read admin:read", redirects=(BACK,))
    answer = await browser.get("/oauth/authorize", **asked(staff_app, scope="admin:read"))
    assert "error=invalid_scope" in answer.headers["Location"]


async def test_without_a_session_the_sign_in_comes_first_and_may_lead_on_to_the_application(browser: Browser, app: App) -> None:
    answer = await browser.get("/oauth/authorize", **asked(app))
    assert answer.headers["Location"].startswith("/auth/sign_in?next=%2Foauth%2Fauthorize")
    page = await browser.get(answer.headers["Location"])
    assert "Test app" in await page.text()
    assert "form-action 'self' https://app.test;" in page.headers["Content-Security-Policy"]


async def test_an_application_may_want_a_fresh_sign_in(browser: Browser, amy: Account, app: App) -> None:
    answer = await browser.get("/oauth/authorize", **asked(app, force_login="true"))
    assert answer.headers["Location"].startswith("/auth/sign_in?again=1&next=")
    assert "force_login" not in answer.headers["Location"]
    assert (await browser.get(answer.headers["Location"])).status == 200


async def test_who_just_signed_in_need_not_do_it_again(browser: Browser, app: App) -> None:
    """Mastodon.py always sends force_login, mostly as "False", which is as true as any other word."""
    answer = await browser.get("/oauth/authorize", **asked(app, force_login="False"))
    assert answer.headers["Location"].startswith("/auth/sign_in?next=%2Foauth%2Fauthorize%3F")
    assert "force_login" not in answer.headers["Location"]


async def test_consent_needs_the_form_of_the_same_session(browser: Browser, amy: Account, app: App) -> None:
    page = await browser.get("/oauth/authorize", **asked(app))
    assert (await browser.submit(page, decision="allow", csrf_token="")).status == 403


async def test_people_who_wait_cannot_consent(browser: Browser, people: People, app: App) -> None:
    waiting = await people.person("una", confirmed_at=None)
    browser.cookies[COOKIE] = (await people.session(waiting))[1]
    assert (await browser.get("/oauth/authorize", **asked(app))).status == 403


async def test_a_password_is_chosen_before_consent(browser: Browser, people: People, app: App) -> None:
    new = await people.person("una", must_change_password=True)
    browser.cookies[COOKIE] = (await people.session(new))[1]
    answer = await browser.get("/oauth/authorize", **asked(app))
    assert answer.headers["Location"].startswith("/auth/password?next=%2Foauth%2Fauthorize")


# Tokens


async def test_a_challenge_needs_its_verifier(browser: Browser, entrance: Client, amy: Account, app: App) -> None:
    verifier = new_token()
    query = asked(app, code_challenge=challenge_of(verifier), code_challenge_method="S256")
    for sent, status in (({"code_verifier": verifier}, 200), ({"code_verifier": new_token()}, 400), ({}, 400)):
        code = code_of(await allow(browser, query))
        assert (await redeem(entrance, app, code, **sent))[0] == status


async def test_a_code_works_once_and_a_second_use_ends_the_first_token(
    browser: Browser, entrance: Client, amy: Account, app: App, db: Database, people: People
) -> None:
    code = code_of(await allow(browser, asked(app)))
    _, said = await redeem(entrance, app, code)
    assert await redeem(entrance, app, code) == (400, {
        "error": "invalid_grant",
        "error_description": "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI "
        "used in the authorization request, or was issued to another client.",
    })  # fmt: skip
    assert await db.read(oauth.holder, people.hashed(said["access_token"])) is None


async def test_a_code_is_for_one_application_one_address_and_ten_minutes(
    browser: Browser, entrance: Client, amy: Account, app: App, people: People, clock: Clock
) -> None:
    other = await people.app(redirects=(BACK,))
    for client, changes, wait in ((other, {}, 0), (app, {"redirect_uri": "tusky://back"}, 0), (app, {}, 11)):
        code = code_of(await allow(browser, asked(app)))
        clock.forward(minutes=wait)
        assert (await redeem(entrance, client, code, **changes))[1]["error"] == "invalid_grant"
    assert (await redeem(entrance, app, "nothing"))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize("way", ["form", "json", "multipart", "basic"])
async def test_the_token_endpoint_reads_all_ways_of_sending(
    browser: Browser, entrance: Client, amy: Account, app: App, way: str
) -> None:
    form = {"grant_type": "authorization_code", "code": code_of(await allow(browser, asked(app))), "redirect_uri": BACK}
    client = {"client_id": app.client_id, "client_secret": "secret"}
    match way:
        case "form":
            answer = await entrance.post("/oauth/token", data=form | client)
        case "json":
            answer = await entrance.post("/oauth/token", json=form | client)
        case "multipart":
            answer = await entrance.post("/oauth/token", data={**form, **client}, headers={})
        case _:
            basic = b64encode(f"{app.client_id}:secret".encode()).decode()
            answer = await entrance.post("/oauth/token/", data=form, headers={"Authorization": f"Basic {basic}"})
    assert answer.status == 200
    assert (answer.headers["Cache-Control"], answer.headers["Access-Control-Allow-Origin"]) == ("no-store", "*")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "scope": "read admin:write"}, 400, "invalid_scope"),
        ({"grant_type": {"a": "b"}}, 400, "invalid_request"),
    ],
)
async def test_faults_have_the_words_of_the_specification(
    entrance: Client, app: App, form: dict[str, Any], status: int, error: str
) -> None:
    answer = await entrance.post("/oauth/token", json={"client_id": app.client_id, "client_secret": "secret"} | form)
    said = await answer.json()
    assert (answer.status, said["error"], set(said)) == (status, error, {"error", "error_description"})


async def test_broken_basic_credentials_are_no_credentials(entrance: Client, app: App) -> None:
    for text in ("Basic", "Basic !!!", "Basic " + b64encode(b"\xff:x").decode()):
        answer = await entrance.post("/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": text})
        assert answer.status == 401


async def test_an_application_gets_a_token_for_itself(entrance: Client, app: App, db: Database, people: People) -> None:
    form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": "secret"}
    said = await (await entrance.post("/oauth/token", data=form)).json()
    assert said["scope"] == "read"
    holder = await db.read(oauth.holder, people.hashed(said["access_token"]))
    assert holder is not None
    assert holder[0].account_id is None


async def test_revoking_is_for_ones_own_tokens_and_always_answers_200(
    entrance: Client, people: People, app: App, db: Database
) -> None:
    account = await people.person("ben")
    own, foreign = await people.token(account, app=app), await people.token(account)
    client = {"client_id": app.client_id, "client_secret": "secret"}
    for token in (own, own, foreign, "nothing"):
        answer = await entrance.post("/oauth/revoke", data=client | {"token": token})
        assert (answer.status, await answer.json()) == (200, {})
    assert await db.read(oauth.holder, people.hashed(own)) is None
    assert await db.read(oauth.holder, people.hashed(foreign)) is not None
    assert (await entrance.post("/oauth/revoke", data={"token": foreign})).status == 401


async def test_claims_about_the_person_need_the_profile_scope(entrance: Client, people: People) -> None:
    amy = await people.person("amy")
    for scopes, status in (("profile", 200), ("read", 403)):
        for method in ("GET", "POST"):
            answer = await entrance.request(method, "/oauth/userinfo", headers=await people.bearer(amy, scopes))
            assert answer.status == status
    said = await (await entrance.get("/oauth/userinfo", headers=await people.bearer(amy, "profile"))).json()
    assert said == {
        "iss": "https://alpha.test/", "sub": amy.uri, "name": "amy", "preferred_username": "amy", "profile": "https://alpha.test/@amy",
    }  # fmt: skip


async def test_an_application_may_ask_for_a_language_of_ours(browser: Browser, entrance: Client, amy: Account, app: App) -> None:
    assert 'lang="es"' in await (await browser.get("/oauth/authorize", **asked(app, lang="es-MX"))).text()
    assert 'lang="en"' in await (await browser.get("/oauth/authorize", **asked(app, lang="xx"))).text()
    stranger = Browser(entrance)
    place = (await stranger.get("/oauth/authorize", **asked(app, lang="es"))).headers["Location"]
    assert 'lang="es"' in await (await stranger.get(place)).text()

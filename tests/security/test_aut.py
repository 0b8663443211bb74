"""Accounts and login (security section 3), where tests/web/auth does not ask already: the real application, swept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fedisw.config import Settings
from fedisw.live.buckets import MAIL_ADDRESS, MAIL_NETWORK, SIGN_IN_ACCOUNT, SIGN_IN_NETWORK, SIGN_UP
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.model.handles import check_username
from fedisw.web.app import ROUTES
from fedisw.web.joining import host_words
from fedisw.web.routes import Kind
from tests.arch.test_routes import FIRST_SEGMENTS, first_segment
from tests.security.conftest import SignIn
from tests.support.browser import Browser
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Api

NAMES = re.compile(r"\{[^}]*\}")
OLD, NEW = "nine little ducks", "ten little ducklings"
# What people may call who wait, are disabled, or have to change their password (AUT-10).
ALWAYS_OPEN = {"GET /api/v1/apps/verify_credentials", "GET /api/v1/emails/check_confirmation"}  # their own state
STATES = {"unconfirmed": {"confirmed_at": None}, "unapproved": {"approved_at": None}, "disabled": {"disabled_at": ...}}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The rows are tested on both in tests/services and tests/cli."""
    return str(request.param)


@pytest.fixture
def settings(tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """Settings of https://alpha.test with all limits."""
    return make_settings(tmp_path, FEDISW_DATABASE_URL=make_database_url(), FEDISW_DATABASE_THREADS="4")


def handles_of(segment: str) -> set[str]:
    """Names under which a page of ours could be mistaken for a person: without ending, in letters that handles have."""
    stem = segment.removeprefix("@").removeprefix(".").partition(".")[0].replace("-", "_")
    return {stem} if re.fullmatch("[a-z0-9_]+", stem) else set()


def test_aut_13_no_first_segment_of_an_address_is_a_name_for_people() -> None:
    segments = (FIRST_SEGMENTS - {"@name"}) | {first_segment(route.path) for route in ROUTES} - {"@name", ""}
    names = {name for segment in segments for name in handles_of(segment)}
    assert len(names) > 60
    for name in names | {name.upper() for name in names} | {f"{name}_" for name in names}:
        with pytest.raises(Invalid, match="is reserved"):
            check_username(name)


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "4dmin", "adm1n", "root", "support", "supp0rt", "webmaster", "moderator", "staff"]
)
def test_aut_13_names_that_look_like_staff_are_nobodys(name: str) -> None:
    with pytest.raises(Invalid, match="is reserved"):
        check_username(name)


async def test_aut_13_the_words_of_our_own_host_are_nobodys(api: Api) -> None:
    words = host_words(api.runtime.settings)
    assert {"alpha", "test", "alpha_test"} <= words
    browser, form = Browser(api.client), {"email": "x@mail.test", "password": OLD, "agreement": "1", "reason": "I am"}
    for name in ("alpha", "ALPHA", "settings"):
        page = await browser.submit(await browser.get("/auth/sign_up"), username=name, **form)
        assert page.status == 422
        assert "kept for the server" in await page.text(), name
        api.runtime.buckets.forget(SIGN_UP, "127.0.0.1")


async def sending(api: Api, cookie_of: SignIn) -> dict[str, Callable[[str], Awaitable[int]]]:
    """Every way to have us write to an address: the status of one more try, for the n-th person."""
    people: dict[str, Browser] = {}
    count = iter(range(10_000))

    async def forgotten(number: str) -> int:
        return (await Browser(api.client).send("/auth/password/forgotten", email=f"{number}@mail.test")).status

    async def again(number: str) -> int:
        if number not in people:
            account = await api.people.person(number, confirmed_at=None)
            people[number] = Browser(api.client)
            name, _, value = (await cookie_of(account))["Cookie"].partition("=")
            people[number].cookies[name] = value
        browser = people[number]
        return (await browser.submit(await browser.get("/auth/waiting"))).status

    async def join(number: str) -> int:
        form = {"password": OLD, "agreement": "1", "reason": "I work"}
        sent = await Browser(api.client).send("/auth/sign_up", username=f"u{next(count)}", email=f"{number}@mail.test", **form)
        api.runtime.buckets.forget(SIGN_UP, "127.0.0.1")
        return sent.status

    return {"forgotten": forgotten, "again": again, "join": join}


@pytest.mark.parametrize("way", ["forgotten", "again", "join"])
async def test_aut_7_every_way_to_have_mail_sent_is_counted_by_address(api: Api, cookie_of: SignIn, way: str) -> None:
    await api.people.person("buried")
    ask = (await sending(api, cookie_of))[way]
    name = "waiting" if way == "again" else "buried"
    statuses = [await ask(name) for _ in range(MAIL_ADDRESS.limit + 1)]
    assert statuses == [200] * MAIL_ADDRESS.limit + [429]


@pytest.mark.parametrize("way", ["forgotten", "again"])
async def test_aut_7_every_way_to_have_mail_sent_is_counted_by_network(api: Api, cookie_of: SignIn, way: str) -> None:
    """Also where it is known who asks: many accounts of one network are one network."""
    ask = (await sending(api, cookie_of))[way]
    statuses = [await ask(f"p{number // 5}") for number in range(MAIL_NETWORK.limit + 1)]
    assert statuses == [200] * MAIL_NETWORK.limit + [429]


async def test_aut_12_joining_is_counted_by_network(api: Api) -> None:
    form = {"email": "not an address", "password": OLD}
    tries = [(await Browser(api.client).send("/auth/sign_up", username=f"u{n}", **form)).status for n in range(SIGN_UP.limit + 1)]
    assert tries == [422] * SIGN_UP.limit + [429]


async def test_aut_3_a_session_is_no_way_around_the_limit_of_a_network(api: Api, cookie_of: SignIn) -> None:
    signed_in = Browser(api.client)
    name, _, value = (await cookie_of(await api.people.person("amy")))["Cookie"].partition("=")
    signed_in.cookies[name] = value
    for number in range(SIGN_IN_NETWORK.limit):
        assert (await Browser(api.client).send("/auth/sign_in", email=f"x{number}", password="wrong password")).status == 422
    page = await signed_in.get("/auth/sign_in", again="1")
    assert (await signed_in.submit(page, email="x", password="wrong password")).status == 429


async def test_aut_3_names_that_nobody_has_run_out_of_tries_alike(api: Api) -> None:
    await api.people.person("amy", password_hash=await api.runtime.passwords.hash(OLD))
    seen = set()
    for name in ("amy", "nobody"):
        api.runtime.buckets.forget(SIGN_IN_NETWORK, "127.0.0.1")
        tries = []
        for _ in range(SIGN_IN_ACCOUNT.limit + 1):
            answer = await Browser(api.client).send("/auth/sign_in", email=name, password="wrong password")
            tries.append((answer.status, answer.headers.get("Retry-After")))
        seen.add(tuple(tries))
    assert len(seen) == 1
    assert next(iter(seen))[-1][0] == 429


async def opened_stream(api: Api, name: str) -> asyncio.Task[bytes]:
    """A stream of somebody; the task ends when the server ends it."""
    response = await api.client.get("/api/v1/streaming/user", headers=api.tokens[name])
    assert response.status == 200
    assert (await response.content.readline()).startswith(b":")
    return asyncio.create_task(response.read())


async def test_aut_9_a_new_password_ends_tokens_streams_and_other_sessions_and_nobody_elses(api: Api, cookie_of: SignIn) -> None:
    await api.join("ben")
    amy = await api.people.person("amy", password_hash=await api.runtime.passwords.hash(OLD))
    api.accounts["amy"], api.tokens["amy"] = amy, await api.people.bearer(amy)
    elsewhere, stream, others = await cookie_of(amy), await opened_stream(api, "amy"), await opened_stream(api, "ben")
    browser = Browser(api.client)
    assert (await browser.submit(await browser.get("/auth/sign_in"), email="amy", password=OLD)).status == 303
    fields = {"current_password": OLD, "password": NEW, "password_again": NEW}
    assert (await browser.submit(await browser.get("/auth/password"), **fields)).status == 303
    async with asyncio.timeout(5):
        await stream
    assert (await api.call("GET", "/api/v1/timelines/home", "amy")).status == 401
    gone = await api.call("GET", "/compose", headers=elsewhere, allow_redirects=False)
    assert (gone.status, gone.headers["Location"].partition("?")[0]) == (303, "/auth/sign_in")
    assert (await browser.get("/compose")).status == 200
    assert not others.done()
    assert (await api.call("GET", "/api/v1/timelines/home", "ben")).status == 200
    others.cancel()


@pytest.mark.parametrize("state", STATES)
async def test_aut_10_who_may_not_use_the_service_is_refused_on_every_address_for_people(
    api: Api, cookie_of: SignIn, state: str
) -> None:
    changes = {name: api.clock() if value is ... else value for name, value in STATES[state].items()}
    person: Account = await api.people.person("una", **changes)
    token, cookie = await api.people.bearer(person, "read write follow push profile"), await cookie_of(person)
    wrong = []
    for route in ROUTES:
        path, name = NAMES.sub("1", route.path), f"{route.method} {route.path}"
        if route.auth.kind in (Kind.USER, Kind.OPTIONAL, Kind.STREAM, Kind.ANY):
            answer = await api.call(route.method, path, headers=token)
            if (answer.status == 403) == (name in ALWAYS_OPEN):
                wrong.append((name, answer.status))
            api.runtime.buckets.reset()
        if route.auth.kind is Kind.SESSION and not route.auth.waiting:
            answer = await api.call(route.method, path, headers=cookie | {"Origin": "https://alpha.test"})
            if answer.status != 403:
                wrong.append((name, answer.status))
    assert wrong == []
    home = await api.call("GET", "/", headers=cookie)  # a page for everybody shows the person nothing of their own
    assert "/compose" not in home.text


async def test_aut_10_nothing_goes_on_before_a_one_time_password_is_changed(api: Api, cookie_of: SignIn) -> None:
    cookie = await cookie_of(await api.people.person("owen", must_change_password=True))
    for route in ROUTES:
        if route.auth.kind is Kind.SESSION and not route.auth.waiting:
            sent = cookie | {"Origin": "https://alpha.test"}
            answer = await api.call(route.method, NAMES.sub("1", route.path), headers=sent, allow_redirects=False)
            assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/auth/password"), route

"""Signing in and out (AUT-1..3, AUT-10, SES-1, SES-4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from fedisw.crypto import passwords as module
from fedisw.crypto.passwords import Passwords
from fedisw.storage.db import Database
from fedisw.storage.queries import users
from tests.support.browser import OURS, Browser, Client
from tests.support.clock import Clock
from tests.support.people import People

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{75}")  # for a passkey: chance, whoever asks
RIGHT = "nine little ducks"
COOKIE = "__Host-fedisw_session"


@pytest.fixture
async def hashed(passwords: Passwords) -> str:
    """The hash of RIGHT."""
    return await passwords.hash(RIGHT)


async def sign_in(browser: Browser, name: str, password: str, *, place: str = "/", **headers: str) -> tuple[int, str]:
    page = await browser.get("/auth/sign_in", next=place)
    answer = await browser.submit(page, email=name, password=password)
    return answer.status, answer.headers.get("Location", await answer.text())


@pytest.mark.parametrize("name", ["amy", "AMY", "@amy", "amy@mail.test", " Amy@Mail.test "])
async def test_a_name_or_an_address_and_the_password_open_the_door(
    browser: Browser, people: People, hashed: str, name: str
) -> None:
    await people.person("amy", password_hash=hashed)
    assert await sign_in(browser, name, RIGHT, place="/compose") == (303, "/compose")
    assert await sign_in_page_leads_on(browser)


async def sign_in_page_leads_on(browser: Browser) -> bool:
    return (await browser.get("/auth/sign_in", next="/a")).headers.get("Location") == "/a"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser, people: People, hashed: str) -> None:
    await people.person("amy", password_hash=hashed)
    answer = await browser.send("/auth/sign_in", email="amy", password=RIGHT)
    cookie = next(line for line in answer.headers.getall("Set-Cookie") if line.startswith(COOKIE))
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=Lax", "Secure"}


async def test_all_that_is_wrong_looks_the_same(
    browser: Browser, people: People, hashed: str, db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AUT-2: status, text, number of hashes and statements."""
    await people.person("amy", password_hash=hashed)
    await people.person("una", password_hash=hashed, confirmed_at=None)
    await people.person("xavier", password_hash=hashed, disabled_at=clock())
    computed: list[str] = []
    matches = module._matches
    monkeypatch.setattr(module, "_matches", lambda stored, given: computed.append(stored) or matches(stored, given))
    seen = set()
    for name in ("amy", "amy@mail.test", "una", "xavier", "nobody", "nobody@mail.test"):
        with db.counting() as trace:
            computed.clear()
            answer = await browser.send("/auth/sign_in", email=name, password="wrong password")
        text = CHALLENGE.sub("", (await answer.text()).replace(name, ""))
        seen.add((answer.status, text, len(computed), len(trace)))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 422


@pytest.mark.parametrize(
    ("place", "leads"),
    [
        ("/@amy", "/@amy"),
        ("//evil.test", "/"),
        ("https://evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/a\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
async def test_nobody_is_led_away(browser: Browser, people: People, hashed: str, place: str, leads: str) -> None:
    await people.person("amy", password_hash=hashed)
    answer = await browser.send("/auth/sign_in", email="amy", password=RIGHT, next=place)
    assert answer.headers["Location"] == leads


async def test_a_new_session_replaces_the_old_one(browser: Browser, people: People, hashed: str) -> None:
    await people.person("amy", password_hash=hashed)
    await sign_in(browser, "amy", RIGHT)
    old = browser.cookies[COOKIE]
    again = await browser.submit(await browser.get("/auth/sign_in", again="1"), email="amy", password=RIGHT)
    assert again.status == 303
    assert browser.cookies[COOKIE] != old
    browser.cookies[COOKIE] = old
    assert not await sign_in_page_leads_on(browser)


async def test_signing_out_ends_the_session_on_the_server(browser: Browser, people: People, hashed: str) -> None:
    await people.person("amy", password_hash=hashed)
    await sign_in(browser, "amy", RIGHT)
    cookie = browser.cookies[COOKIE]
    page = await browser.get("/auth/password")
    token = (await page.text()).partition('name="csrf_token" value="')[2].partition('"')[0]
    assert (await browser.send("/auth/sign_out", csrf_token="")).status == 403
    assert (await browser.send("/auth/sign_out", csrf_token=token)).headers["Location"] == "/"
    assert COOKIE not in browser.cookies
    browser.cookies[COOKIE] = cookie
    assert not await sign_in_page_leads_on(browser)
    assert (await browser.send("/auth/sign_out")).status == 303


async def test_guessing_ends_after_ten_tries_but_not_for_a_known_browser(
    browser: Browser, entrance: Client, people: People, hashed: str, clock: Clock
) -> None:
    await people.person("amy", password_hash=hashed)
    assert (await sign_in(browser, "amy", RIGHT))[0] == 303
    stranger = Browser(entrance)
    statuses = [(await stranger.send("/auth/sign_in", email=name, password="wrong")).status for name in ["amy", "@AMY"] * 5]
    assert statuses == [422] * 10
    refused = await stranger.send("/auth/sign_in", email="amy", password=RIGHT)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "900")
    browser.cookies.pop(COOKIE)
    assert (await sign_in(browser, "amy", RIGHT))[0] == 303
    clock.forward(minutes=16)
    assert (await stranger.send("/auth/sign_in", email="amy", password=RIGHT)).status == 303


async def test_a_network_has_25_tries(entrance: Client) -> None:
    statuses = []
    for number in range(26):
        answer = await entrance.post("/auth/sign_in", data={"email": f"n{number}", "password": "x"}, headers=OURS)
        statuses.append(answer.status)
    assert statuses == [422] * 25 + [429]


async def test_a_device_cookie_of_another_account_is_worth_nothing(browser: Browser, people: People, hashed: str) -> None:
    await people.person("amy", password_hash=hashed)
    await people.person("eve", password_hash=hashed)
    await sign_in(browser, "eve", RIGHT)
    browser.cookies.pop(COOKIE)
    statuses = [(await browser.send("/auth/sign_in", email="amy", password="wrong")).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize("state", ["confirmed_at", "approved_at"])
async def test_people_who_wait_are_told_so_after_the_right_password(
    browser: Browser, people: People, hashed: str, state: str
) -> None:
    await people.person("amy", password_hash=hashed, **{state: None})
    assert await sign_in(browser, "amy", RIGHT) == (303, "/auth/waiting")


async def test_a_one_time_password_leads_to_choosing_another(browser: Browser, people: People, hashed: str) -> None:
    await people.person("amy", password_hash=hashed, must_change_password=True)
    assert await sign_in(browser, "amy", RIGHT, place="/compose") == (303, "/auth/password?next=%2Fcompose")


async def test_an_old_hash_is_renewed_at_sign_in(browser: Browser, people: People, db: Database) -> None:
    weak = module.PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1).hash(RIGHT)
    amy = await people.person("amy", password_hash=weak)
    await sign_in(browser, "amy", RIGHT)
    user = await db.read(users.get, amy.id)
    assert user.password_hash != weak
    assert not module.needs_rehash(user.password_hash)


async def test_a_password_is_never_shown_again(browser: Browser) -> None:
    answer = await browser.send("/auth/sign_in", email="amy", password="canary in a coal mine")
    assert "canary" not in await answer.text()


async def test_sessions_are_short_lived_on_the_server_too(browser: Browser, people: People, hashed: str, clock: Clock) -> None:
    await people.person("amy", password_hash=hashed)
    await sign_in(browser, "amy", RIGHT)
    clock.now += timedelta(days=15)
    assert not await sign_in_page_leads_on(browser)

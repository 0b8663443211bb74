"""Second factors are set up, used and taken away (AUT-4..6, AUT-14, KEY-1)."""

from __future__ import annotations

import json
import re
from html import unescape

import pyotp
import pytest
from sqlalchemy import select

from fedisw.config import Settings
from fedisw.model.accounts import Account
from fedisw.storage.db import Database
from fedisw.storage.queries import factors
from fedisw.storage.statements import Query
from fedisw.storage.tables.factors import totps
from fedisw.storage.tables.jobs import jobs
from fedisw.web.middleware.sessions import cookie_name
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser, Client
from tests.support.clock import Clock
from tests.support.people import People
from tests.web.conftest import RIGHT
from tests.web.pages.markup import faults

CODE = re.compile(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>")
MAILS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "SendMail"))
SEALED = Query(bytes, select(totps.c.secret_sealed))
HOME = "/settings/factors"


def secret_on(html: str) -> str:
    found = re.search(r'<p class="code">([A-Z2-7 ]+)</p>', html)
    assert found is not None
    return found[1].replace(" ", "")


def code_of(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock())


async def add_app(browser: Browser, clock: Clock) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    page = await browser.get(f"{HOME}/app")
    html = await page.text()
    assert faults(html) == []
    done = await browser.submit(page, code=code_of(secret_on(html), clock))
    html_done = await done.text()
    assert (done.status, faults(html_done)) == (200, [])
    return secret_on(html), CODE.findall(html_done)


async def add_passkey(browser: Browser, device: Authenticator) -> int:
    """The status."""
    page = await browser.get(f"{HOME}/passkey")
    html = await page.text()
    assert faults(html) == []
    return (await send_passkey(browser, html, f"{HOME}/passkey", device.create, name="my phone")).status


async def send_passkey(browser: Browser, html: str, path: str, make, **fields: str):  # type: ignore[no-untyped-def]  # a step of a test
    form = html[html.index("data-passkey=") :]
    options = unescape(form.split('"')[1])
    assert json.loads(options)["challenge"]
    form = html[html.rindex("<form", 0, html.index("data-passkey=")) :]
    hidden = dict(re.findall(r'type="hidden" name="(csrf_token|challenge|next)" value="([^"]*)"', form))
    return await browser.send(path, **hidden | {"credential": make(options)} | fields)


async def first_step(browser: Browser) -> str:
    answer = await browser.send("/auth/sign_in", email="amy", password=RIGHT, next="/compose")
    return answer.headers.get("Location", "refused")


async def signed_in(browser: Browser) -> bool:
    return (await browser.get("/settings")).status == 200


async def test_an_app_is_added_once_it_shows_the_right_code(inside: Browser, clock: Clock, db: Database, amy: Account) -> None:
    page = await inside.get(f"{HOME}/app")
    wrong = await inside.submit(page, code="000000")
    assert wrong.status == 422
    secret = secret_on(await wrong.text())
    assert secret == secret_on(await page.text())
    assert not (await db.read(factors.of_account, amy.id)).any
    done = await inside.submit(wrong, code=code_of(secret, clock))
    assert len(CODE.findall(await done.text())) == 10
    known = await db.read(factors.of_account, amy.id)
    assert (known.totp, known.codes_left) == (True, 10)
    assert secret.encode() not in (await db.read(_sealed))[0]
    assert [b"factors_changed" in mail for mail in await db.read(_mails)] == [True]


async def test_the_code_is_asked_for_after_the_password_and_works_once(inside: Browser, entrance: Client, clock: Clock) -> None:
    secret, _codes = await add_app(inside, clock)
    clock.forward(seconds=60)
    other = Browser(entrance)
    assert await first_step(other) == "/auth/second_step?next=%2Fcompose"
    assert not await signed_in(other)
    page = await other.get("/auth/second_step", next="/compose")
    html = await page.text()
    assert faults(html) == []
    code = code_of(secret, clock)
    assert (await other.submit(page, code=f"{(int(code) + 1) % 1_000_000:06}")).status == 422
    right = await other.submit(page, code=code)
    assert (right.status, right.headers["Location"]) == (303, "/compose")
    assert await signed_in(other)
    third = Browser(entrance)
    await first_step(third)
    assert (await third.submit(await third.get("/auth/second_step"), code=code)).status == 422
    clock.forward(seconds=30)
    assert (await third.submit(await third.get("/auth/second_step"), code=code_of(secret, clock))).status == 303


async def test_the_code_that_set_the_app_up_is_used_up(inside: Browser, entrance: Client, clock: Clock) -> None:
    secret, _codes = await add_app(inside, clock)
    other = Browser(entrance)
    await first_step(other)
    assert (await other.submit(await other.get("/auth/second_step"), code=code_of(secret, clock))).status == 422


async def test_a_recovery_code_works_once_and_its_owner_is_told(
    inside: Browser, entrance: Client, clock: Clock, db: Database, amy: Account
) -> None:
    _secret, codes = await add_app(inside, clock)
    for typed, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303), ("", 422)):
        other = Browser(entrance)
        await first_step(other)
        assert (await other.submit(await other.get("/auth/second_step"), code=typed)).status == status
        clock.forward(minutes=5)
    assert sum(b"recovery_used" in mail for mail in await db.read(_mails)) == 2
    assert (await db.read(factors.of_account, amy.id)).codes_left == 8


async def test_the_second_step_cannot_be_guessed_from_wherever(inside: Browser, entrance: Client, clock: Clock) -> None:
    await add_app(inside, clock)
    clock.forward(minutes=6)
    statuses = []
    for _ in range(3):
        other = Browser(entrance)
        await first_step(other)
        for _ in range(2):
            statuses.append((await other.submit(await other.get("/auth/second_step"), code="000000")).status)
    assert statuses == [422] * 5 + [429]


async def test_the_second_step_ends_after_ten_minutes_and_with_the_password(
    inside: Browser, entrance: Client, clock: Clock
) -> None:
    secret, _codes = await add_app(inside, clock)
    late, changed = Browser(entrance), Browser(entrance)
    await first_step(late)
    page = await late.get("/auth/second_step")
    clock.forward(minutes=10, seconds=1)
    assert (await late.submit(page, code=code_of(secret, clock))).headers["Location"] == "/auth/sign_in?next=%2F"
    assert (await late.get("/auth/second_step")).headers["Location"] == "/auth/sign_in?next=%2F"
    await first_step(changed)
    change = await inside.get("/auth/password")
    await inside.submit(change, current_password=RIGHT, password="seven brown bears", password_again="seven brown bears")
    assert (await changed.get("/auth/second_step")).status == 303


async def test_without_the_first_step_there_is_no_second(entrance: Client) -> None:
    stranger = Browser(entrance)
    assert (await stranger.get("/auth/second_step")).headers["Location"] == "/auth/sign_in?next=%2F"
    assert (await stranger.send("/auth/second_step", code="123456")).headers["Location"] == "/auth/sign_in?next=%2F"


async def test_a_passkey_signs_in_alone_and_each_challenge_counts_once(
    inside: Browser, entrance: Client, clock: Clock, db: Database, amy: Account, settings: Settings
) -> None:
    device = Authenticator()
    assert await add_passkey(inside, device) == 200
    assert await add_passkey(inside, device) == 422
    other = Browser(entrance)
    html = await (await other.get("/auth/sign_in", next="/compose")).text()
    entered = await send_passkey(other, html, "/auth/passkey", device.get)
    assert (entered.status, entered.headers["Location"]) == (303, "/compose")
    assert await signed_in(other)
    third = Browser(entrance)
    assert (await send_passkey(third, html, "/auth/passkey", device.get)).status == 422
    clock.forward(minutes=6)
    old = await (await third.get("/auth/sign_in")).text()
    clock.forward(minutes=6)
    assert (await send_passkey(third, old, "/auth/passkey", device.get)).status == 422
    fresh = await (await third.get("/auth/sign_in")).text()
    assert (await send_passkey(third, fresh, "/auth/passkey", Authenticator().get)).status == 422
    assert not await signed_in(third)
    passkey = (await db.read(factors.of_account, amy.id)).passkeys[0]
    assert (passkey.name, passkey.last_used_at is not None) == ("my phone", True)


async def test_a_passkey_is_the_second_step_too(inside: Browser, entrance: Client) -> None:
    device = Authenticator()
    await add_passkey(inside, device)
    other = Browser(entrance)
    assert (await first_step(other)).startswith("/auth/second_step")
    html = await (await other.get("/auth/second_step", next="/compose")).text()
    assert "One of your recovery codes." in html
    assert (await send_passkey(other, html, "/auth/passkey", device.get)).headers["Location"] == "/compose"
    assert await signed_in(other)
    assert (await other.get("/auth/second_step")).status == 303


async def test_a_passkey_proves_that_it_is_still_the_same_person(inside: Browser, clock: Clock) -> None:
    device = Authenticator()
    await add_passkey(inside, device)
    clock.forward(minutes=11)
    assert (await inside.get(HOME)).headers["Location"].startswith("/auth/again")
    html = await (await inside.get("/auth/again", next=HOME)).text()
    assert (await send_passkey(inside, html, "/auth/passkey", device.get)).headers["Location"] == HOME
    assert (await inside.get(HOME)).status == 200


async def test_factors_are_removed_by_their_owner_only_and_the_last_takes_the_codes(
    inside: Browser, entrance: Client, people: People, clock: Clock, settings: Settings, db: Database, amy: Account
) -> None:
    await add_app(inside, clock)
    await add_passkey(inside, Authenticator())
    page = await inside.get(HOME)
    html = await page.text()
    assert faults(html) == []
    number = re.search(r'name="id" value="(\d+)"', html)
    assert number is not None
    ben = Browser(entrance)
    ben.cookies[cookie_name(settings)] = (await people.session(await people.person("ben")))[1]
    bens = re.search(r'name="csrf_token" value="([^"]+)"', await (await ben.get(HOME)).text())
    assert bens is not None
    assert (await ben.send(HOME, csrf_token=bens[1], what="remove_passkey", id=number[1])).status == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert token is not None
    for what in ("remove_passkey", "remove_app", "remove_app"):
        assert (await inside.send(HOME, csrf_token=token[1], what=what, id=number[1])).status == 303
    assert not (await db.read(factors.of_account, amy.id)).any
    assert (await db.read(factors.of_account, amy.id)).codes_left == 0
    assert (await inside.send(HOME, csrf_token=token[1], what="codes")).status == 422
    assert (await inside.send(HOME, csrf_token=token[1], what="nothing")).status == 422
    assert await first_step(Browser(entrance)) == "/compose"


async def test_new_codes_end_the_old_ones(inside: Browser, entrance: Client, clock: Clock) -> None:
    _secret, old = await add_app(inside, clock)
    token = re.search(r'name="csrf_token" value="([^"]+)"', await (await inside.get(HOME)).text())
    assert token is not None
    new = CODE.findall(await (await inside.send(HOME, csrf_token=token[1], what="codes")).text())
    assert len(set(new) - set(old)) == 10
    for code, status in ((old[0], 422), (new[0], 303)):
        other = Browser(entrance)
        await first_step(other)
        assert (await other.submit(await other.get("/auth/second_step"), code=code)).status == status


async def test_what_a_page_carries_cannot_be_another_accounts(
    inside: Browser, entrance: Client, people: People, clock: Clock, settings: Settings
) -> None:
    ben = Browser(entrance)
    ben.cookies[cookie_name(settings)] = (await people.session(await people.person("ben")))[1]
    bens = await (await ben.get(f"{HOME}/app")).text()
    setup = re.search(r'name="setup" value="([^"]+)"', bens)
    assert setup is not None
    page = await inside.get(f"{HOME}/app")
    for text in (setup[1], "", "x", "AAAA"):
        answer = await inside.submit(page, setup=text, code=code_of(secret_on(bens), clock))
        assert answer.status == 422
        assert "begin again" in await answer.text()
        clock.forward(minutes=2)


@pytest.mark.parametrize("role", ["owner", "moderator"])
async def test_staff_scopes_want_role_and_second_factor(
    inside: Browser, entrance: Client, people: People, clock: Clock, settings: Settings, role: str
) -> None:
    app = await people.app("read admin:read")
    query = {"response_type": "code", "client_id": app.client_id, "redirect_uri": app.redirect_uris[0], "scope": "admin:read"}
    nobody = await inside.get("/oauth/authorize", **query)
    assert "error=invalid_scope" in nobody.headers["Location"]
    staff = Browser(entrance)
    staff.cookies[cookie_name(settings)] = (await people.session(await people.person("sal", role=role)))[1]
    assert (await staff.get("/oauth/authorize", **query)).headers["Location"] == HOME
    assert "You help to run this server." in await (await staff.get(HOME)).text()
    await add_app(staff, clock)
    consent = await staff.get("/oauth/authorize", **query)
    assert consent.status == 200
    assert "code=" in (await staff.submit(consent, decision="allow")).headers["Location"]
    elsewhere = Browser(entrance)
    elsewhere.cookies[cookie_name(settings)] = (await people.session(await people.person("sol", role=role)))[1]
    assert (await elsewhere.submit(consent, decision="allow")).status in (303, 403)


def _mails(tx):  # type: ignore[no-untyped-def]  # a look into a table
    return tx.all(MAILS)


def _sealed(tx):  # type: ignore[no-untyped-def]  # a look into a table
    return tx.all(SEALED)

"""Passwords changed, forced, forgotten (AUT-1, AUT-6, AUT-7, AUT-9, ENU-1)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fedisw.config import Settings
from fedisw.crypto.passwords import Passwords
from fedisw.crypto.seal import Sealer
from fedisw.model.accounts import Account
from fedisw.storage.db import Database
from fedisw.storage.queries import oauth, users
from fedisw.storage.statements import Query
from fedisw.storage.tables.jobs import jobs
from fedisw.tasks.mail_tokens import open_for_mail
from tests.support.browser import Browser, Client
from tests.support.clock import Clock
from tests.support.people import People

RIGHT, NEW = "nine little ducks", "seven brown bears"
PAYLOADS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "SendMail").order_by(jobs.c.id))


@pytest.fixture
async def amy(people: People, passwords: Passwords) -> Account:
    """Somebody whose password is RIGHT."""
    return await people.person("amy", password_hash=await passwords.hash(RIGHT))


async def sign_in(browser: Browser, password: str) -> str:
    answer = await browser.send("/auth/sign_in", email="amy", password=password)
    return answer.headers.get("Location", "refused")


async def test_a_new_password_ends_everything_else(
    browser: Browser, entrance: Client, amy: Account, people: People, db: Database
) -> None:
    other, token = Browser(entrance), await people.token(amy)
    await sign_in(browser, RIGHT)
    await sign_in(other, RIGHT)
    page = await browser.get("/auth/password", next="/compose")
    done = await browser.submit(page, current_password=RIGHT, password=NEW, password_again=NEW)
    assert (done.status, done.headers["Location"]) == (303, "/compose")
    assert (await browser.get("/auth/password")).status == 200
    assert (await other.get("/auth/password")).status == 303
    assert await db.read(oauth.holder, people.hashed(token)) is None
    assert await sign_in(Browser(entrance), RIGHT) == "refused"
    assert await sign_in(Browser(entrance), NEW) == "/"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"current_password": "wrong"}, "The current password is not right."),
        ({"password": "short", "password_again": "short"}, "The new password needs at least 10 characters."),
        ({"password": "a" * 257, "password_again": "a" * 257}, "The new password may have at most 256 characters."),
        (
            {"password": "password123", "password_again": "password123"},
            "one of the first that others would try",
        ),
        ({"password_again": "another one"}, "The two new passwords are not the same."),
        ({"password": RIGHT, "password_again": RIGHT}, "Please choose another one than before."),
    ],
)
async def test_a_change_that_does_not_fit_says_why(browser: Browser, amy: Account, fields: dict[str, str], said: str) -> None:
    await sign_in(browser, RIGHT)
    form = {"current_password": RIGHT, "password": NEW, "password_again": NEW} | fields
    answer = await browser.submit(await browser.get("/auth/password"), **form)
    assert answer.status == 422
    assert said in await answer.text()


async def test_the_current_password_cannot_be_guessed_there(browser: Browser, amy: Account) -> None:
    await sign_in(browser, RIGHT)
    page = await browser.get("/auth/password")
    statuses = [(await browser.submit(page, current_password="x", password=NEW, password_again=NEW)).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]


async def test_a_one_time_password_is_changed_first(browser: Browser, people: People, passwords: Passwords) -> None:
    await people.person("amy", password_hash=await passwords.hash(RIGHT), must_change_password=True)
    place = await sign_in(browser, RIGHT)
    page = await browser.get(place)
    assert "one-time password" in await page.text()
    done = await browser.submit(page, current_password=RIGHT, password=NEW, password_again=NEW)
    assert done.status == 303
    assert "one-time password" not in await (await browser.get("/auth/password")).text()


async def mailed_token(db: Database, settings: Settings) -> str:
    payload = (await db.read(lambda tx: tx.all(PAYLOADS)))[-1]
    sealed = payload.decode().partition('"token":"')[2].partition('"')[0]
    return open_for_mail(Sealer(settings.secrets.master_key.key()), sealed)


async def test_a_forgotten_password_is_set_by_a_mailed_link_once(
    browser: Browser, amy: Account, db: Database, settings: Settings
) -> None:
    answer = await browser.submit(await browser.get("/auth/password/forgotten"), email=" AMY@mail.test ")
    assert "on its way" in await answer.text()
    token = await mailed_token(db, settings)
    page = await browser.get("/auth/password/reset", token=token)
    done = await browser.submit(page, password=NEW, password_again=NEW)
    assert (done.status, done.headers["Location"]) == (303, "/auth/sign_in")
    assert await sign_in(browser, NEW) == "/"
    assert (await browser.submit(page, password=RIGHT, password_again=RIGHT)).status in (403, 422)
    assert await sign_in(Browser(browser.client), NEW) == "/"


async def test_a_mailed_link_is_worth_nothing_after_an_hour(
    browser: Browser, amy: Account, db: Database, settings: Settings, clock: Clock
) -> None:
    await browser.submit(await browser.get("/auth/password/forgotten"), email="amy@mail.test")
    page = await browser.get("/auth/password/reset", token=await mailed_token(db, settings))
    clock.forward(minutes=61)
    late = await browser.submit(page, password=NEW, password_again=NEW)
    assert late.status == 422
    assert "too old" in await late.text()


async def test_nobody_learns_who_has_an_account(browser: Browser, amy: Account, db: Database) -> None:
    pages = set()
    for email in ("amy@mail.test", "nobody@mail.test"):
        pages.add(await (await browser.send("/auth/password/forgotten", email=email)).text())
    assert len(pages) == 1
    assert len(await db.read(lambda tx: tx.all(PAYLOADS))) == 1


async def test_nobody_is_buried_in_mail(browser: Browser, amy: Account) -> None:
    for count in range(6):
        answer = await browser.send("/auth/password/forgotten", email="amy@mail.test")
        assert answer.status == (200 if count < 5 else 429)


async def test_the_token_is_nowhere_in_the_clear(browser: Browser, amy: Account, db: Database, settings: Settings) -> None:
    await browser.send("/auth/password/forgotten", email="amy@mail.test")
    token = await mailed_token(db, settings)
    user = await db.read(users.get, amy.id)
    assert token.encode() not in (user.reset_token_hash or b"") + b"".join(await db.read(lambda tx: tx.all(PAYLOADS)))


async def test_programs_that_keep_passwords_find_the_page(browser: Browser) -> None:
    answer = await browser.get("/.well-known/change-password")
    assert (answer.status, answer.headers["Location"]) == (303, "/auth/password")

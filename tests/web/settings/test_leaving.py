"""Deleting the own account (PRI-2, AUT-6)."""

from __future__ import annotations

import pytest

from fedisw.config import Settings
from fedisw.crypto.passwords import Passwords
from fedisw.model.accounts import Account, Role
from fedisw.storage.db import Database
from fedisw.storage.queries import accounts, names, users
from fedisw.web.middleware.sessions import cookie_name
from tests.support.browser import Browser
from tests.support.clock import Clock
from tests.support.people import People
from tests.web.conftest import RIGHT
from tests.web.pages.markup import faults

PAGE = "/settings/leaving"


@pytest.fixture
async def amy(people: People, passwords: Passwords) -> Account:
    """Somebody whose password is RIGHT."""
    return await people.person("amy", password_hash=await passwords.hash(RIGHT))


@pytest.fixture
async def inside(browser: Browser, people: People, settings: Settings, amy: Account) -> Browser:
    """Amy's browser."""
    browser.cookies[cookie_name(settings)] = (await people.session(amy))[1]
    return browser


async def test_name_and_password_end_the_account(inside: Browser, db: Database, settings: Settings, amy: Account) -> None:
    page = await inside.get(PAGE)
    assert faults(await page.text()) == []
    for fields, words in (
        ({"username": "amy2", "password": RIGHT}, "Please write the name of your account"),
        ({"username": "amy", "password": "wrong"}, "This is not your password."),
    ):
        wrong = await inside.submit(page, **fields)
        assert wrong.status == 422
        assert words in await wrong.text()
    assert (await db.read(accounts.get, amy.id)).deleted_at is None
    gone = await inside.submit(page, username="@Amy", password=RIGHT)
    assert (gone.status, gone.headers["Location"]) == (303, "/")
    assert cookie_name(settings) not in inside.cookies
    assert (await db.read(accounts.get, amy.id)).deleted_at is not None
    assert await db.read(users.find, amy.id) is None
    assert await db.read(names.is_taken, "amy")


async def test_an_old_session_is_asked_for_the_password_first(inside: Browser, clock: Clock) -> None:
    page = await inside.get(PAGE)
    clock.forward(minutes=11)
    answer = await inside.submit(page, username="amy", password=RIGHT)
    assert answer.headers["Location"].startswith("/auth/again")


async def test_the_last_owner_stays(
    browser: Browser, people: People, passwords: Passwords, settings: Settings, db: Database
) -> None:
    owner = await people.person("olga", role=Role.OWNER, password_hash=await passwords.hash(RIGHT))
    browser.cookies[cookie_name(settings)] = (await people.session(owner))[1]
    answer = await browser.submit(await browser.get(PAGE), username="olga", password=RIGHT)
    assert answer.status == 422
    assert "You are the last owner" in await answer.text()
    assert (await db.read(accounts.get, owner.id)).deleted_at is None


async def test_strangers_and_forged_forms_delete_nobody(inside: Browser, db: Database, amy: Account) -> None:
    assert (await inside.send(PAGE, username="amy", password=RIGHT)).status == 403
    assert (await db.read(accounts.get, amy.id)).deleted_at is None

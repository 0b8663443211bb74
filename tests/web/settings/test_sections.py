"""Profile, devices, apps and mail address on pages without scripts (AUT-6..9, ENU-1, OAU-9, SES-1)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from fedisw.config import Settings
from fedisw.crypto.seal import Sealer
from fedisw.live.topics import token as token_topic
from fedisw.model.accounts import Account
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import oauth, sessions, users
from fedisw.storage.statements import Query
from fedisw.storage.tables.jobs import jobs
from fedisw.tasks.mail_tokens import open_for_mail
from fedisw.web.middleware.sessions import cookie_name
from tests.support.browser import Browser, Client
from tests.support.clock import Clock
from tests.support.people import People
from tests.web.conftest import RIGHT
from tests.web.pages.markup import faults

MAILS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "SendMail").order_by(jobs.c.id))
PAGES = ("/settings/profile", "/settings/devices", "/settings/apps", "/settings/email", "/settings/factors")


def mails(tx: Tx) -> list[bytes]:
    return tx.all(MAILS)


async def csrf(browser: Browser, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', await (await browser.get(path)).text())
    assert found is not None
    return found[1]


@pytest.fixture
async def ben(entrance: Client, people: People, settings: Settings) -> Browser:
    """The browser of somebody else."""
    browser = Browser(entrance)
    browser.cookies[cookie_name(settings)] = (await people.session(await people.person("ben")))[1]
    return browser


@pytest.mark.parametrize("path", PAGES)
async def test_every_section_is_a_page_without_fault_for_its_owner_alone(inside: Browser, entrance: Client, path: str) -> None:
    answer = await inside.get(path)
    html = await answer.text()
    assert (answer.status, faults(html)) == (200, [])
    assert f'href="{path}" aria-current="page"' in html
    assert (await Browser(entrance).get(path)).headers["Location"].startswith("/auth/sign_in")
    assert (await Browser(entrance).send(path)).status == 303
    assert (await inside.send(path, csrf_token="wrong")).status == 403


async def test_devices_are_listed_and_signed_out(
    inside: Browser, ben: Browser, people: People, amy: Account, db: Database, settings: Settings, entrance: Client
) -> None:
    other = Browser(entrance)
    session, text = await people.session(amy)
    other.cookies[cookie_name(settings)] = text
    html = await (await inside.get("/settings/devices")).text()
    assert html.count('value="end"') == 1
    assert "this browser" in html
    token = await csrf(inside, "/settings/devices")
    bens = await csrf(ben, "/settings/devices")
    assert (await ben.send("/settings/devices", csrf_token=bens, what="end", id=str(session.id))).status == 404
    assert (await inside.send("/settings/devices", csrf_token=token, what="end", id=str(session.id))).status == 303
    assert (await other.get("/settings")).status == 303
    assert (await inside.send("/settings/devices", csrf_token=token, what="end", id=str(session.id))).status == 404
    for what, tokens in (("others", 1), ("everything", 0)):
        bearer = people.hashed(await people.token(amy)) if what == "others" else None
        await people.session(amy)
        assert (await inside.send("/settings/devices", csrf_token=token, what=what)).status == 303
        assert len(await db.read(sessions.of_account, amy.id)) == 1
        assert len(await db.read(oauth.token_ids, amy.id)) == tokens
        assert bearer is None or await db.read(oauth.holder, bearer) is not None


async def test_an_app_is_listed_with_what_it_may_and_taken_back_with_all_its_tokens(
    inside: Browser, ben: Browser, people: People, amy: Account, db: Database
) -> None:
    app = await people.app("read write")
    first, second = await people.token(amy, "read:lists", app=app), await people.token(amy, "write:lists", app=app)
    kept = await people.token(amy, "read")
    html = await (await inside.get("/settings/apps")).text()
    assert faults(html) == []
    assert html.count("<h2") == 2
    for words in ("See your lists", "Change your lists"):
        assert words in html
    assert "Test app" not in await (await ben.get("/settings/apps")).text()
    assert (await ben.send("/settings/apps", csrf_token=await csrf(ben, "/settings/apps"), id=str(app.id))).status == 303
    assert await db.read(oauth.holder, people.hashed(first)) is not None
    token = await csrf(inside, "/settings/apps")
    for _ in range(2):
        assert (await inside.send("/settings/apps", csrf_token=token, id=str(app.id))).status == 303
    assert [await db.read(oauth.holder, people.hashed(text)) for text in (first, second)] == [None, None]
    assert await db.read(oauth.holder, people.hashed(kept)) is not None
    assert (await inside.send("/settings/apps", csrf_token=token, id="x")).status == 422


async def test_streams_hear_that_an_app_was_taken_back(
    inside: Browser, people: People, amy: Account, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    publish = Tx.publish
    monkeypatch.setattr(Tx, "publish", lambda self, topic, message: (told.append(topic), publish(self, topic, message))[1])
    app = await people.app()
    await people.token(amy, app=app)
    (number,) = await db.read(oauth.token_ids, amy.id)
    await inside.send("/settings/apps", csrf_token=await csrf(inside, "/settings/apps"), id=str(app.id))
    assert told == [token_topic(number)]


async def link_in(db: Database, settings: Settings) -> str:
    payload = next(mail for mail in reversed(await db.read(mails)) if b'"new_address"' in mail)
    sealed = re.search(rb'"token":"([^"]+)"', payload)
    assert sealed is not None
    return open_for_mail(Sealer(settings.secrets.master_key.key()), sealed[1].decode())


async def test_another_address_counts_once_its_link_was_opened(
    inside: Browser, entrance: Client, db: Database, amy: Account, settings: Settings
) -> None:
    page = await inside.get("/settings/email")
    asked = await inside.submit(page, email="Amy@New.test")
    assert (asked.status, "We have sent a link" in await asked.text()) == (200, True)
    assert (await db.read(users.get, amy.id)).email == "amy@mail.test"
    assert sum(b'"address_wanted"' in mail for mail in await db.read(mails)) == 1
    token = await link_in(db, settings)
    stranger = Browser(entrance)
    opened = await stranger.get("/auth/email", token=token)
    html = await opened.text()
    assert (opened.status, faults(html)) == (200, [])
    assert (await db.read(users.get, amy.id)).email == "amy@mail.test"
    assert (await stranger.submit(opened)).status == 200
    assert (await db.read(users.get, amy.id)).email == "amy@new.test"
    assert (await stranger.submit(opened)).status == 422
    assert (await Browser(entrance).send("/auth/sign_in", email="amy@new.test", password=RIGHT)).status == 303


async def test_a_taken_address_looks_the_same_and_stays_with_its_owner(inside: Browser, people: People, db: Database) -> None:
    await people.person("cat")
    page = await inside.get("/settings/email")
    answers = {(await inside.submit(page, email=email)).status for email in ("cat@mail.test", "free@mail.test")}
    assert answers == {200}
    assert sum(b'"new_address"' in mail for mail in await db.read(mails)) == 1


@pytest.mark.parametrize("email", ["", "x", "a b@c.test", "amy@mail.test", "amy@mail"])
async def test_what_is_no_other_address_is_said(inside: Browser, email: str, db: Database) -> None:
    answer = await inside.submit(await inside.get("/settings/email"), email=email)
    assert (answer.status, faults(await answer.text())) == (422, [])
    assert await db.read(mails) == []


async def test_a_link_grows_old_and_dies_when_the_address_is_taken_meanwhile(
    inside: Browser, entrance: Client, people: People, db: Database, settings: Settings, clock: Clock
) -> None:
    page = await inside.get("/settings/email")
    await inside.submit(page, email="one@mail.test")
    first = await link_in(db, settings)
    await inside.submit(page, email="two@mail.test")
    second = await link_in(db, settings)
    stranger = Browser(entrance)
    assert (await stranger.send("/auth/email", token=first)).status == 422
    await people.person("two")
    assert (await stranger.send("/auth/email", token=second)).status == 422
    await inside.submit(page, email="three@mail.test")
    third = await link_in(db, settings)
    clock.forward(hours=25)
    assert (await stranger.send("/auth/email", token=third)).status == 422
    assert (await stranger.send("/auth/email")).status == 422


async def test_mail_is_limited_by_address(inside: Browser) -> None:
    page = await inside.get("/settings/email")
    statuses: list[Any] = [(await inside.submit(page, email="one@mail.test")).status for _ in range(6)]
    assert statuses == [200] * 5 + [429]

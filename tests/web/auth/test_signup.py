"""Joining, and proving a mail address (AUT-1, AUT-7, AUT-8, AUT-10, AUT-12, AUT-13, ENU-1)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fedisw.config import Settings
from fedisw.crypto.keys import load_private
from fedisw.crypto.seal import Sealer
from fedisw.model.accounts import Account, KeyKind, User
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, keys, users
from fedisw.storage.statements import Query
from fedisw.storage.tables.jobs import jobs
from fedisw.tasks.mail_tokens import open_for_mail
from tests.support.browser import Browser
from tests.support.clock import Clock
from tests.support.people import People

PAYLOADS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "SendMail").order_by(jobs.c.id))
FORM = {
    "username": "Ana_Ruiz",
    "email": "Ana@Mail.Test",
    "password": "seven brown bears",
    "reason": "Child welfare, in Lugo.",
    "agreement": "1",
}
OPEN = [{"FEDISW_REGISTRATIONS_MODE": "open"}]
AGED = [{"FEDISW_REGISTRATIONS_MIN_AGE": "18"}]
CLOSED = [{"FEDISW_REGISTRATIONS_MODE": "closed"}]
INVITE = [{"FEDISW_REGISTRATIONS_MODE": "invite"}]


def find(tx: Tx) -> tuple[Account, User] | None:
    account = accounts.find_local(tx, "ana_ruiz")
    return None if account is None else (account, users.get(tx, account.id))


async def mailed_token(db: Database, settings: Settings) -> str:
    payload = (await db.read(lambda tx: tx.all(PAYLOADS)))[-1].decode()
    return open_for_mail(Sealer(settings.secrets.master_key.key()), payload.partition('"token":"')[2].partition('"')[0])


async def test_somebody_joins_proves_the_address_and_waits_for_approval(
    browser: Browser, db: Database, settings: Settings, clock: Clock
) -> None:
    page = await browser.submit(await browser.get("/auth/sign_up"), **FORM)
    assert page.status == 200
    assert "A person on our team reads your words" in await page.text()
    found = await db.read(find)
    assert found is not None
    account, user = found
    assert (account.username, account.uri) == ("Ana_Ruiz", f"https://alpha.test/ap/actors/{account.id}")
    assert (user.email, user.confirmed_at, user.approved_at) == ("ana@mail.test", None, None)
    assert user.password_hash.startswith("$argon2id$")
    signed_in = await browser.send("/auth/sign_in", email="ana_ruiz", password=FORM["password"])
    assert signed_in.headers["Location"] == "/auth/waiting"
    assert "ana@mail.test" in await (await browser.get("/auth/waiting")).text()
    link = await browser.get("/auth/confirm", token=await mailed_token(db, settings))
    assert "is confirmed" in await (await browser.submit(link)).text()
    found = await db.read(find)
    assert found is not None
    assert (found[1].confirmed_at, found[1].approved_at) == (clock(), None)
    assert "still has to read your request" in await (await browser.get("/auth/waiting")).text()


async def test_the_keys_of_a_new_account_are_sealed_and_open_again(browser: Browser, db: Database, settings: Settings) -> None:
    await browser.send("/auth/sign_up", **FORM)
    found = await db.read(find)
    assert found is not None
    stored = {key.kind: key for key in await db.read(keys.of_account, found[0].id)}
    assert {stored[KeyKind.RSA].key_id, stored[KeyKind.ED25519].key_id} == {
        f"{found[0].uri}#main-key", f"{found[0].uri}#ed25519-key",
    }  # fmt: skip
    sealer = Sealer(settings.secrets.master_key.key())
    for key in stored.values():
        assert key.private_sealed is not None
        assert b"PRIVATE" not in key.private_sealed
        assert load_private(sealer.open(key.private_sealed, row=key.key_id)) is not None


@pytest.mark.parametrize("entrance_settings", OPEN, indirect=True)
async def test_open_doors_that_nobody_looks_after_ask_for_words(browser: Browser, people: People, clock: Clock) -> None:
    """AUT-12."""
    await people.person("mia", role="moderator")
    assert "What do you do?" not in await (await browser.get("/auth/sign_up")).text()
    clock.forward(days=8)
    assert "What do you do?" in await (await browser.get("/auth/sign_up")).text()
    assert (await browser.send("/auth/sign_up", **(FORM | {"reason": ""}))).status == 422
    assert "A person on our team reads your words" in await (await browser.send("/auth/sign_up", **FORM)).text()


@pytest.mark.parametrize("entrance_settings", OPEN, indirect=True)
async def test_an_open_server_asks_for_the_address_only(
    browser: Browser, people: People, db: Database, settings: Settings
) -> None:
    await people.person("mia", role="moderator")
    assert (await browser.send("/auth/sign_up", **(FORM | {"reason": ""}))).status == 200
    page = await browser.get("/auth/confirm", token=await mailed_token(db, settings))
    await browser.submit(page)
    answer = await browser.send("/auth/sign_in", email="ana@mail.test", password=FORM["password"])
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": ""}, "Please choose a name."),
        ({"username": "a" * 31}, "at most 30 characters"),
        ({"username": "ana.ruiz"}, "only the letters a to z"),
        ({"username": "ána"}, "only the letters a to z"),
        ({"username": "admin"}, "kept for the server"),
        ({"username": "Supp0rt"}, "kept for the server"),
        ({"username": "alpha"}, "kept for the server"),
        ({"username": "g"}, "kept for the server"),
        ({"email": ""}, "tell us your e-mail address"),
        ({"email": "ana"}, "not an e-mail address"),
        ({"email": "a@b@mail.test"}, "not an e-mail address"),
        ({"email": "a%b@mail.test"}, "not an e-mail address"),
        ({"email": "ana@localhost"}, "not an e-mail address"),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "passwordpassword"}, "one of the first"),
        ({"reason": " "}, "what you do"),
        ({"reason": "x" * 1_001}, "at most 1,000"),
        ({"agreement": ""}, "agree to the rules"),
    ],
)
async def test_what_does_not_fit_is_said_and_nothing_is_made(
    browser: Browser, db: Database, changes: dict[str, str], said: str
) -> None:
    answer = await browser.send("/auth/sign_up", **(FORM | changes))
    html = await answer.text()
    assert answer.status == 422
    assert said in html
    assert FORM["password"] not in html
    assert await db.read(accounts.local_count) == 0


async def test_all_problems_are_told_at_once(browser: Browser) -> None:
    html = await (await browser.send("/auth/sign_up", username="admin", email="x", password="y")).text()
    assert all(text in html for text in ("kept for the server", "not an e-mail address", "at least 10", "agree to the rules"))


async def test_a_taken_name_is_told_in_any_letter_case(browser: Browser, people: People) -> None:
    await people.person("ana_ruiz")
    answer = await browser.send("/auth/sign_up", **FORM)
    assert "This name is taken" in await answer.text()


async def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(browser: Browser, people: People, db: Database) -> None:
    await people.person("ben")
    fresh = await (await browser.send("/auth/sign_up", **FORM)).text()
    known = await (await browser.send("/auth/sign_up", **(FORM | {"username": "other", "email": "BEN@mail.test"}))).text()
    assert known == fresh
    assert await db.read(accounts.find_local, "other") is None
    assert b"known_address" in (await db.read(lambda tx: tx.all(PAYLOADS)))[-1]


@pytest.mark.parametrize("entrance_settings", [*CLOSED, *INVITE], indirect=True)
async def test_a_closed_server_takes_nobody(browser: Browser, db: Database) -> None:
    assert "Joining is closed" in await (await browser.get("/auth/sign_up")).text()
    assert (await browser.send("/auth/sign_up", **FORM)).status == 403
    assert await db.read(accounts.local_count) == 0


@pytest.mark.parametrize("entrance_settings", AGED, indirect=True)
@pytest.mark.parametrize(
    ("born", "status"), [("", 422), ("2008-11-03", 422), ("2008-11-02", 200), ("2030-01-01", 422), ("x", 422)]
)
async def test_an_age_is_asked_for_and_not_kept(browser: Browser, born: str, status: int) -> None:
    assert (await browser.send("/auth/sign_up", **FORM, date_of_birth=born)).status == status


async def test_five_in_half_an_hour_from_one_network(browser: Browser) -> None:
    statuses = [(await browser.send("/auth/sign_up", username="!")).status for _ in range(6)]
    assert statuses == [422] * 5 + [429]


async def test_a_link_works_once_and_for_a_day(browser: Browser, db: Database, settings: Settings, clock: Clock) -> None:
    await browser.send("/auth/sign_up", **FORM)
    first = await mailed_token(db, settings)
    await browser.send("/auth/sign_in", email="ana_ruiz", password=FORM["password"])
    clock.forward(hours=25)
    late = await browser.submit(await browser.get("/auth/confirm", token=first))
    assert (late.status, "too old" in await late.text()) == (422, True)
    await browser.submit(await browser.get("/auth/waiting"))
    second = await mailed_token(db, settings)
    assert second != first
    page = await browser.get("/auth/confirm", token=second)
    assert (await browser.submit(page)).status == 200
    assert (await browser.submit(page)).status == 422


async def test_looking_at_a_link_confirms_nothing(browser: Browser, db: Database, settings: Settings) -> None:
    await browser.send("/auth/sign_up", **FORM)
    await browser.get("/auth/confirm", token=await mailed_token(db, settings))
    found = await db.read(find)
    assert found is not None
    assert found[1].confirmed_at is None

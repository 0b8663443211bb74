"""The page on which people move (federation, section 4.10; AUT-6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import pytest

from fedisw.config import Settings
from fedisw.crypto.seal import Sealer
from fedisw.federation.context import Peer
from fedisw.federation.signing import SigningKeys
from fedisw.model.accounts import Account
from fedisw.net.address import AddressPolicy
from fedisw.net.client import Client as NetClient
from fedisw.storage.db import Database
from fedisw.storage.queries import accounts
from fedisw.web.keys import PEER
from tests.support.clock import Clock
from tests.support.jobs import all_jobs
from tests.support.people import People
from tests.web.pages.markup import faults

PAGE = "/settings/moving"


@pytest.fixture
async def start(start: Callable[..., Any], db: Database, settings: Settings, clock: Clock) -> AsyncIterator[Callable[..., Any]]:
    """As elsewhere, with this server as a peer of others."""
    origin = settings.origin
    signing = SigningKeys(db=db, sealer=Sealer(settings.secrets.master_key.key()), origin=origin, now=clock, threads=1)
    client = NetClient(origin=origin, policy=AddressPolicy(own_hosts=frozenset({origin.authority})))
    peer = Peer(
        db=db,
        client=client,
        new_id=count(9_000).__next__,
        now=clock,
        origin=origin,
        account_domain=settings.account_domain,
        settings=settings,
        keys=signing,
    )

    async def serve(routes: object, *, settings: Settings, parts: dict[Any, object]) -> Any:
        return await start(routes, settings=settings, parts={**parts, PEER: peer})

    yield serve
    await client.close()
    signing.close()


@pytest.fixture
async def old(people: People) -> Account:
    """Somebody who wants to move."""
    return await people.person("amy")


@pytest.fixture
async def new(people: People) -> Account:
    """Where to."""
    return await people.person("ana")


async def test_both_accounts_say_yes_before_followers_move(
    as_person: Callable[..., Any], old: Account, new: Account, db: Database, clock: Clock
) -> None:
    leaving, arriving = await as_person(old), await as_person(new)
    page = await leaving.get(PAGE)
    assert faults(await page.text()) == []
    token = {"csrf_token": _token(await page.text())}
    early = await leaving.send(PAGE, target="@ana@alpha.test", **token)
    assert early.status == 422
    assert "does not name this one yet" in await early.text()

    added = await arriving.submit(await arriving.get(PAGE), alias="@amy@alpha.test")
    assert added.headers["Location"] == PAGE
    html = await (await arriving.get(PAGE)).text()
    assert (faults(html), "@amy@alpha.test" in html) == ([], True)
    assert (await db.read(accounts.get, new.id)).also_known_as == (old.uri,)

    moved = await leaving.send(PAGE, target="ana", **token)
    assert (moved.status, moved.headers["Location"]) == (303, PAGE)
    assert (await db.read(accounts.get, old.id)).moved_to_uri == new.uri
    assert [job.kind for job in await all_jobs(db)] == ["PublishProfile", "PublishProfile", "PublishMove", "MoveFollowers"]
    html = await (await leaving.get(PAGE)).text()
    assert (faults(html), "You have moved" in html) == ([], True)

    await leaving.send(f"{PAGE}/back", **token)
    assert (await db.read(accounts.get, old.id)).moved_to_uri == ""
    again = await leaving.send(PAGE, target="ana", **token)
    assert again.status == 422
    assert "last 30 days" in await again.text()
    assert (await arriving.submit(await arriving.get(PAGE), alias="amy")).status == 303


async def test_an_alias_is_taken_back(as_person: Callable[..., Any], old: Account, new: Account, db: Database) -> None:
    browser = await as_person(new)
    await browser.submit(await browser.get(PAGE), alias="amy")
    token = _token(await (await browser.get(PAGE)).text())
    for _ in range(2):
        assert (await browser.send(f"{PAGE}/aliases/remove", uri=old.uri, csrf_token=token)).status == 303
    assert (await db.read(accounts.get, new.id)).also_known_as == ()


@pytest.mark.parametrize(("alias", "words"), [("nobody", "We cannot find"), ("a b", "We cannot find"), ("amy", "using now")])
async def test_an_alias_that_is_none_is_refused(as_person: Callable[..., Any], old: Account, alias: str, words: str) -> None:
    browser = await as_person(old)
    answer = await browser.submit(await browser.get(PAGE), alias=alias)
    assert answer.status == 422
    assert words in await answer.text()


async def test_an_old_session_is_asked_for_the_password_first(as_person: Callable[..., Any], old: Account, clock: Clock) -> None:
    browser = await as_person(old)
    page = await browser.get(PAGE)
    clock.forward(minutes=11)
    assert (await browser.submit(page, alias="ana")).headers["Location"].startswith("/auth/again")


def _token(html: str) -> str:
    return html.partition('name="csrf_token" value="')[2].partition('"')[0]

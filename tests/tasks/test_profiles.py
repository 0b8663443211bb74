"""Profiles that are looked at again (federation, section 2.4 and appendix B)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fedisw.federation import resolve
from fedisw.jobs.work import CheckLinks, RefreshAccount
from fedisw.model.accounts import Account
from fedisw.storage.queries import accounts
from fedisw.tasks import profiles
from tests.federation import reading
from tests.federation.conftest import beta as beta
from tests.federation.conftest import home as home
from tests.federation.conftest import names as names
from tests.support import factories
from tests.support.home import Home
from tests.support.jobs import all_jobs
from tests.support.peers import Answer, PeerServer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def asked_again(home: Home) -> list[tuple[str, bytes]]:
    await profiles.look_again(home.db, now=home.clock())
    return [(job.kind, job.payload) for job in await all_jobs(home.db)]


async def test_who_is_followed_here_is_fetched_anew_after_a_week(home: Home) -> None:
    amy = await home.person("amy")
    now = home.clock()
    old, new = now - timedelta(days=7, seconds=1), now - timedelta(days=6)
    people: dict[str, Account] = {
        name: await home.db.write(factories.put_account, name, "beta.test", fetched_at=at)
        for name, at in (("old", old), ("new", new), ("unknown", old), ("gone", old), ("asked", old))
    }
    for name in ("old", "new", "gone"):
        await home.db.write(factories.put_follow, amy, people[name])
    await home.db.write(factories.put_follow, amy, people["asked"], accepted=False)
    await home.db.write(accounts.replace, replace(people["gone"], deleted_at=now))
    wanted = RefreshAccount(account_id=people["old"].id, at_host="beta.test")
    assert await asked_again(home) == [("RefreshAccount", wanted.encode())]
    assert len(await asked_again(home)) == 1  # it waits already


async def test_links_are_due_a_month_after_they_were_looked_at(home: Home) -> None:
    amy = await home.person("amy", links_checked_at=home.clock())
    await home.person("ben")
    assert await asked_again(home) == []
    home.clock.forward(days=30, seconds=1)
    assert await asked_again(home) == [("CheckLinks", CheckLinks(account_id=amy.id).encode())]


@pytest.mark.parametrize(
    ("collection", "hidden"),
    [
        ({"totalItems": 4, "first": "https://beta.test/users/ben/followers?page=1"}, False),
        ({"totalItems": 4}, True),
        ({}, True),
        ({"totalItems": 0}, False),
        ({"totalItems": 1, "items": ["https://beta.test/users/bob"]}, False),
    ],
)
async def test_a_list_without_a_first_page_is_hidden(
    home: Home, beta: PeerServer, collection: dict[str, object], hidden: bool
) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    beta.serve({"id": f"{ben.uri}/followers", "type": "Collection"} | collection)
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    assert (await reading.account(home, ben)).hides_network is hidden
    beta.answer(f"{ben.uri}/followers", Answer(status=403))
    await resolve.refresh(home.peer, (await reading.account(home, ben)).id)
    assert (await reading.account(home, ben)).hides_network is hidden  # what cannot be read says nothing

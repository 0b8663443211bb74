"""An account that has moved says where, also inside posts (mastodon-entities.md, section 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fedisw.model.accounts import Account, Reach
from fedisw.storage.queries import accounts
from tests.web.mastodon.conftest import Api

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def change(api: Api, account: Account, **fields: Any) -> None:
    known = await api.db.read(accounts.get, account.id)
    await api.db.write(accounts.replace, replace(known, **fields))


async def author(api: Api, post_id: object, who: str = "") -> Any:
    return (await api.ok("GET", f"/api/v1/statuses/{post_id}", who))["account"]


async def test_posts_and_boosts_show_where_their_people_went(api: Api) -> None:
    await api.join("amy")
    old, new = await api.remote("old"), await api.remote("new", "gamma.test")
    post = await api.receive(old)
    boost = await api.ok("POST", f"/api/v1/statuses/{post.id}/reblog", "amy")
    assert "moved" not in await author(api, post.id)
    await change(api, old, moved_to_uri=new.uri)
    for who in ("", "amy"):
        moved = (await author(api, post.id, who))["moved"]
        assert (moved["acct"], "moved" in moved) == ("new@gamma.test", False)
    (shown,) = await api.ok("GET", f"/api/v1/accounts/{api.accounts['amy'].id}/statuses", "amy")
    assert (shown["id"], shown["reblog"]["account"]["moved"]["acct"]) == (boost["id"], "new@gamma.test")


async def test_an_account_that_is_not_for_everybody_is_not_shown_as_a_target(api: Api) -> None:
    old, new = await api.remote("old"), await api.remote("new", "gamma.test")
    post = await api.receive(old)
    for fields in ({"reach": Reach.FEDIVERSE}, {"suspended_at": api.clock()}):
        await change(api, new, **({"reach": Reach.PUBLIC, "suspended_at": None} | fields))
        await change(api, old, moved_to_uri=new.uri)  # raises the revision: what is kept is made anew
        assert "moved" not in await author(api, post.id)


async def test_a_page_of_posts_by_people_who_moved_costs_two_statements_more(api: Api) -> None:
    await api.join("amy")
    new = await api.remote("new", "gamma.test")
    people = [await api.remote(f"old{number}") for number in range(4)]
    for person in people:
        await api.receive(person)
    where = "/api/v1/timelines/public"
    api.clock.now += timedelta(minutes=6)  # what is kept of accounts is too old
    with api.db.counting() as before:
        await api.ok("GET", where, "amy")
    for person in people:
        await change(api, person, moved_to_uri=new.uri)
    api.clock.now += timedelta(minutes=6)
    with api.db.counting() as after:
        found = await api.ok("GET", where, "amy")
    assert {item["account"]["moved"]["acct"] for item in found} == {"new@gamma.test"}
    assert len(after) <= len(before) + 2

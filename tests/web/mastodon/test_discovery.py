"""Recommendations, notes, people in common, proposals, the directory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedisw.model.accounts import Reach
from fedisw.storage.queries import accounts
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults


def _names(found: list[dict[str, str]]) -> list[str]:
    return [one["acct"] for one in found]


async def _change(api: Api, name: str, **changes: object) -> None:
    account = await api.db.read(accounts.get, api.accounts[name].id)
    await api.db.write(accounts.replace, replace(account, **changes))  # type: ignore[arg-type]  # names of fields


async def test_people_recommend_whom_they_follow(api: Api) -> None:
    amy, ben, _ = await api.join("amy", "ben", "cat")
    refused = await api.call("POST", f"/api/v1/accounts/{ben.id}/endorse", "amy")
    assert (refused.status, refused.json["error"]) == (
        422,
        "Validation failed: You must be already following the person you want to endorse",
    )
    await api.follow("amy", "ben")
    for path in (f"/api/v1/accounts/{ben.id}/endorse", f"/api/v1/accounts/{ben.id}/pin"):
        between = await api.ok("POST", path, "amy")
        assert (between["endorsed"], faults(between, "Relationship")) == (True, [])
    for who in ("", "amy", "cat"):
        assert _names(await api.ok("GET", f"/api/v1/accounts/{amy.id}/endorsements", who)) == ["ben"]
    assert _names(await api.ok("GET", "/api/v1/endorsements?limit=0", "amy")) == ["ben"]
    await api.ok("POST", f"/api/v1/accounts/{ben.id}/block", "cat")
    assert await api.ok("GET", f"/api/v1/accounts/{amy.id}/endorsements", "cat") == []
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['cat'].id}/block", "amy")
    assert await api.ok("GET", f"/api/v1/accounts/{amy.id}/endorsements", "cat") == []
    await _change(api, "ben", suspended_at=api.clock())
    assert await api.ok("GET", "/api/v1/endorsements", "amy") == []
    await _change(api, "ben", suspended_at=None)
    for path in (f"/api/v1/accounts/{ben.id}/unendorse", f"/api/v1/accounts/{ben.id}/unpin"):
        assert (await api.ok("POST", path, "amy"))["endorsed"] is False


async def test_who_unfollows_recommends_no_longer(api: Api) -> None:
    _, ben = await api.join("amy", "ben")
    await api.follow("amy", "ben")
    await api.ok("POST", f"/api/v1/accounts/{ben.id}/endorse", "amy")
    assert (await api.ok("POST", f"/api/v1/accounts/{ben.id}/unfollow", "amy"))["endorsed"] is False
    assert await api.ok("GET", "/api/v1/endorsements", "amy") == []


async def test_a_note_is_read_by_its_author_only(api: Api) -> None:
    amy, ben = await api.join("amy", "ben")
    for text in ("Met in Ghent", "Met in Ghent, knows housing law"):
        assert (await api.ok("POST", f"/api/v1/accounts/{ben.id}/note", "amy", data={"comment": text}))["note"] == text
    assert (await api.ok("GET", f"/api/v1/accounts/relationships?id={amy.id}", "ben"))[0]["note"] == ""
    assert (await api.call("POST", f"/api/v1/accounts/{ben.id}/note", "amy", json={"comment": "x" * 2001})).status == 422
    assert (await api.ok("POST", f"/api/v1/accounts/{ben.id}/note", "amy"))["note"] == ""
    assert (await api.call("POST", "/api/v1/accounts/404/note", "amy", json={"comment": "x"})).status == 404


async def test_followers_in_common_are_told_unless_somebody_hides_them(api: Api) -> None:
    _, ben, cat, dan, eve = await api.join("amy", "ben", "cat", "dan", "eve")
    for follower, target in (("amy", "ben"), ("amy", "cat"), ("ben", "dan"), ("cat", "dan"), ("eve", "dan")):
        await api.follow(follower, target)
    path = f"/api/v1/accounts/familiar_followers?id[]={dan.id}&id[]={eve.id}&id[]=404"
    assert (await api.call("GET", "/api/v1/accounts/familiar_followers")).status == 401
    found = await api.ok("GET", path, "amy")
    assert [(one["id"], sorted(_names(one["accounts"]))) for one in found] == [(str(dan.id), ["ben", "cat"]), (str(eve.id), [])]
    assert faults(found, "[FamiliarFollowers]") == []
    await _change(api, "cat", hides_network=True)
    assert _names((await api.ok("GET", path, "amy"))[0]["accounts"]) == ["ben"]
    await _change(api, "ben", suspended_at=api.clock())
    assert (await api.ok("GET", path, "amy"))[0]["accounts"] == []
    await _change(api, "ben", suspended_at=None)
    await _change(api, "dan", hides_network=True)
    assert (await api.ok("GET", path, "amy"))[0]["accounts"] == []
    await _change(api, "dan", hides_network=False)
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/block", "dan")
    assert (await api.ok("GET", path, "amy"))[0]["accounts"] == []
    assert ben.id != cat.id


async def test_people_are_proposed_who_want_to_be_found(api: Api) -> None:
    await api.join("amy", "hidden")
    await api.join("ben", "cat", "dan", "eve", discoverable=True)
    rob = await api.remote(discoverable=True)
    for follower, target in (("amy", "ben"), ("ben", "cat"), ("ben", "rob@beta.test"), ("cat", "dan"), ("dan", "hidden")):
        await api.follow(follower, target)
    await api.db.write(accounts.count_follow, follower_id=rob.id, target_id=api.accounts["eve"].id, by=1)
    found = await api.ok("GET", "/api/v2/suggestions", "amy")
    assert [(one["account"]["acct"], one["sources"][0], one["source"]) for one in found] == [
        ("cat", "friends_of_friends", "past_interactions"),
        ("dan", "most_followed", "global"),
        ("eve", "most_followed", "global"),
    ]
    assert faults(found, "[Suggestion]") == []
    old = await api.call("GET", "/api/v1/suggestions?limit=1&offset=1", "amy")
    assert (_names(old.json), old.headers["Deprecation"]) == (["dan"], "@1621123200")
    for account_id in (api.accounts["cat"].id, api.accounts["cat"].id, 404, "x"):
        assert await api.ok("DELETE", f"/api/v1/suggestions/{account_id}", "amy") == {}
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/block", "eve")
    assert _names(await api.ok("GET", "/api/v1/suggestions", "amy")) == ["dan"]
    await _change(api, "dan", suspended_at=api.clock())
    assert await api.ok("GET", "/api/v1/suggestions", "amy") == []


async def test_the_directory_lists_who_wants_to_be_found(api: Api) -> None:
    await api.join("amy")
    await api.join("ben", "cat", discoverable=True)
    await api.remote(discoverable=True)
    await api.post("ben")
    path = "/api/v1/directory"
    assert _names(await api.ok("GET", "/api/v1/directory"))[0] == "ben"
    assert _names(await api.ok("GET", f"{path}?order=new&local=true", "amy")) == ["cat", "ben"]
    assert set(_names(await api.ok("GET", path, "amy"))) == {"ben", "cat", "rob@beta.test"}
    assert len(await api.ok("GET", f"{path}?limit=1&offset=2", "amy")) == 1
    await api.ok("POST", "/api/v1/domain_blocks", "amy", json={"domain": "beta.test"})
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/block", "cat")
    assert _names(await api.ok("GET", path, "amy")) == ["ben"]
    await _change(api, "ben", reach=Reach.FEDIVERSE)
    assert "ben" not in _names(await api.ok("GET", path))
    await _change(api, "ben", suspended_at=api.clock())
    assert await api.ok("GET", path, "amy") == []
    assert (await api.call("GET", f"{path}?order=best")).status == 422
    assert (await api.call("GET", f"{path}?offset=-1")).status == 400


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_a_block_of_a_server_would_end_is_counted(api: Api) -> None:
    await api.join("amy")
    await api.remote()
    await api.follow("amy", "rob@beta.test")
    path = "/api/v1/domain_blocks/preview?domain=beta.test"
    assert await api.ok("GET", path, "amy") == {"following_count": 0, "followers_count": 0}
    assert (await api.call("GET", "/api/v1/domain_blocks/preview", "amy")).status == 422


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_old_methods_say_that_there_is_nothing(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    proofs = await api.call("GET", f"/api/v1/accounts/{amy.id}/identity_proofs", "ben")
    assert (proofs.json, proofs.headers["Deprecation"]) == ([], "@1648598400")
    assert (await api.call("POST", f"/api/v1/accounts/{amy.id}/email_subscriptions", json={"email": "x@y.test"})).status == 404

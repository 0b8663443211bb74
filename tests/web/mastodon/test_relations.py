"""Following, blocking, muting; lists of accounts."""

from __future__ import annotations

from fedisw.storage.queries import follows
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.test_actions import _link

PATH = "/api/v1/accounts"


async def test_following_takes_wishes_and_ends(api: Api) -> None:
    _, ben = await api.join("amy", "ben")
    between = await api.ok("POST", f"{PATH}/{ben.id}/follow?reblogs=false&notify=true", "amy")
    assert (between["following"], between["showing_reblogs"], between["notifying"]) == (True, False, True)
    again = await api.ok("POST", f"{PATH}/{ben.id}/follow", "amy", json={"languages": ["de"]})
    assert (again["showing_reblogs"], again["notifying"], again["languages"]) == (False, True, ["de"])
    assert (await api.ok("GET", f"{PATH}/relationships?id[]={api.accounts['amy'].id}", "ben"))[0]["followed_by"] is True
    for _ in range(2):
        assert (await api.ok("POST", f"{PATH}/{ben.id}/unfollow", "amy"))["following"] is False
    own = await api.call("POST", f"{PATH}/{ben.id}/follow", "ben")
    assert (own.status, own.json["error"]) == (403, "Following your own account is not allowed")
    assert (await api.call("POST", f"{PATH}/404/follow", "amy")).status == 404


async def test_people_who_approve_followers_are_asked(api: Api) -> None:
    await api.join("amy")
    (ben,) = await api.join("ben", approves_followers=True)
    amy = api.accounts["amy"]
    assert (await api.ok("POST", f"{PATH}/{ben.id}/follow", "amy"))["requested"] is True
    assert [one["acct"] for one in await api.ok("GET", "/api/v1/follow_requests", "ben")] == ["amy"]
    assert (await api.call("POST", f"/api/v1/follow_requests/{ben.id}/authorize", "amy")).status == 404
    assert (await api.ok("POST", f"/api/v1/follow_requests/{amy.id}/authorize", "ben"))["followed_by"] is True
    assert (await api.call("POST", f"/api/v1/follow_requests/{amy.id}/authorize", "ben")).status == 404
    assert (await api.ok("POST", f"{PATH}/{amy.id}/remove_from_followers", "ben"))["followed_by"] is False
    await api.ok("POST", f"{PATH}/{ben.id}/follow", "amy")
    assert (await api.ok("POST", f"/api/v1/follow_requests/{amy.id}/reject", "ben"))["requested_by"] is False
    assert (await api.call("POST", f"/api/v1/follow_requests/{amy.id}/reject", "ben")).status == 404


async def test_somebody_elsewhere_is_asked_by_an_activity(api: Api) -> None:
    await api.join("amy")
    rob = await api.remote()
    assert (await api.ok("POST", f"{PATH}/{rob.id}/follow", "amy"))["requested"] is True
    assert (await api.ok("POST", f"{PATH}/{rob.id}/block", "amy"))["blocking"] is True
    assert [job.kind for job in await all_jobs(api.db)] == ["PublishFollow", "PublishUndoFollow", "PublishBlock"]


async def test_a_block_hides_both_from_each_other(api: Api) -> None:
    amy, ben = await api.join("amy", "ben")
    await api.follow("amy", "ben")
    post = await api.post("ben")
    assert (await api.ok("POST", f"{PATH}/{amy.id}/block", "ben"))["blocking"] is True
    assert (await api.ok("GET", f"{PATH}/relationships?id={ben.id}", "amy"))[0] | {"note": ""} == {
        "id": str(ben.id),
        "following": False,
        "showing_reblogs": False,
        "notifying": False,
        "languages": None,
        "followed_by": False,
        "blocking": False,
        "blocked_by": True,
        "muting": False,
        "muting_notifications": False,
        "muting_expires_at": None,
        "requested": False,
        "requested_by": False,
        "domain_blocking": False,
        "endorsed": False,
        "note": "",
    }
    assert (await api.call("GET", f"/api/v1/statuses/{post['id']}", "amy")).status == 404
    assert await api.ok("GET", f"{PATH}/{ben.id}/statuses", "amy") == []
    assert await api.ok("GET", f"{PATH}/{ben.id}/followers", "amy") == []
    assert await api.ok("GET", "/api/v1/timelines/home", "amy") == []
    assert await api.ok("GET", f"{PATH}/search?q=be", "amy") == []
    assert [one["acct"] for one in await api.ok("GET", "/api/v1/blocks", "ben")] == ["amy"]
    assert (await api.call("POST", f"{PATH}/{ben.id}/follow", "amy")).status == 403
    assert (await api.ok("POST", f"{PATH}/{amy.id}/unblock", "ben"))["blocking"] is False
    assert len(await api.ok("GET", f"{PATH}/{ben.id}/statuses", "amy")) == 1


async def test_mutes_end_by_themselves(api: Api) -> None:
    _, ben = await api.join("amy", "ben")
    await api.follow("amy", "ben")
    await api.post("ben")
    muted = await api.ok("POST", f"{PATH}/{ben.id}/mute", "amy", data={"duration": "60", "notifications": "false"})
    assert (muted["muting"], muted["muting_notifications"], muted["muting_expires_at"]) == (True, False, "2026-11-02T09:01:00Z")
    assert await api.ok("GET", "/api/v1/timelines/home", "amy") == []
    assert (await api.ok("GET", "/api/v1/mutes", "amy"))[0]["mute_expires_at"] == "2026-11-02T09:01:00.000Z"
    api.clock.forward(minutes=2)
    assert len(await api.ok("GET", "/api/v1/timelines/home", "amy")) == 1
    assert await api.ok("GET", "/api/v1/mutes", "amy") == []
    assert (await api.ok("POST", f"{PATH}/{ben.id}/mute", "amy"))["muting_expires_at"] is None
    assert (await api.ok("POST", f"{PATH}/{ben.id}/unmute", "amy"))["muting"] is False


async def test_a_server_is_blocked_by_one_person(api: Api) -> None:
    await api.join("amy", "ben")
    rob = await api.remote()
    await api.receive(rob, "x")
    for form, text in (
        ({}, "Validation failed: Domain can't be blank"),
        ({"domain": "a b"}, "Validation failed: Domain is not a valid domain name"),
        ({"domain": "https://beta.test/x"}, "Validation failed: Domain is not a valid domain name"),
    ):
        answer = await api.call("POST", "/api/v1/domain_blocks", "amy", json=form)
        assert (answer.status, answer.json["error"]) == (422, text)
    for _ in range(2):
        assert await api.ok("POST", "/api/v1/domain_blocks?domain=Beta.test", "amy") == {}
    assert await api.ok("GET", "/api/v1/domain_blocks", "amy") == ["beta.test"]
    assert await api.ok("GET", "/api/v1/timelines/public", "amy") == []
    assert len(await api.ok("GET", "/api/v1/timelines/public", "ben")) == 1
    assert (await api.ok("GET", f"{PATH}/relationships?id={rob.id}", "amy"))[0]["domain_blocking"] is True
    assert await api.ok("DELETE", "/api/v1/domain_blocks", "amy", data={"domain": "beta.test"}) == {}
    assert await api.ok("GET", "/api/v1/domain_blocks", "amy") == []


async def test_followers_page_by_hidden_ids_and_may_be_hidden(api: Api) -> None:
    names = [f"p{number}" for number in range(5)]
    amy, *_ = await api.join("amy", "ben", *names)
    for name in names:
        await api.follow(name, "amy")
    path, seen = f"{PATH}/{amy.id}/followers?limit=2", []
    while path:
        answer = await api.call("GET", path)
        seen += [one["acct"] for one in answer.json]
        path = _link(answer.headers["Link"], "next") if 'rel="next"' in answer.headers.get("Link", "") else ""
    assert seen == names[::-1]
    assert "since_id=" in (await api.call("GET", f"{PATH}/{amy.id}/followers")).headers["Link"]
    await api.ok("PATCH", "/api/v1/accounts/update_credentials", "amy", json={"hide_collections": True})
    assert await api.ok("GET", f"{PATH}/{amy.id}/followers", "ben") == []
    assert len(await api.ok("GET", f"{PATH}/{amy.id}/followers", "amy")) == 5
    assert (await api.db.read(follows.requests_count, amy.id)) == 0


async def test_lists_belong_to_one_person(api: Api) -> None:
    _, ben, cat = await api.join("amy", "ben", "cat")
    await api.follow("amy", "ben")
    made = await api.ok("POST", "/api/v1/lists", "amy", data={"title": "Team", "replies_policy": "none", "exclusive": "true"})
    path = f"/api/v1/lists/{made['id']}"
    for form, text in (
        ({}, "Title can't be blank"),
        ({"title": "x", "replies_policy": "x"}, "Replies policy is not included in the list"),
    ):
        answer = await api.call("POST", "/api/v1/lists", "amy", json=form)
        assert (answer.status, answer.json["error"]) == (422, f"Validation failed: {text}")
    assert await api.ok("POST", f"{path}/accounts", "amy", json={"account_ids": [str(ben.id)]}) == {}
    for ids, status, text in (
        ([cat.id], 404, "Record not found"),
        ([ben.id], 422, "Validation failed: Account has already been taken"),
    ):
        answer = await api.call("POST", f"{path}/accounts", "amy", json={"account_ids": ids})
        assert (answer.status, answer.json["error"]) == (status, text)
    assert [one["acct"] for one in await api.ok("GET", f"{path}/accounts?limit=0", "amy")] == ["ben"]
    assert [one["id"] for one in await api.ok("GET", f"{PATH}/{ben.id}/lists", "amy")] == [made["id"]]
    post = await api.post("ben")
    assert [one["id"] for one in await api.ok("GET", f"/api/v1/timelines/list/{made['id']}", "amy")] == [post["id"]]
    assert await api.ok("GET", "/api/v1/timelines/home", "amy") == []
    changed = await api.ok("PUT", path, "amy", json={"exclusive": False})
    assert changed == made | {"exclusive": False}
    assert len(await api.ok("GET", "/api/v1/timelines/home", "amy")) == 1
    for data in ({"data": {"account_ids[]": str(ben.id)}}, {"json": {"account_ids": [str(ben.id)]}}):
        assert await api.ok("DELETE", f"{path}/accounts", "amy", **data) == {}
    assert await api.ok("GET", f"{path}/accounts", "amy") == []
    assert await api.ok("DELETE", path, "amy") == {}
    assert (await api.call("GET", path, "amy")).status == 404

"""Hashtags: followed, featured, with their history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedisw.storage.queries import accounts
from fedisw.tasks import fan_out
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults
from tests.web.mastodon.test_actions import _link

HOME = "/api/v1/timelines/home"


async def _fan_out(api: Api, post: dict[str, str]) -> None:
    await api.db.write(fan_out.tags_chunk, status_id=int(post["id"]), after=0)


async def test_a_followed_tag_brings_public_posts_of_strangers_home(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    for _ in range(2):
        tag = await api.ok("POST", "/api/v1/tags/Shelter/follow", "amy")
        assert (tag["name"], tag["following"], faults(tag, "Tag")) == ("shelter", True, [])
    post = await api.post("ben", "Beds free #shelter")
    assert "FanOutTags" in [job.kind for job in await all_jobs(api.db)]
    quiet = await api.post("ben", "#shelter", visibility="unlisted")
    for item in (post, post, quiet):
        await _fan_out(api, item)
    assert [item["id"] for item in await api.ok("GET", HOME, "amy")] == [post["id"]]
    assert await api.ok("GET", HOME, "cat") == []
    for change, back in (("block", "unblock"), ("mute", "unmute")):
        path = f"/api/v1/accounts/{api.accounts['ben'].id}"
        await api.ok("POST", f"{path}/{change}", "amy")
        await _fan_out(api, post)
        assert await api.ok("GET", HOME, "amy") == []
        await api.ok("POST", f"{path}/{back}", "amy")
    await _fan_out(api, post)
    assert (await api.ok("POST", "/api/v1/tags/SHELTER/unfollow", "amy"))["following"] is False
    assert await api.ok("GET", HOME, "amy") == []
    assert (await api.ok("POST", "/api/v1/tags/never/unfollow", "amy"))["following"] is False


async def test_posts_of_blocked_servers_and_suspended_people_do_not_come_by_a_tag(api: Api) -> None:
    await api.join("amy", "ben")
    rob = await api.remote()
    await api.ok("POST", "/api/v1/tags/care/follow", "amy")
    theirs = await api.receive(rob, "#care", tags=("care",))
    mine = await api.post("ben", "#care")
    for status_id in (theirs.id, int(mine["id"])):
        await api.db.write(fan_out.tags_chunk, status_id=status_id, after=0)
    assert len(await api.ok("GET", HOME, "amy")) == 2
    await api.ok("POST", "/api/v1/domain_blocks", "amy", json={"domain": "beta.test"})
    await api.db.write(accounts.replace, replace(api.accounts["ben"], suspended_at=api.clock()))
    assert await api.ok("GET", HOME, "amy") == []


async def test_followed_tags_page_by_hidden_ids(api: Api) -> None:
    await api.join("amy")
    for name in ("one", "two", "three"):
        await api.ok("POST", f"/api/v1/tags/{name}/follow", "amy")
    first = await api.call("GET", "/api/v1/followed_tags?limit=2", "amy")
    assert [tag["name"] for tag in first.json] == ["three", "two"]
    second = await api.call("GET", _link(first.headers["Link"], "next"), "amy")
    assert [(tag["name"], tag["following"]) for tag in second.json] == [("one", True)]
    back = await api.call("GET", _link(second.headers["Link"], "prev"), "amy")
    assert [tag["name"] for tag in back.json] == ["three", "two"]


async def test_the_history_counts_public_uses_of_seven_days(api: Api) -> None:
    await api.join("amy", "ben")
    await api.post("amy", "#case a")
    api.clock.forward(days=8)
    await api.post("amy", "#case b")
    api.clock.forward(days=1)
    for who, more in (("amy", {}), ("ben", {}), ("ben", {"visibility": "private"}), ("ben", {"visibility": "unlisted"})):
        await api.post(who, "#Case", **more)
    tag = await api.ok("GET", "/api/v1/tags/Case")
    assert [(day["uses"], day["accounts"]) for day in tag["history"]] == [("2", "2"), ("1", "1"), *[("0", "0")] * 5]
    assert (faults(tag, "AnonymousTag"), "following" in tag) == ([], False)
    assert int(tag["history"][0]["day"]) % 86_400 == 0
    found = await api.ok("GET", "/api/v2/search?q=%23cas&type=hashtags", "amy")
    assert found["hashtags"][0]["history"] == tag["history"]


async def test_tags_are_shown_on_a_profile(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    first = await api.post("amy", "#Housing now")
    made = await api.ok("POST", "/api/v1/featured_tags", "amy", data={"name": "#Housing"})
    assert (made["name"], made["statuses_count"], faults(made, "FeaturedTag")) == ("housing", "1", [])
    await api.post("amy", "#housing again")
    await api.post("amy", "#housing", visibility="private")
    shown = await api.ok("GET", f"/api/v1/accounts/{amy.id}/featured_tags")
    assert [(tag["id"], tag["statuses_count"], tag["last_status_at"]) for tag in shown] == [(made["id"], "2", "2026-11-02")]
    await api.ok("PUT", f"/api/v1/statuses/{first['id']}", "amy", json={"status": "no tag"})
    assert (await api.ok("GET", "/api/v1/featured_tags", "amy"))[0]["statuses_count"] == "1"
    assert (await api.ok("GET", "/api/v1/tags/housing", "amy"))["featuring"] is True
    assert (await api.call("DELETE", f"/api/v1/featured_tags/{made['id']}", "ben")).status == 404
    assert await api.ok("DELETE", f"/api/v1/featured_tags/{made['id']}", "amy") == {}
    assert (await api.call("DELETE", f"/api/v1/featured_tags/{made['id']}", "amy")).status == 404
    assert await api.ok("GET", f"/api/v1/accounts/{amy.id}/featured_tags") == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_ten_tags_are_enough(api: Api) -> None:
    await api.join("amy")
    for number in range(10):
        assert (await api.ok("POST", f"/api/v1/tags/t{number}/feature", "amy"))["featuring"] is True
    over = await api.call("POST", "/api/v1/tags/more/feature", "amy")
    assert (over.status, over.json["error"]) == (
        422,
        "Validation failed: You have already featured the maximum number of hashtags",
    )
    assert (await api.ok("POST", "/api/v1/tags/t1/feature", "amy"))["featuring"] is True
    assert (await api.ok("POST", "/api/v1/tags/t1/unfeature", "amy"))["featuring"] is False
    wrong = await api.call("POST", "/api/v1/featured_tags", "amy", json={"name": "#!"})
    assert (wrong.status, wrong.json["error"]) == (422, "Validation failed: Tag is invalid")
    for action in ("follow", "unfollow", "feature", "unfeature"):
        assert (await api.call("POST", f"/api/v1/tags/123/{action}", "amy")).status == 404


async def test_tags_of_own_posts_are_proposed(api: Api) -> None:
    await api.join("amy", "ben")
    for text in ("#a1 #b2", "#b2 #c3", "#c3 #b2"):
        await api.post("amy", text)
    await api.post("ben", "#d4")
    await api.ok("POST", "/api/v1/tags/c3/feature", "amy")
    found = await api.ok("GET", "/api/v1/featured_tags/suggestions", "amy")
    assert [tag["name"] for tag in found] == ["b2", "a1"]


async def test_a_follower_hears_only_the_languages_that_were_chosen(api: Api) -> None:
    _, ben, _ = await api.join("amy", "ben", "cat")
    await api.ok("POST", f"/api/v1/accounts/{ben.id}/follow", "amy", json={"languages": ["de"]})
    await api.follow("cat", "ben")
    for code in ("de", "en"):
        await api.post("ben", code, language=code)
    assert [post["language"] for post in await api.ok("GET", HOME, "amy")] == ["de"]
    assert len(await api.ok("GET", HOME, "cat")) == 2

"""What a person's filters match is told with every post, wherever it is shown, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.media import Media, MediaKind
from fedisw.storage.queries import media
from fedisw.web.mastodon.entities.filtered import compiled
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults
from tests.web.mastodon.test_filters import made

HOME = "/api/v1/timelines/home"


def words(post: dict[str, Any]) -> list[list[str] | None]:
    """What matched, by filter."""
    assert faults(post, "Status") == []
    return [result["keyword_matches"] for result in post["filtered"]]


async def test_every_surface_tells_of_a_match(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    await api.follow("amy", "ben")
    top = await api.post("amy", "How was it? #day")
    post = await api.post("ben", "@amy a day of Grief #day", in_reply_to_id=top["id"])
    plain = await api.post("ben", "a walk #day")
    boost = await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", "amy")
    await api.fan_out(int(boost["id"]))
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", "amy")
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/bookmark", "amy")
    mine = await api.ok("POST", "/api/v1/lists", "amy", json={"title": "Team", "replies_policy": "followed"})
    await api.ok("POST", f"/api/v1/lists/{mine['id']}/accounts", "amy", json={"account_ids": [api.accounts["ben"].id]})
    one = await made(api, filter_action="hide")
    expected = {key: value for key, value in one.items() if key not in ("keywords", "statuses")}
    seen = 0
    for path in (
        HOME,
        "/api/v1/timelines/tag/day",
        f"/api/v1/timelines/list/{mine['id']}",
        f"/api/v1/accounts/{api.accounts['ben'].id}/statuses",
        f"/api/v1/accounts/{amy.id}/statuses",
        "/api/v1/favourites",
        "/api/v1/bookmarks",
        f"/api/v1/statuses?id[]={post['id']}",
        f"/api/v1/statuses/{post['id']}",
        f"/api/v1/statuses/{top['id']}/context",
        "/api/v1/notifications",
        "/api/v2/notifications",
        "/api/v2/search?q=" + post["uri"],
    ):
        for status in _posts(await api.ok("GET", path, "amy")):
            grieves = "Grief" in (status.get("reblog") or status)["content"]
            assert (words(status) == [["grief"]]) is grieves, (path, status["content"])
            if grieves:
                seen += 1
                assert status["filtered"] == [{"filter": expected, "keyword_matches": ["grief"], "status_matches": None}]
                assert status["reblog"] is None or status["reblog"]["filtered"] == status["filtered"]
            if status["id"] == plain["id"]:
                assert status["filtered"] == []
    assert seen >= 13
    for who in ("ben", ""):
        (shown,) = _posts([await api.ok("GET", f"/api/v1/statuses/{post['id']}", who)])
        assert shown.get("filtered", []) == []
        assert ("filtered" in shown) is bool(who)


def _posts(answer: Any) -> list[dict[str, Any]]:
    if isinstance(answer, list):
        return [post for item in answer for post in _posts(item)]
    if "favourites_count" in answer:
        return [answer]
    return [post for key in ("status", "statuses", "ancestors", "descendants") for post in _posts(answer.get(key) or [])]


async def test_all_that_a_post_says_is_looked_through(api: Api) -> None:
    await api.join("amy", "ben")
    file = Media(
        id=7, account_id=api.accounts["ben"].id, kind=MediaKind.IMAGE, key=new_key(Kind.PNG), preview_key=new_key(Kind.PNG),
        description="a picture of grief", width=1, height=1, preview_width=1, preview_height=1, created_at=api.clock(),
    )  # fmt: skip
    await api.db.write(media.add, file)
    posts = [
        await api.post("ben", "GRIEF"),
        await api.post("ben", "x", spoiler_text="on grief"),
        await api.post("ben", "x", poll={"options": ["grief", "joy"], "expires_in": 300}),
        await api.post("ben", "x", media_ids=["7"]),
    ]
    other = await api.post("ben", "grievance")
    await made(api)

    async def shown(post: Any) -> Any:
        return words(await api.ok("GET", f"/api/v1/statuses/{post['id']}", "amy"))

    assert [await shown(post) for post in posts] == [[["grief"]]] * 4
    assert await shown(other) == []
    await api.ok("PUT", f"/api/v1/statuses/{other['id']}", "ben", json={"status": "grief after all"})
    assert await shown(other) == [["grief"]]


async def test_changes_and_ends_of_filters_count_at_once(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("ben", "grief and a walk in the wood")
    path = f"/api/v1/statuses/{post['id']}"
    assert (await api.ok("GET", path, "amy"))["filtered"] == []
    one = await made(api, expires_in=60)
    assert words(await api.ok("GET", path, "amy")) == [["grief"]]
    walk = await api.ok("POST", f"/api/v2/filters/{one['id']}/keywords", "amy", json={"keyword": "wal", "whole_word": False})
    assert words(await api.ok("GET", path, "amy")) == [["grief", "wal"]]
    named = await api.ok("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": post["id"]})
    other = await made(api, title="Woods", keywords_attributes=[{"keyword": "WOOD"}])
    found = (await api.ok("GET", path, "amy"))["filtered"]
    assert [(item["keyword_matches"], item["status_matches"]) for item in found] == [
        (["grief", "wal"], [post["id"]]),
        (["WOOD"], None),
    ]
    api.clock.forward(seconds=61)
    found = (await api.ok("GET", path, "amy"))["filtered"]
    assert [item["filter"]["id"] for item in found] == [other["id"]]
    await api.ok("PUT", f"/api/v2/filters/{one['id']}", "amy", json={"expires_in": ""})
    await api.ok("DELETE", f"/api/v2/filters/statuses/{named['id']}", "amy")
    await api.ok("DELETE", f"/api/v2/filters/keywords/{walk['id']}", "amy")
    assert words(await api.ok("GET", path, "amy")) == [["grief"], ["WOOD"]]
    await api.ok("DELETE", f"/api/v2/filters/{one['id']}", "amy")
    await api.ok("DELETE", f"/api/v2/filters/{other['id']}", "amy")
    assert words(await api.ok("GET", path, "amy")) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_named_post_matches_in_a_boost_too(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("ben", "x")
    boost = await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", "ben")
    one = await made(api, keywords_attributes=[])
    await api.ok("POST", f"/api/v2/filters/{one['id']}/statuses", "amy", json={"status_id": post["id"]})
    found = (await api.ok("GET", f"/api/v1/statuses/{boost['id']}", "amy"))["filtered"]
    assert [item["status_matches"] for item in found] == [[post["id"]]]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nothing_of_a_match_is_kept_with_the_post(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    post = await api.post("ben", "grief")
    await made(api)
    path = f"/api/v1/statuses/{post['id']}"
    with_match = await api.ok("GET", path, "amy")
    fragments = api.client.server.app[FRAGMENTS]
    assert all(b"filtered" not in part.body for part in fragments._entries.values())
    assert await api.ok("GET", path, "cat") == with_match | {"filtered": []}
    assert await api.ok("GET", path, "amy") == with_match


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_filters_cost_a_page_nothing_once_they_are_compiled(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("amy", "ben")
    for number in range(5):
        await api.post("ben", f"grief {number}")
    await made(api)
    await api.ok("GET", HOME, "amy")
    with api.db.counting() as statements:
        page = await api.ok("GET", HOME, "amy")
    assert [words(post) for post in page] == [[["grief"]]] * 5
    assert len(statements) == 3  # who asks, the page, and what the viewer did; no poll, no votes
    filters = api.client.server.app[FRAGMENTS].filters
    assert len(list(filters._entries.values())) == 1
    assert compiled([]).results("", (), now=api.clock()) == b"[]"

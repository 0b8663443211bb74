"""What people are told, alone and in groups (mastodon-api.md, sections 2.15, 2.16 and 4)."""

from __future__ import annotations

from typing import Any

from tests.web.mastodon.conftest import Api
from tests.web.mastodon.test_actions import _link

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


async def _events(api: Api) -> dict[str, Any]:
    """Amy is mentioned, followed by two, liked by three, boosted by one."""
    await api.join("amy", "ben", "cat", "dan")
    post = await api.post("amy", "Hello")
    mention = await api.post("ben", "@amy hi")
    for who in ("ben", "cat"):
        await api.follow(who, "amy")
    for who in ("ben", "cat", "dan"):
        await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", who)
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", "dan")
    return {"post": post, "mention": mention}


async def test_notifications_are_read_and_chosen(api: Api) -> None:
    made = await _events(api)
    told = await api.ok("GET", V1, "amy")
    assert [(one["type"], one["account"]["acct"]) for one in told] == [
        ("reblog", "dan"),
        ("favourite", "dan"),
        ("favourite", "cat"),
        ("favourite", "ben"),
        ("follow", "cat"),
        ("follow", "ben"),
        ("mention", "ben"),
    ]
    assert told[-1]["status"]["id"] == made["mention"]["id"]
    assert "status" not in told[4]
    assert [int(one["id"]) for one in told] == sorted((int(one["id"]) for one in told), reverse=True)
    assert int(told[0]["id"]) < 2**53

    async def types(query: str) -> list[str]:
        return [one["type"] for one in await api.ok("GET", f"{V1}?{query}", "amy")]

    assert await types("types[]=mention&types[]=quote") == ["mention"]
    assert await types("types=quote") == []
    assert await types("exclude_types[]=favourite&exclude_types[]=follow") == ["reblog", "mention"]
    assert await types(f"account_id={api.accounts['dan'].id}") == ["reblog", "favourite"]
    page = await api.call("GET", f"{V1}?limit=3", "amy")
    older = await api.call("GET", _link(page.headers["Link"], "next"), "amy")
    assert [one["id"] for one in page.json + older.json] == [one["id"] for one in told[:6]]
    newer = await api.call("GET", _link(older.headers["Link"], "prev"), "amy")
    assert newer.json == page.json


async def test_unread_ones_are_counted_from_the_mark(api: Api) -> None:
    await _events(api)
    told = await api.ok("GET", V1, "amy")
    assert await api.ok("GET", f"{V1}/unread_count", "amy") == {"count": 7}
    assert await api.ok("GET", f"{V2}/unread_count", "amy") == {"count": 4}
    assert await api.ok("GET", f"{V1}/unread_count?limit=2", "amy") == {"count": 2}
    marked = await api.ok("POST", "/api/v1/markers", "amy", data={"notifications[last_read_id]": told[2]["id"]})
    assert (marked["notifications"]["last_read_id"], marked["notifications"]["version"]) == (told[2]["id"], 0)
    assert await api.ok("GET", f"{V1}/unread_count", "amy") == {"count": 2}
    assert await api.ok("GET", f"{V1}/unread_count?types[]=reblog", "amy") == {"count": 1}
    again = await api.ok(
        "POST", "/api/v1/markers", "amy", json={"notifications": {"last_read_id": told[0]["id"]}, "home": {"last_read_id": "5"}}
    )
    assert again["notifications"]["version"] == 1
    read = await api.ok("GET", "/api/v1/markers?timeline[]=home&timeline[]=notifications&timeline[]=x", "amy")
    assert {name: mark["last_read_id"] for name, mark in read.items()} == {"home": "5", "notifications": told[0]["id"]}
    assert await api.ok("GET", "/api/v1/markers", "amy") == {}
    assert (await api.ok("GET", "/api/v1/markers?timeline=home", "ben"))["home"]["last_read_id"] == "0"


async def test_groups_hold_what_came_close_together(api: Api) -> None:
    made = await _events(api)
    results = await api.ok("GET", V2, "amy")
    groups = results["notification_groups"]
    assert [(group["type"], group["notifications_count"]) for group in groups] == [
        ("reblog", 1),
        ("favourite", 3),
        ("follow", 2),
        ("mention", 1),
    ]
    likes = groups[1]
    names = {account["id"]: account["acct"] for account in results["accounts"]}
    assert [names[one] for one in likes["sample_account_ids"]] == ["dan", "cat", "ben"]
    assert likes["status_id"] == made["post"]["id"]
    assert likes["most_recent_notification_id"] == int(likes["page_max_id"]) > int(likes["page_min_id"])
    assert {status["id"] for status in results["statuses"]} == {made["post"]["id"], made["mention"]["id"]}
    assert groups[3]["group_key"] == f"ungrouped-{groups[3]['most_recent_notification_id']}"
    single = await api.ok("GET", f"{V2}?grouped_types[]=follow", "amy")
    assert len(single["notification_groups"]) == 6
    page = await api.call("GET", f"{V2}?limit=2", "amy")
    older = await api.call("GET", _link(page.headers["Link"], "next"), "amy")
    assert [group["type"] for group in older.json["notification_groups"]] == ["follow", "mention"]
    newer = await api.ok("GET", f"{V2}?limit=1&min_id=0", "amy")
    assert [group["type"] for group in newer["notification_groups"]] == ["mention"]
    faces = await api.ok("GET", f"{V2}?expand_accounts=partial_avatars", "amy")
    assert {account["acct"] for account in faces["accounts"]} == {"dan", "cat", "ben"}
    assert (await api.call("GET", f"{V2}?expand_accounts=some", "amy")).status == 400


async def test_one_group_is_read_and_dismissed(api: Api) -> None:
    await _events(api)
    groups = (await api.ok("GET", V2, "amy"))["notification_groups"]
    key, single = groups[1]["group_key"], groups[3]["group_key"]
    found = (await api.ok("GET", f"{V2}/{key}", "amy"))["notification_groups"]
    assert [(group["notifications_count"], "page_min_id" in group) for group in found] == [(3, False)]
    answer = await api.call("GET", f"{V2}/{key}/accounts?limit=2", "amy")
    assert [account["acct"] for account in answer.json] == ["dan", "cat"]
    assert [account["acct"] for account in await api.ok("GET", _link(answer.headers["Link"], "next"), "amy")] == ["ben"]
    for path in (f"{V2}/{key}", f"{V2}/{single}"):
        assert (await api.call("GET", path, "ben")).status == 404
        assert (await api.call("GET", f"{path}/accounts", "ben")).status == 404
        assert (await api.call("POST", f"{path}/dismiss", "ben")).status == 404
        assert await api.ok("POST", f"{path}/dismiss", "amy") == {}
        assert (await api.call("GET", path, "amy")).status == 404
    assert len(await api.ok("GET", V1, "amy")) == 3


async def test_notifications_are_dismissed_and_cleared(api: Api) -> None:
    await _events(api)
    told = await api.ok("GET", V1, "amy")
    path = f"{V1}/{told[0]['id']}"
    assert (await api.ok("GET", path, "amy"))["type"] == "reblog"
    assert (await api.call("GET", path, "ben")).status == 404
    assert (await api.call("POST", f"{path}/dismiss", "ben")).status == 404
    assert await api.ok("POST", f"{path}/dismiss", "amy") == {}
    assert (await api.call("GET", path, "amy")).status == 404
    assert await api.ok("POST", f"{V1}/clear", "ben") == {}
    assert len(await api.ok("GET", V1, "amy")) == 6
    assert await api.ok("POST", f"{V2}/clear", "amy") == {}
    assert await api.ok("GET", V1, "amy") == []
    assert (await api.ok("GET", V2, "amy"))["notification_groups"] == []


async def test_what_may_not_be_seen_any_more_disappears(api: Api) -> None:
    made = await _events(api)
    await api.ok("DELETE", f"/api/v1/statuses/{made['mention']['id']}", "ben")
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['dan'].id}/mute", "amy")
    assert [one["account"]["acct"] for one in await api.ok("GET", V1, "amy")] == ["cat", "ben", "cat", "ben"]
    groups = (await api.ok("GET", V2, "amy"))["notification_groups"]
    assert [(group["type"], group["notifications_count"]) for group in groups] == [("favourite", 2), ("follow", 2)]


async def test_a_muted_thread_is_silent(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "Hello")
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/mute", "amy")
    await api.post("ben", "@amy yes", in_reply_to_id=post["id"])
    assert await api.ok("GET", V1, "amy") == []

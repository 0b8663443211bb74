"""Who may tell a person something: policy and requests (mastodon-api.md, sections 2.16 and 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fedisw.jobs import kinds
from fedisw.jobs.notices import MergeNotifications
from fedisw.model.accounts import Role
from fedisw.model.notifications import AccountWarning, WarningAction
from fedisw.services import notices
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, users
from fedisw.tasks import merging
from tests.support.jobs import all_jobs
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults
from tests.web.mastodon.test_actions import _link

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"
POLICY, REQUESTS = f"{V2}/policy", f"{V1}/requests"


async def _types(api: Api, query: str = "") -> list[str]:
    return [one["type"] for one in await api.ok("GET", f"{V1}?{query}", "amy")]


async def _merge(api: Api) -> None:
    for job in await all_jobs(api.db):
        if job.kind == "MergeNotifications":
            found = kinds.decode(job.kind, job.payload)
            assert isinstance(found, MergeNotifications)
            await merging.merge(api.db, found)


async def test_the_policy_is_read_and_changed_in_both_forms(api: Api) -> None:
    await api.join("amy", "ben")
    usual = await api.ok("GET", POLICY, "amy")
    assert faults(usual, "NotificationPolicy") == []
    assert (usual["for_limited_accounts"], usual["for_bots"]) == ("filter", "accept")
    for method in ("PATCH", "PUT"):
        changed = await api.ok(method, POLICY, "amy", data={"for_not_following": "drop"})
        assert changed == usual | {"for_not_following": "drop"}
    assert (await api.ok("PATCH", f"{POLICY}?for_bots=filter", "amy"))["for_bots"] == "filter"
    assert (await api.call("PATCH", POLICY, "amy", json={"for_bots": "perhaps"})).status == 422
    old = await api.ok("GET", f"{V1}/policy", "amy")
    assert faults(old, "OldNotificationPolicy") == []
    assert (old["filter_not_following"], old["filter_bots"], old["filter_new_accounts"]) == (True, True, False)
    old = await api.ok("PUT", f"{V1}/policy", "amy", json={"filter_not_following": False, "filter_new_accounts": "true"})
    assert (old["filter_not_following"], old["filter_new_accounts"]) == (False, True)
    assert await api.ok("GET", POLICY, "ben") == usual


async def test_what_a_policy_keeps_apart_waits_in_a_request(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    post = await api.post("amy", "Hello")
    await api.ok("PATCH", POLICY, "amy", json={"for_not_following": "filter"})
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", "cat")
    assert await api.ok("GET", REQUESTS, "amy") == []  # a like alone asks for nothing
    await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", "ben")
    first, last = await api.post("ben", "@amy one"), await api.post("ben", "@amy two")
    assert await _types(api) == []
    assert await api.ok("GET", f"{V1}/unread_count", "amy") == {"count": 0}
    assert await api.ok("GET", f"{V2}/unread_count", "amy") == {"count": 0}
    assert (await api.ok("GET", V2, "amy"))["notification_groups"] == []
    assert await _types(api, "include_filtered=true") == ["mention", "mention", "favourite", "favourite"]
    assert await _types(api, f"account_id={api.accounts['ben'].id}") == ["mention", "mention", "favourite"]
    shown = await api.ok("GET", f"{V1}?include_filtered=1", "amy")
    assert all(one["filtered"] for one in shown)
    groups = (await api.ok("GET", f"{V2}?include_filtered=1", "amy"))["notification_groups"]
    assert [(one["type"], one["notifications_count"]) for one in groups] == [("mention", 1), ("mention", 1), ("favourite", 2)]
    answer = await api.call("GET", REQUESTS, "amy")
    (request,) = answer.json
    assert faults(request, "NotificationRequest") == []
    assert (request["account"]["acct"], request["notifications_count"], request["last_status"]["id"]) == ("ben", "3", last["id"])
    assert _link(answer.headers["Link"], "prev").startswith(REQUESTS)
    assert await api.ok("GET", f"{REQUESTS}/{request['id']}", "amy") == request
    summary = (await api.ok("GET", POLICY, "amy"))["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 3}
    for post_id in (last["id"], first["id"]):
        await api.ok("DELETE", f"/api/v1/statuses/{post_id}", "ben")
    assert (await api.ok("GET", REQUESTS, "amy"))[0]["last_status"] is None


async def test_an_accepted_sender_comes_through_for_ever(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    await api.ok("PATCH", POLICY, "amy", json={"for_not_following": "filter"})
    await api.post("ben", "@amy one")
    (request,) = await api.ok("GET", REQUESTS, "amy")
    path = f"{REQUESTS}/{request['id']}"
    for who, way in (("cat", "accept"), ("cat", "dismiss")):
        assert (await api.call("POST", f"{path}/{way}", who)).status == 404
    assert (await api.call("GET", path, "cat")).status == 404
    async with api.client.ws_connect("/api/v1/streaming?stream=user:notification", headers=api.tokens["amy"]) as socket:
        await socket.send_str('{"type":"subscribe","stream":"nonsense"}')
        assert "Unknown" in await socket.receive_str()
        assert await api.ok("GET", f"{REQUESTS}/merged", "amy") == {"merged": True}
        assert await api.ok("POST", f"{path}/accept", "amy") == {}
        assert await api.ok("GET", f"{REQUESTS}/merged", "amy") == {"merged": False}
        await _merge(api)
        assert (await socket.receive_json(timeout=5))["event"] == "notifications_merged"
    assert await api.ok("GET", f"{REQUESTS}/merged", "amy") == {"merged": True}
    assert await _types(api) == ["mention"]
    assert (await api.call("POST", f"{path}/accept", "amy")).status == 404
    await api.post("ben", "@amy two")
    assert await _types(api) == ["mention", "mention"]
    assert await api.ok("GET", REQUESTS, "amy") == []
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['ben'].id}/block", "amy")
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['ben'].id}/unblock", "amy")
    await api.post("ben", "@amy three")
    assert await _types(api) == []  # a block takes the permission back


async def test_a_dismissed_request_takes_its_notifications_with_it(api: Api) -> None:
    await api.join("amy", "ben", "cat", "dan")
    await api.ok("PATCH", POLICY, "amy", json={"for_not_following": "filter"})
    for who in ("ben", "cat", "dan"):
        await api.post(who, "@amy hi")
    found = {one["account"]["acct"]: one["id"] for one in await api.ok("GET", REQUESTS, "amy")}
    assert list(found) == ["dan", "cat", "ben"]
    page = await api.call("GET", f"{REQUESTS}?limit=2", "amy")
    older = await api.ok("GET", _link(page.headers["Link"], "next"), "amy")
    assert [one["account"]["acct"] for one in older] == ["ben"]
    assert await api.ok("POST", f"{REQUESTS}/{found['ben']}/dismiss", "amy") == {}
    assert (await api.call("POST", f"{REQUESTS}/{found['ben']}/dismiss", "amy")).status == 404
    assert len(await _types(api, "include_filtered=true")) == 2
    assert await api.ok("POST", f"{REQUESTS}/dismiss", "amy", json={"id": [found["cat"], "404"]}) == {}
    assert await api.ok("POST", f"{REQUESTS}/accept", "amy", data={"id[]": found["dan"]}) == {}
    await _merge(api)
    assert await _types(api, "include_filtered=true") == ["mention"]
    assert await api.ok("POST", f"{REQUESTS}/accept", "ben", data={"id[]": found["dan"]}) == {}
    await api.post("ben", "@amy again")
    assert [one["account"]["acct"] for one in await api.ok("GET", REQUESTS, "amy")] == ["ben"]


async def test_dropped_ones_are_never_made_and_staff_always_come_through(api: Api) -> None:
    await api.join("amy", "ben", "mod")
    await api.db.write(_appoint, api.accounts["mod"].id)
    await api.ok("PATCH", POLICY, "amy", json={"for_not_following": "drop"})
    post = await api.post("amy", "Hello")
    for who in ("ben", "mod"):
        await api.post(who, "@amy hi")
        await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", who)
    assert await _types(api, "include_filtered=true") == ["mention"]
    await api.follow("amy", "ben")
    await api.post("ben", "@amy hi")
    assert await _types(api) == ["mention", "mention"]


async def test_a_private_message_is_kept_apart_unless_it_was_asked_for(api: Api) -> None:
    await api.join("amy", "ben")
    await api.ok("PATCH", POLICY, "amy", json={"for_private_mentions": "filter"})
    await api.post("ben", "@amy open")
    await api.post("ben", "@amy psst", visibility="direct")
    assert await _types(api) == ["mention"]
    asked = await api.post("amy", "@ben tell me", visibility="direct")
    await api.post("ben", "@amy yes", visibility="direct", in_reply_to_id=asked["id"])
    assert await _types(api) == ["mention", "mention"]


async def test_requests_show_nobody_who_is_hidden(api: Api) -> None:
    await api.join("amy", "ben")
    rob, sue = await api.remote(), await api.remote("sue")
    await api.ok("PATCH", POLICY, "amy", json={"for_not_following": "filter"})
    for author in (rob, sue):
        await api.receive(author, "hi", mentioned=(api.accounts["amy"].id,))
    await api.post("ben", "@amy hi")
    assert len(await api.ok("GET", REQUESTS, "amy")) == 3
    await api.db.write(_suspend, sue, api.clock())
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['ben'].id}/mute", "amy")
    assert [one["account"]["acct"] for one in await api.ok("GET", REQUESTS, "amy")] == ["rob@beta.test"]
    await api.ok("POST", f"/api/v1/accounts/{rob.id}/block", "amy")
    assert await api.ok("GET", REQUESTS, "amy") == []
    assert (await api.ok("GET", POLICY, "amy"))["summary"]["pending_requests_count"] == 0


async def test_what_moderation_did_is_told_with_its_details(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    rob = await api.remote()
    await api.ok("POST", f"/api/v1/accounts/{rob.id}/follow", "amy")
    await api.db.write(_accepted, amy.id, rob.id)
    await api.ok("POST", "/api/v1/domain_blocks", "amy", data={"domain": "beta.test"})
    warning = AccountWarning(id=5, account_id=amy.id, action=WarningAction.NONE, text="Mind", created_at=api.clock())
    await api.db.write(notices.warn, warning)
    told = await api.ok("GET", V1, "amy")
    assert [faults(one, "Notification") for one in told] == [[], []]
    assert [(one["type"], one["account"]["acct"]) for one in told] == [
        ("moderation_warning", "amy"),
        ("severed_relationships", "amy"),
    ]
    assert told[0]["moderation_warning"]["text"] == "Mind"
    event = told[1]["event"]
    assert (event["type"], event["target_name"], event["following_count"]) == ("user_domain_block", "beta.test", 1)
    groups = await api.ok("GET", V2, "amy")
    assert faults(groups, "Groups") == []
    assert groups["notification_groups"][1]["event"] == event
    known = await api.ok("GET", f"{V1}?supported_types[]=mention&supported_types[]=moderation_warning", "amy")
    assert ["fallback" in one for one in known] == [False, True]
    assert faults(known, "[Notification]") == []
    single = await api.ok("GET", f"{V1}/{told[0]['id']}?supported_types[]=mention", "amy", headers={"Accept-Language": "es"})
    assert single["fallback"]["title"]
    grouped = await api.ok("GET", f"{V2}?supported_types[]=mention", "amy")
    assert all("fallback" in one for one in grouped["notification_groups"])


async def test_a_policy_is_asked_in_the_same_statements_for_many(api: Api) -> None:
    names = [f"p{number}" for number in range(6)]
    await api.join("amy", *names)
    costs = []
    for some in (names[:1], names):
        with api.db.counting() as statements:
            await api.ok("POST", "/api/v1/statuses", "amy", json={"status": " ".join(f"@{name}" for name in some)})
        costs.append(sum(sql.startswith("SELECT") and "notification_policies" in sql for sql in statements))
    assert costs == [1, 1]


def _appoint(tx: Tx, account_id: int) -> None:
    user: Any = users.get(tx, account_id)
    users.replace(tx, replace(user, role=Role.MODERATOR))


def _suspend(tx: Tx, account: Any, now: Any) -> None:
    accounts.replace(tx, replace(account, suspended_at=now))


def _accepted(tx: Tx, follower_id: int, target_id: int) -> None:
    follows.accept(tx, follower_id=follower_id, target_id=target_id)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_does_not_exist_is_not_found(api: Api) -> None:
    await api.join("amy")
    for method, path in (
        ("GET", "/api/v1/notifications/requests/1"),
        ("POST", "/api/v1/notifications/requests/1/accept"),
        ("POST", "/api/v1/notifications/requests/1/dismiss"),
        ("GET", "/api/v1/notifications/requests/nonsense"),
        ("GET", "/api/v1/push/subscription"),
        ("PUT", "/api/v1/push/subscription"),
    ):
        assert (await api.call(method, path, "amy")).status == 404, path
    assert (await api.call("POST", "/api/v1/push/subscription", "amy")).status == 400
    assert await api.ok("DELETE", "/api/v1/push/subscription", "amy") == {}

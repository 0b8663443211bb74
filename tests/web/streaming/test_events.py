"""Every kind of event over both transports, in the form that clients know (mastodon-api.md, section 5)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from fedisw.live import topics
from tests.web.streaming.conftest import Api, listen
from tests.web.streaming.test_sse import event_of, line_of, opened

PLAIN: tuple[tuple[topics.AnyMessage, str, Any], ...] = (
    (topics.Removed(status_id=7), "delete", "7"),
    (topics.FiltersChanged(), "filters_changed", None),
    (topics.NotificationsMerged(), "notifications_merged", "1"),
    (topics.AnnouncementRemoved(announcement_id=8), "announcement.delete", "8"),
    (
        topics.AnnouncementReaction(announcement_id=8, name="👍", count=2),
        "announcement.reaction",
        {"name": "👍", "count": 2, "announcement_id": "8"},
    ),
)


async def test_messages_look_the_same_over_both_transports(api: Api) -> None:
    (amy,) = await api.join("amy")
    async with listen(api, "amy", "user") as socket, opened(api, "/api/v1/streaming/user", "amy") as stream:
        for message, event, payload in PLAIN:
            api.runtime.bus.publish(topics.home(amy.id), message)
            said = await socket.hear()
            assert said.keys() == {"stream", "event"} | ({"payload"} if payload else set())
            assert (said["stream"], said["event"]) == (["user"], event)
            told = said.get("payload")
            assert isinstance(told, str | None)
            assert (json.loads(told) if isinstance(payload, dict) else told) == payload
            if told is None:
                assert [await line_of(stream), await line_of(stream)] == [f"event: {event}", ""]
            else:
                assert await event_of(stream) == (event, told)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_posts_conversations_and_notifications_come_over_both_transports(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    async with (
        listen(api, "ben", "user", "direct") as socket,
        opened(api, "/api/v1/streaming/user", "ben") as user,
        opened(api, "/api/v1/streaming/direct", "ben") as direct,
        opened(api, "/api/v1/streaming/user/notification", "ben") as told,
    ):
        secret = await api.post("amy", "@ben only you", visibility="direct")
        event, payload = await event_of(direct)
        assert (event, json.loads(payload)["last_status"]["id"]) == ("conversation", secret["id"])
        assert (await event_of(told))[0] == (await event_of(user))[0] == "notification"
        post = await api.post("amy", "hello")
        await api.ok("PUT", f"/api/v1/statuses/{post['id']}", "amy", json={"status": "bye"})
        assert [(await event_of(user))[0] for _ in range(2)] == ["update", "status.update"]
        heard = {(said["stream"][0], said["event"]) for said in await socket.rest()}
        assert heard == {("direct", "conversation"), ("user", "notification"), ("user", "update"), ("user", "status.update")}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_announcements_need_no_right_to_notifications(api: Api) -> None:
    (amy,) = await api.join("amy")
    headers = await api.people.bearer(amy, "read:statuses")
    async with api.client.get("/api/v1/streaming/user", headers=headers) as stream:
        await stream.content.readline()
        api.runtime.bus.publish(topics.notifications(amy.id), topics.NotificationsMerged())
        api.runtime.bus.publish(topics.ANNOUNCEMENTS, topics.AnnouncementRemoved(announcement_id=8))
        async with asyncio.timeout(5):
            assert await event_of(stream) == ("announcement.delete", "8")

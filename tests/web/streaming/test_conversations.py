"""The stream `direct`: a conversation each time it changes, for its owner as it is then."""

from __future__ import annotations

import json
from typing import Any

from fedisw.live import topics
from tests.web.mastodon.tables import faults
from tests.web.streaming.conftest import Api, listen


def talks(heard: list[Any]) -> list[tuple[bool, str]]:
    """Unread and last text of each."""
    found = [json.loads(said["payload"]) for said in heard]
    assert all(said["stream"] == ["direct"] and said["event"] == "conversation" for said in heard)
    assert faults(found, "[Conversation]") == []
    return [(talk["unread"], talk["last_status"]["content"].rpartition("</span> ")[2].removesuffix("</p>")) for talk in found]


async def test_those_who_take_part_hear_of_every_change(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    async with listen(api, "ben", "direct") as ben, listen(api, "cat", "direct", "user") as cat:
        post = await api.ok("POST", "/api/v1/statuses", "amy", json={"status": "@ben one", "visibility": "direct"})
        assert talks(await ben.rest()) == [(True, "one")]
        (talk,) = await api.ok("GET", "/api/v1/conversations", "ben")
        await api.ok("POST", f"/api/v1/conversations/{talk['id']}/read", "ben")
        assert talks(await ben.rest()) == [(False, "one")]
        await api.ok("PUT", f"/api/v1/statuses/{post['id']}", "amy", json={"status": "@ben uno"})
        assert talks(await ben.rest()) == [(False, "uno")]
        form = {"status": "@amy two", "visibility": "direct", "in_reply_to_id": post["id"]}
        reply = await api.ok("POST", "/api/v1/statuses", "ben", json=form)
        assert talks(await ben.rest()) == [(False, "two")]
        await api.ok("DELETE", f"/api/v1/statuses/{reply['id']}", "ben")
        assert talks(await ben.rest()) == [(False, "uno")]
        await cat.silent()


async def test_nobody_hears_of_a_conversation_of_others_or_with_somebody_blocked(api: Api) -> None:
    amy, ben, cat = await api.join("amy", "ben", "cat")
    await api.ok("POST", "/api/v1/statuses", "amy", json={"status": "@ben one", "visibility": "direct"})
    (talk,) = await api.ok("GET", "/api/v1/conversations", "ben")
    message = topics.ConversationChanged(conversation_id=int(talk["id"]))
    async with listen(api, "cat", "direct") as ears:
        api.runtime.bus.publish(topics.direct(cat.id), message)
        await ears.silent()
    await api.ok("POST", f"/api/v1/accounts/{amy.id}/block", "ben")
    async with listen(api, "ben", "direct") as ears:
        api.runtime.bus.publish(topics.direct(ben.id), message)
        await ears.silent()

"""Streams as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse

from fedisw.services import oauth
from fedisw.storage.queries import oauth as tokens
from fedisw.web.streaming import sse
from tests.web.streaming.conftest import SOON, Api

PATH = "/api/v1/streaming"


@asynccontextmanager
async def opened(api: Api, path: str, who: str, **more: Any) -> AsyncIterator[ClientResponse]:
    """A stream that has begun."""
    async with api.client.get(f"{PATH}/{path}", headers=api.tokens[who], **more) as answer:
        assert answer.status == 200
        assert await line_of(answer) == ":)"
        yield answer


async def line_of(answer: ClientResponse) -> str:
    async with asyncio.timeout(SOON):
        return (await answer.content.readline()).decode().rstrip("\n")


async def event_of(answer: ClientResponse) -> tuple[str, str]:
    event, data, empty = [await line_of(answer) for _ in range(3)]
    assert empty == ""
    return event.removeprefix("event: "), data.removeprefix("data: ")


async def test_a_follower_hears_of_a_post_and_of_its_end(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    async with api.runtime.working(), opened(api, "user", "ben") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        assert stream.headers["Cache-Control"] == "private, no-store"
        assert stream.headers["Access-Control-Allow-Origin"] == "*"
        post = await api.ok("POST", "/api/v1/statuses", "amy", json={"status": "One\n\ntwo @ben"})
        heard = dict([await event_of(stream), await event_of(stream)])
        assert json.loads(heard["update"]) == await api.ok("GET", f"/api/v1/statuses/{post['id']}", "ben")
        assert json.loads(heard["notification"])["status"]["id"] == post["id"]
        await api.ok("PUT", f"/api/v1/statuses/{post['id']}", "amy", json={"status": "Three"})
        assert (await event_of(stream))[0] == "status.update"
        await api.ok("DELETE", f"/api/v1/statuses/{post['id']}", "amy")
        assert await event_of(stream) == ("delete", post["id"])


@pytest.mark.parametrize(
    "path", ["public", "public/local", "public?only_media=true", "hashtag?tag=Care", "hashtag/local/?tag=care", "public/"]
)
async def test_every_open_stream_has_an_address(api: Api, path: str) -> None:
    await api.join("amy", "ben")
    async with opened(api, path, "ben") as stream:
        plain = await api.post("amy", "Look #care")
        if "only_media" in path:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await line_of(stream)
            return
        event, data = await event_of(stream)
        assert (event, json.loads(data)["id"]) == ("update", plain["id"])


async def test_the_stream_of_notifications_has_nothing_else(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    async with opened(api, "user/notification", "ben") as stream:
        await api.post("amy", "Not for the bell")
        await api.post("amy", "Hello @ben")
        event, data = await event_of(stream)
        assert (event, json.loads(data)["type"]) == ("notification", "mention")


async def test_silence_has_a_heartbeat(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "BEAT", 0.05)
    await api.join("amy")
    async with opened(api, "user", "amy") as stream:
        assert [await line_of(stream) for _ in range(2)] == [":thump", ":thump"]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/nonsense", 400, "Unknown channel requested"),
        ("/user/everything", 400, "Unknown channel requested"),
        ("/hashtag", 400, "Missing tag name parameter"),
        ("/list", 400, "Missing list name parameter"),
        ("/list?list=1", 401, "Not authorized to stream this list"),
    ],
)
async def test_what_cannot_be_heard_is_answered_at_once(api: Api, path: str, status: int, error: str) -> None:
    await api.join("amy")
    answer = await api.call("GET", PATH + path, "amy")
    assert (answer.status, answer.json["error"], answer.headers["X-Error-Message"]) == (status, error, error)


async def test_who_may_not_listen_is_told(api: Api) -> None:
    (amy,) = await api.join("amy")
    assert (await api.call("GET", f"{PATH}/user")).status == 401
    api.tokens["writer"] = await api.people.bearer(amy, "write profile")
    answer = await api.call("GET", f"{PATH}/user", "writer")
    assert (answer.status, answer.json["error"]) == (401, "Access token does not have the required scopes")
    api.tokens["app"] = await api.people.bearer(None)
    assert (await api.call("GET", f"{PATH}/public", "app")).status == 422


async def test_a_revoked_token_ends_the_stream(api: Api) -> None:
    (amy,) = await api.join("amy")
    (token,) = await api.db.read(tokens.token_ids, amy.id)
    async with opened(api, "user", "amy") as stream:
        await api.db.write(oauth.end_token, token)
        assert await line_of(stream) == ""
        assert stream.content.at_eof()


async def test_a_head_request_ends(api: Api) -> None:
    await api.join("amy")
    assert (await api.call("HEAD", f"{PATH}/user", "amy")).status == 200


async def test_the_health_of_streaming_is_told_to_everybody(api: Api) -> None:
    answer = await api.call("GET", f"{PATH}/health")
    assert (answer.status, answer.text) == (200, "OK")


async def test_a_token_in_the_query_is_in_no_log(api: Api) -> None:
    await api.join("amy")
    text = api.tokens["amy"]["Authorization"].removeprefix("Bearer ")
    with structlog.testing.capture_logs() as logs:
        assert (await api.call("HEAD", f"{PATH}/user?access_token={text}")).status == 200
        assert (await api.call("GET", f"{PATH}/nonsense?access_token={text}")).status == 400
    assert [entry["path"] for entry in logs if entry["event"] == "web.request"] == [f"{PATH}/user", f"{PATH}/nonsense"]
    assert text not in str(logs)
    assert (await api.call("GET", f"/api/v1/timelines/home?access_token={text}")).status == 401

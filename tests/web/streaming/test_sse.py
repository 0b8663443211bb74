"""Streams as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse

from fedisw.services import oauth
from fedisw.storage.queries import oauth as tokens
from fedisw.web.streaming import sse
from tests.web.streaming.conftest import SOON, Api


@asynccontextmanager
async def opened(api: Api, path: str, who: str, **more: Any) -> AsyncIterator[ClientResponse]:
    """A stream that has begun."""
    async with api.client.get(path, headers=api.tokens[who], **more) as answer:
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
    async with api.runtime.working(), opened(api, "/api/v1/streaming/user", "ben") as stream:
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


OPEN = (
    "/api/v1/streaming/public",
    "/api/v1/streaming/public/",
    "/api/v1/streaming/public/local",
    "/api/v1/streaming/hashtag?tag=Care",
    "/api/v1/streaming/hashtag/local/?tag=care",
)
QUIET = (
    "/api/v1/streaming/public?only_media=true",
    "/api/v1/streaming/public/remote",
    "/api/v1/streaming/direct",
)


async def test_every_stream_has_an_address(api: Api) -> None:
    await api.join("amy", "ben")
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(opened(api, path, "ben")) for path in OPEN]
        quiet = [await stack.enter_async_context(opened(api, path, "ben")) for path in QUIET]
        post = await api.post("amy", "Look #care")
        for stream in streams:
            event, data = await event_of(stream)
            assert (event, json.loads(data)["id"]) == ("update", post["id"])
        for stream in quiet:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await line_of(stream)


async def test_the_stream_of_notifications_has_nothing_else(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    async with opened(api, "/api/v1/streaming/user/notification", "ben") as stream:
        await api.post("amy", "Not for the bell")
        await api.post("amy", "Hello @ben")
        event, data = await event_of(stream)
        assert (event, json.loads(data)["type"]) == ("notification", "mention")


async def test_silence_has_a_heartbeat(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "BEAT", 0.05)
    await api.join("amy")
    async with opened(api, "/api/v1/streaming/user", "amy") as stream:
        assert [await line_of(stream) for _ in range(2)] == [":thump", ":thump"]


REFUSED = (
    ("/api/v1/streaming/nonsense", 400, "Unknown channel requested"),
    ("/api/v1/streaming/user/everything", 400, "Unknown channel requested"),
    ("/api/v1/streaming/hashtag", 400, "Missing tag name parameter"),
    ("/api/v1/streaming/list", 400, "Missing list name parameter"),
    ("/api/v1/streaming/list?list=1", 401, "Not authorized to stream this list"),
)


async def test_what_cannot_be_heard_is_answered_at_once(api: Api) -> None:
    await api.join("amy")
    for path, status, error in REFUSED:
        answer = await api.call("GET", path, "amy")
        assert (answer.status, answer.json["error"], answer.headers["X-Error-Message"]) == (status, error, error)


async def test_who_may_not_listen_is_told(api: Api) -> None:
    (amy,) = await api.join("amy")
    assert (await api.call("GET", "/api/v1/streaming/user")).status == 401
    api.tokens["writer"] = await api.people.bearer(amy, "write profile")
    answer = await api.call("GET", "/api/v1/streaming/user", "writer")
    assert (answer.status, answer.json["error"]) == (401, "Access token does not have the required scopes")
    api.tokens["app"] = await api.people.bearer(None)
    assert (await api.call("GET", "/api/v1/streaming/public", "app")).status == 422


async def test_a_revoked_token_ends_the_stream(api: Api) -> None:
    (amy,) = await api.join("amy")
    (token,) = await api.db.read(tokens.token_ids, amy.id)
    async with opened(api, "/api/v1/streaming/user", "amy") as stream:
        await api.db.write(oauth.end_token, token)
        assert await line_of(stream) == ""
        assert stream.content.at_eof()


async def test_a_head_request_ends(api: Api) -> None:
    await api.join("amy")
    assert (await api.call("HEAD", "/api/v1/streaming/user", "amy")).status == 200


async def test_the_health_of_streaming_is_told_to_everybody(api: Api) -> None:
    answer = await api.call("GET", "/api/v1/streaming/health")
    assert (answer.status, answer.text) == (200, "OK")


async def test_a_token_in_the_query_is_in_no_log(api: Api) -> None:
    await api.join("amy")
    text = api.tokens["amy"]["Authorization"].removeprefix("Bearer ")
    with structlog.testing.capture_logs() as logs:
        assert (await api.call("HEAD", f"/api/v1/streaming/user?access_token={text}")).status == 200
        assert (await api.call("GET", f"/api/v1/streaming/nonsense?access_token={text}")).status == 400
    assert [entry["path"] for entry in logs if entry["event"] == "web.request"] == [
        "/api/v1/streaming/user",
        "/api/v1/streaming/nonsense",
    ]
    assert text not in str(logs)
    assert (await api.call("GET", f"/api/v1/timelines/home?access_token={text}")).status == 401

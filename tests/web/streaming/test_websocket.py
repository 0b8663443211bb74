"""Streams over WebSocket."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace as dataclass_replace
from typing import Any

import pytest
from aiohttp import ClientSession, WSCloseCode, WSServerHandshakeError
from msgspec.structs import replace

from fedisw.config import Address
from fedisw.live import topics
from fedisw.services import accounts, oauth, signing_in
from fedisw.storage import signals
from fedisw.storage.queries import oauth as tokens
from fedisw.web.serving import serving
from fedisw.web.streaming.seats import PER_PERSON
from tests.web.streaming.conftest import Api, Stream, listen


async def test_a_follower_hears_of_a_post_its_edit_and_its_end_and_of_a_mention(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    async with api.runtime.working(), listen(api, "ben", "user", "user:notification") as ben:
        post = await api.ok("POST", "/api/v1/statuses", "amy", json={"status": "Hello @ben"})
        heard = [await ben.hear() for _ in range(3)]
        assert sorted((said["event"], *said["stream"]) for said in heard) == [
            ("notification", "user"),
            ("notification", "user:notification"),
            ("update", "user"),
        ]
        shown = {said["event"]: said["payload"] for said in heard}
        assert shown["update"] == await api.ok("GET", f"/api/v1/statuses/{post['id']}", "ben")
        assert shown["notification"] == (await api.ok("GET", "/api/v1/notifications", "ben"))[0]

        await api.ok("PUT", f"/api/v1/statuses/{post['id']}", "amy", json={"status": "Hello again @ben"})
        edited = await ben.hear()
        assert (edited["event"], edited["payload"]["id"]) == ("status.update", post["id"])
        assert "Hello again" in edited["payload"]["content"]

        await api.ok("DELETE", f"/api/v1/statuses/{post['id']}", "amy")
        assert await ben.hear() == {"stream": ["user"], "event": "delete", "payload": post["id"]}


async def test_one_socket_carries_many_streams_and_names_each(api: Api) -> None:
    await api.join("amy", "ben")
    async with listen(api, "ben", "public", "public:local", "public:remote", "public:media") as ben:
        await ben.say(type="subscribe", stream="hashtag", tag="Educación")
        await ben.say(type="subscribe", stream="hashtag:local", tag="educacion")
        await ben.say(type="subscribe", stream="public")  # again changes nothing
        await ben.ready()
        post = await api.post("amy", "About #educación")
        heard = [await ben.hear() for _ in range(4)]
        assert {said["payload"]["id"] for said in heard} == {post["id"]}
        assert {tuple(said["stream"]) for said in heard} == {
            ("public",),
            ("public:local",),
            ("hashtag", "Educación"),
            ("hashtag:local", "educacion"),
        }
        await ben.say(type="unsubscribe", stream="public")
        await ben.say(type="unsubscribe", stream="hashtag", tag="Educación")
        await ben.say(type="unsubscribe", stream="hashtag:local", tag="educacion")
        await ben.say(type="unsubscribe", stream="list", list="7")
        assert await ben.hear() == {"error": "Not authorized to stream this list", "status": 401}
        await ben.ready()
        again = await api.post("amy", "More about #educación")
        assert (await ben.hear())["stream"] == ["public:local"]
        await ben.silent()
        assert again["id"] != post["id"]


async def test_posts_of_other_servers_are_in_the_remote_stream(api: Api) -> None:
    await api.join("ben")
    rob = await api.remote()
    async with listen(api, "ben", "public:remote", "public:local") as ben:
        status = await api.receive(rob)
        said = await ben.hear()
        assert (said["stream"], said["payload"]["id"]) == (["public:remote"], str(status.id))
        await ben.silent()


async def test_a_list_is_heard_by_its_owner_only(api: Api) -> None:
    await api.join("amy", "ben", "cleo")
    await api.follow("ben", "amy")
    made = await api.ok("POST", "/api/v1/lists", "ben", json={"title": "Team"})
    await api.ok("POST", f"/api/v1/lists/{made['id']}/accounts", "ben", json={"account_ids": [str(api.accounts["amy"].id)]})
    async with listen(api, "ben", stream="list", list=made["id"]) as ben, listen(api, "cleo") as cleo:
        await cleo.say(type="subscribe", stream="list", list=made["id"])
        assert await cleo.hear() == {"error": "Not authorized to stream this list", "status": 401}
        post = await api.post("amy", "For the team")
        said = await ben.hear()
        assert (said["stream"], said["payload"]["id"]) == (["list", made["id"]], post["id"])
        await cleo.silent()


REFUSED: tuple[tuple[dict[str, Any], str, int], ...] = (
    ({"stream": "local"}, "Unknown stream type", 400),
    ({"stream": ""}, "Unknown stream type", 400),
    ({"stream": "hashtag"}, "Missing tag name parameter", 400),
    ({"stream": "hashtag", "tag": "#"}, "Missing tag name parameter", 400),
    ({"stream": "list"}, "Missing list name parameter", 400),
    ({"stream": "list", "list": 1}, "Not authorized to stream this list", 401),
    ({"stream": "list", "list": "x" * 30}, "Not authorized to stream this list", 401),
)


async def test_what_cannot_be_heard_is_said_and_the_socket_stays(api: Api) -> None:
    await api.join("amy")
    async with listen(api, "amy") as amy:
        for command, error, status in REFUSED:
            for what in ("subscribe", "unsubscribe"):
                await amy.say(type=what, **command)
                assert await amy.hear() == {"error": error, "status": status}, command


async def test_what_is_no_command_is_ignored(api: Api) -> None:
    await api.join("amy")
    async with listen(api, "amy") as amy:
        for text in ("", "no json", "[]", "{}", '{"type":5}', '{"type":"dance","stream":"user"}'):
            await amy.socket.send_str(text)
        await amy.silent()


async def test_a_binary_frame_and_a_long_message_end_the_connection(api: Api) -> None:
    await api.join("amy")
    async with listen(api, "amy") as amy:
        await amy.socket.send_bytes(b"x")
        assert await amy.closed() == WSCloseCode.UNSUPPORTED_DATA
    async with listen(api, "amy") as amy:
        await amy.socket.send_str("x" * 4_097)
        assert await amy.closed() == WSCloseCode.MESSAGE_TOO_BIG


async def test_a_token_comes_in_a_header_as_protocol_or_in_the_query(api: Api) -> None:
    await api.join("amy")
    text = api.tokens["amy"]["Authorization"].removeprefix("Bearer ")
    for how in ({"headers": api.tokens["amy"]}, {"protocols": (text,)}, {"params": {"access_token": text}}):
        async with api.client.ws_connect("/api/v1/streaming", **how) as socket:  # type: ignore[arg-type]  # one of three arguments
            assert socket.protocol == (text if "protocols" in how else None)
            await Stream(socket, api, "amy").silent()


async def refused(api: Api, **how: Any) -> WSServerHandshakeError:
    with pytest.raises(WSServerHandshakeError) as caught:
        await api.client.ws_connect("/api/v1/streaming", **how)
    return caught.value


async def test_who_is_not_let_in_is_told_before_the_upgrade(api: Api) -> None:
    (amy,) = await api.join("amy")
    for how in ({}, {"protocols": ("nonsense",)}, {"params": {"access_token": "nonsense"}}):
        answer = await refused(api, **how)
        assert answer.status == 401
        assert answer.headers is not None
        assert answer.headers["X-Error-Message"] == "The access token is invalid"
    of_app = await api.people.bearer(None)
    assert (await refused(api, headers=of_app)).status == 422
    writes_only = await api.people.bearer(amy, "write")
    assert (await refused(api, headers=writes_only)).status == 401
    await api.people.person("ben", confirmed_at=None)
    waiting = await api.people.person("cleo", approved_at=None)
    assert (await refused(api, headers=await api.people.bearer(waiting))).status == 403
    assert (await api.call("GET", "/api/v1/streaming", "amy")).status == 404


async def test_a_stream_needs_its_scope(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    for name in ("statuses", "notifications"):
        api.tokens[name], api.accounts[name] = await api.people.bearer(amy, f"read:{name}"), amy
    no = {"error": "Access token does not have the required scopes", "status": 401}
    async with listen(api, "notifications") as told, listen(api, "statuses", "user") as reads:
        for name in ("user", "public", "direct"):
            await told.say(type="subscribe", stream=name)
            assert await told.hear() == no
        await reads.say(type="subscribe", stream="user:notification")
        assert await reads.hear() == no
        await told.say(type="subscribe", stream="user:notification")
        await told.ready()
        await api.post("ben", "Hello @amy")
        assert (await told.hear())["event"] == "notification"
        await reads.silent()


@pytest.mark.parametrize("how", ["revoked", "by a command", "suspended", "new password"])
async def test_the_stream_ends_with_the_token_and_with_the_account(api: Api, how: str) -> None:
    (amy,) = await api.join("amy")
    found = await api.db.read(tokens.token_ids, amy.id)
    async with api.runtime.working(), listen(api, "amy", "user") as stream:
        match how:
            case "revoked":
                await api.db.write(oauth.end_token, found[0])
            case "by a command":
                ended = topics.encode(topics.Ended())
                await asyncio.sleep(1.1)  # the reader of signals has begun
                await api.db.write(signals.add, topics.token(found[0]), ended, now=api.clock())
            case "suspended":
                await api.db.write(accounts.suspend, account_id=amy.id, now=api.clock())
            case _:
                await api.db.write(signing_in.change_password, account_id=amy.id, password_hash="!")
        assert await stream.closed() == WSCloseCode.POLICY_VIOLATION


async def test_a_person_has_ten_streams_at_most(api: Api) -> None:
    await api.join("amy", "ben")
    open_sockets = [await api.client.ws_connect("/api/v1/streaming", headers=api.tokens["amy"]) for _ in range(PER_PERSON)]
    assert (await refused(api, headers=api.tokens["amy"])).status == 429
    async with listen(api, "ben"):
        pass
    await open_sockets.pop().close()
    async with asyncio.timeout(5):
        while True:
            try:
                async with listen(api, "amy"):
                    break
            except WSServerHandshakeError:
                await asyncio.sleep(0.01)
    for socket in open_sockets:
        await socket.close()


async def test_streams_are_told_when_the_server_closes(api: Api) -> None:
    await api.join("amy")
    async with listen(api, "amy", "user") as stream:
        closing = asyncio.ensure_future(api.client.server.app.shutdown())  # type: ignore[attr-defined]  # of a TestServer
        assert await stream.closed() == WSCloseCode.GOING_AWAY
        await closing


async def test_streams_run_through_the_real_listener_and_end_with_it(api: Api) -> None:
    await api.join("amy")
    listen_here = replace(api.runtime.settings.listen, address=(Address(host="127.0.0.1", port=0),))
    runtime = dataclass_replace(api.runtime, settings=replace(api.runtime.settings, listen=listen_here))
    async with ClientSession() as session, AsyncExitStack() as stack:
        (address,) = await stack.enter_async_context(serving(runtime))
        async with session.ws_connect(f"{address}/api/v1/streaming", headers=api.tokens["amy"]) as socket:
            stream = Stream(socket, api, "amy")
            await stream.say(type="subscribe", stream="user")
            await stream.ready()
            post = await api.post("amy", "Hello")
            assert await stream.events(1) == [("update", post["id"])]
            began = asyncio.get_running_loop().time()
            ending = asyncio.ensure_future(stack.aclose())
            assert await stream.closed() == WSCloseCode.GOING_AWAY
            await ending
            assert asyncio.get_running_loop().time() - began < 5

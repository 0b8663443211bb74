"""What a reader may not see cannot be acted on (VIS-2), is told as if it had never been (ENU-3), and ids of others are worth
nothing (VIS-9); streams ask anew for each event (VIS-11)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

from aiohttp import ClientWebSocketResponse, FormData

from fedisw.live import topics
from fedisw.model.statuses import Visibility
from tests.security.conftest import Town
from tests.support.audiences import AUTHORS, BLOCKED, BLOCKING, FOLLOWER, NOBODY, READERS, STRANGER, TAG, Case
from tests.support.pictures import picture
from tests.web.mastodon.conftest import Answer, Api

VARYING = {"date", "x-request-id", "content-length"}
MISSING = 9_000_000_000
ACTS = ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark", "pin", "unpin", "mute", "unmute")
READS = ("", "/context", "/history", "/source", "/reblogged_by", "/favourited_by")


def told(answer: Answer) -> tuple[int, Any, dict[str, str]]:
    """All that a client can tell one answer from another by."""
    return answer.status, answer.json, {name: value for name, value in answer.headers.items() if name.lower() not in VARYING}


@dataclass(frozen=True, slots=True)
class Ask:
    """One way to ask for a post, or to act on it."""

    method: str
    path: Callable[[Case, bool], str]
    body: Callable[[int, Case], dict[str, object] | None] = lambda _number, _case: None


def asks() -> list[Ask]:
    """Every way to name a post."""

    def below(part: str) -> Callable[[Case, bool], str]:
        return lambda case, there: f"/api/v1/statuses/{case.status.id if there else MISSING}{part}"

    def poll(part: str) -> Callable[[Case, bool], str]:
        return lambda case, there: f"/api/v1/polls/{case.status.poll_id if there else MISSING}{part}"

    return [
        *(Ask("POST", below(f"/{act}")) for act in ACTS),
        *(Ask("GET", below(part)) for part in READS),
        Ask("DELETE", below("")),
        Ask("PUT", below(""), lambda _number, _case: {"status": "mine now"}),
        Ask("GET", poll("")),
        Ask("POST", poll("/votes"), lambda _number, _case: {"choices": [0]}),
        Ask(
            "POST",
            lambda _case, _there: "/api/v1/statuses",
            lambda number, _case: {"status": "a reply", "in_reply_to_id": number},
        ),
        Ask(
            "POST",
            lambda _case, _there: "/api/v1/reports",
            lambda number, case: {"account_id": str(case.status.account_id), "status_ids": [str(number)]},
        ),
    ]


async def test_vis_2_nobody_acts_on_what_they_may_not_see_nor_learns_that_it_is_there(town: Town) -> None:
    wrong = []
    for case, reader in product(town.world.cases[:: len(Visibility) - 1], (STRANGER, BLOCKED, BLOCKING)):
        if case.expected(reader) != 404:
            continue
        for ask in asks():
            hidden = await town.api.call(ask.method, ask.path(case, True), reader, json=ask.body(case.status.id, case))
            missing = await town.api.call(ask.method, ask.path(case, False), reader, json=ask.body(MISSING, case))
            if hidden.status != 404 or told(hidden) != told(missing):
                wrong.append((case.name, reader, ask.method, ask.path(case, True), hidden.status, missing.status))
    assert wrong == []


async def test_enu_3_strangers_without_proof_are_told_the_same_of_hidden_and_missing_posts(town: Town) -> None:
    hidden = [case for case in town.world.cases if case.expected(NOBODY) == 404]
    accept = {"Accept": "application/activity+json"}
    origin = str(town.api.runtime.settings.origin)
    for case in hidden:
        there, missing = f"/api/v1/statuses/{case.status.id}", f"/api/v1/statuses/{MISSING}"
        for part in ("", "/context", "/history", "/reblogged_by", "/favourited_by"):
            assert told(await town.read(there + part, NOBODY)) == told(await town.read(missing + part, NOBODY)), (case.name, part)
        for part in ("", "/activity", "/replies", "/likes", "/shares", "/context"):
            here = await town.read(case.status.uri.removeprefix(origin) + part, NOBODY, headers=accept)
            nowhere = await town.read(f"/ap/objects/{MISSING}{part}", NOBODY, headers=accept)
            assert told(here) == told(nowhere), (case.name, part)
        page, none = await town.page(case.page, NOBODY), await town.page(f"/@{case.author}/{MISSING}", NOBODY)
        assert (told(page), page.text.replace(str(case.status.id), "")) == (told(none), none.text.replace(str(MISSING), ""))
        found = await town.read(f"/api/oembed?url={origin}{case.page}", NOBODY)
        assert told(found) == told(await town.read(f"/api/oembed?url={origin}/@x/{MISSING}", NOBODY))


async def belongings(api: Api) -> dict[str, str]:
    """Ids of what amy has."""
    await api.join("amy", "ben")
    amy, post = api.accounts["amy"], await api.post("amy", "mine", visibility="direct")
    made = await api.ok("POST", "/api/v1/lists", "amy", json={"title": "private"})
    form = FormData()
    form.add_field("file", picture(), filename="a.png")
    media = await api.ok("POST", "/api/v2/media", "amy", data=form)
    own = await api.post("ben", "hello @amy")
    notice = (await api.ok("GET", "/api/v1/notifications", "amy"))[0]
    assert own["id"] == notice["status"]["id"]
    return {
        "list": made["id"],
        "media": media["id"],
        "notice": notice["id"],
        "group": f"ungrouped-{notice['id']}",
        "post": post["id"],
        "amy": str(amy.id),
    }


async def test_vis_9_ids_of_somebody_else_are_worth_nothing(api: Api) -> None:
    ids = await belongings(api)
    calls: list[tuple[str, str, object]] = [
        ("GET", "/api/v1/lists/{list}", None),
        ("PUT", "/api/v1/lists/{list}", {"title": "taken"}),
        ("DELETE", "/api/v1/lists/{list}", None),
        ("GET", "/api/v1/lists/{list}/accounts", None),
        ("GET", "/api/v1/lists/{list}/accounts?limit=0", None),
        ("POST", "/api/v1/lists/{list}/accounts", {"account_ids": [ids["amy"]]}),
        ("DELETE", "/api/v1/lists/{list}/accounts", {"account_ids": [ids["amy"]]}),
        ("GET", "/api/v1/timelines/list/{list}", None),
        ("GET", "/api/v1/notifications/{notice}", None),
        ("POST", "/api/v1/notifications/{notice}/dismiss", None),
        ("GET", "/api/v2/notifications/{group}", None),
        ("GET", "/api/v2/notifications/{group}/accounts", None),
        ("POST", "/api/v2/notifications/{group}/dismiss", None),
        ("GET", "/api/v1/media/{media}", None),
        ("PUT", "/api/v1/media/{media}", {"description": "taken"}),
        ("DELETE", "/api/v1/media/{media}", None),
        ("POST", "/api/v1/follow_requests/{amy}/authorize", None),
        ("POST", "/api/v1/follow_requests/{amy}/reject", None),
        ("GET", "/api/v1/statuses/{post}/source", None),
        ("PUT", "/api/v1/statuses/{post}", {"status": "taken"}),
        ("DELETE", "/api/v1/statuses/{post}", None),
    ]
    before = [await api.call(method, path.format(**ids), "amy") for method, path, _ in calls if method == "GET"]
    for method, path, body in calls:
        there = await api.call(method, path.format(**ids), "ben", json=body)
        nowhere = {name: "ungrouped-77" if name == "group" else str(MISSING) for name in ids}
        missing = await api.call(method, path.format(**nowhere), "ben", json=body)
        assert there.status == 404, (method, path, there.status)
        assert told(there) == told(missing), (method, path)
    after = [await api.call(method, path.format(**ids), "amy") for method, path, _ in calls if method == "GET"]
    assert [(answer.status, answer.json) for answer in after] == [(answer.status, answer.json) for answer in before]
    assert (await api.call("POST", "/api/v1/statuses", "ben", json={"status": "x", "media_ids": [ids["media"]]})).status == 422
    assert (await api.call("GET", "/api/v1/media/{media}".format(**ids), "amy")).status == 200


@asynccontextmanager
async def listening(town: Town, reader: str) -> AsyncIterator[ClientWebSocketResponse]:
    """One socket on every stream that the reader can have."""
    path = "/api/v1/streaming"
    async with town.api.client.ws_connect(path, headers=town.api.tokens[reader]) as socket:
        for stream in ("user", "user:notification", "direct", "public", "public:local", "public:media", "public:local:media"):
            await socket.send_json({"type": "subscribe", "stream": stream})
        for stream in ("hashtag", "hashtag:local"):
            await socket.send_json({"type": "subscribe", "stream": stream, "tag": TAG})
        await socket.send_json({"type": "subscribe", "stream": "list", "list": str(town.world.lists[reader])})
        await socket.send_json({"type": "subscribe", "stream": "nothing"})
        assert (await socket.receive_json(timeout=10))["error"] == "Unknown stream type"  # all before it are open now
        yield socket


def shout(town: Town, reader: str, case: Case, notice: int) -> None:
    """A post is told of on every topic, whether it belongs there or not."""
    bus, me = town.api.runtime.bus, town.api.accounts[reader].id
    places = [topics.home(me), topics.PUBLIC, topics.PUBLIC_LOCAL, topics.list_of(town.world.lists[reader]), topics.direct(me)]
    places += [topics.hashtag(TAG), topics.hashtag(TAG, local=True), topics.PUBLIC + topics.WITH_MEDIA]
    for place in places:
        bus.publish(place, topics.Posted(status_id=case.status.id))
        bus.publish(place, topics.Edited(status_id=case.boost_id))
    bus.publish(topics.notifications(me), topics.Notified(notification_id=notice))


async def test_vis_11_streams_show_no_post_to_whom_it_is_not_for(town: Town) -> None:
    for reader in (*READERS, *AUTHORS.values()):
        await check_streams(town, reader)


async def check_streams(town: Town, reader: str) -> None:
    heard, cases = "", town.world.cases
    async with listening(town, reader) as socket:
        for case, notice in zip(cases, town.world.notices[reader], strict=True):
            shout(town, reader, case, notice)
            town.api.runtime.bus.publish(topics.ANNOUNCEMENTS, topics.AnnouncementRemoved(announcement_id=1))
            async with asyncio.timeout(20):
                while "announcement.delete" not in (said := await socket.receive_str()):
                    heard += said
    assert [case.name for case in cases if case.expected(reader) != 200 and case.secret in heard] == []
    if reader == FOLLOWER:
        unheard = [case.name for case in cases if case.status.visibility is Visibility.PRIVATE and case.secret not in heard]
        assert unheard == []

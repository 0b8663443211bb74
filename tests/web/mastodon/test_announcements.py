"""What everybody on the server is told, and what people think of it (mastodon-api.md, sections 2.19, 2.22 and 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from fedisw.model.announcements import Announcement
from fedisw.services import announcements
from fedisw.text.emojis import is_emoji
from tests.web.mastodon.conftest import Api

PATH = "/api/v1/announcements"
HEART, FLAG = "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}", "\U0001f1ea\U0001f1f8"


async def _tell(api: Api, number: int = 1, **changes: Any) -> Announcement:
    now = api.clock()
    values = {"id": number, "content": f"<p>News {number}</p>", "published_at": now, "updated_at": now}
    made = Announcement(**(values | changes))
    await api.db.write(announcements.publish, made)
    return made


async def test_everybody_is_told_until_it_is_over(api: Api) -> None:
    await api.join("amy", "ben")
    await _tell(api)
    await _tell(api, 2, ends_at=api.clock() + timedelta(hours=1), all_day=True)
    found = await api.ok("GET", PATH, "amy")
    assert [(one["content"], one["read"], one["all_day"]) for one in found] == [
        ("<p>News 1</p>", False, False),
        ("<p>News 2</p>", False, True),
    ]
    for _ in range(2):
        assert await api.ok("POST", "/api/v1/announcements/1/dismiss", "amy") == {}
    assert [one["read"] for one in await api.ok("GET", PATH, "amy")] == [True, False]
    assert [one["read"] for one in await api.ok("GET", PATH, "ben")] == [False, False]
    api.clock.forward(hours=2)
    assert [one["id"] for one in await api.ok("GET", f"{PATH}?with_dismissed=true", "amy")] == ["1"]
    assert (await api.call("DELETE", "/api/v1/announcements/9/reactions/x", "amy")).status == 404
    for path in ("/api/v1/announcements/2/dismiss", "/api/v1/announcements/9/dismiss"):
        assert (await api.call("POST", path, "amy")).status == 404


async def test_people_react_with_emojis(api: Api) -> None:
    await api.join("amy", "ben")
    await _tell(api)
    heart, flag = (f"/api/v1/announcements/1/reactions/{quote(name)}" for name in (HEART, FLAG))
    for who in ("amy", "ben", "amy"):
        assert await api.ok("PUT", heart, who) == {}
    await api.ok("PUT", flag, "ben")
    (told,) = await api.ok("GET", PATH, "amy")
    assert told["reactions"] == [
        {"name": HEART, "count": 2, "me": True},
        {"name": FLAG, "count": 1, "me": False},
    ]
    assert await api.ok("DELETE", heart, "amy") == {}
    assert (await api.call("DELETE", heart, "amy")).status == 404
    assert (await api.call("PUT", "/api/v1/announcements/9/reactions/x", "amy")).status == 404
    for name in ("x", ":blob:", "ab", quote(HEART + FLAG)):
        answer = await api.call("PUT", f"/api/v1/announcements/1/reactions/{name}", "amy")
        assert (answer.status, answer.json["error"]) == (422, "Validation failed: Name is not a recognized emoji")
    for number in range(6):
        await api.ok("PUT", f"/api/v1/announcements/1/reactions/{quote(chr(0x1F600 + number))}", "amy")
    ninth = await api.call("PUT", f"/api/v1/announcements/1/reactions/{quote(chr(0x1F60F))}", "amy")
    assert ninth.status == 422


async def test_streams_tell_of_news_and_reactions(api: Api) -> None:
    await api.join("amy")
    async with api.client.ws_connect("/api/v1/streaming?stream=user", headers=api.tokens["amy"]) as socket:
        await socket.send_str('{"type":"subscribe","stream":"nonsense"}')
        assert "Unknown" in await socket.receive_str()
        made = await _tell(api)
        first = await socket.receive_json(timeout=5)
        assert (first["event"], "News 1" in first["payload"]) == ("announcement", True)
        await api.ok("PUT", f"/api/v1/announcements/1/reactions/{quote(HEART)}", "amy")
        second = await socket.receive_json(timeout=5)
        assert second["event"] == "announcement.reaction"
        assert second["payload"] == f'{{"name":"{HEART}","count":1,"announcement_id":"1"}}'
        await api.db.write(announcements.edit, replace(made, content="<p>Other</p>"))
        assert "Other" in (await socket.receive_json(timeout=5))["payload"]
        await api.db.write(announcements.take_back, 1)
        last = await socket.receive_json(timeout=5)
        assert (last["event"], last["payload"]) == ("announcement.delete", "1")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nothing_is_made_for_seasons(api: Api) -> None:
    await api.join("amy")
    assert await api.ok("GET", "/api/v1/annual_reports", "amy") == {"annual_reports": [], "accounts": [], "statuses": []}
    assert await api.ok("GET", "/api/v1/annual_reports/2025/state", "amy") == {"state": "ineligible"}
    for method, path in (
        ("GET", "/api/v1/annual_reports/2025"),
        ("POST", "/api/v1/annual_reports/2025/generate"),
        ("POST", "/api/v1/annual_reports/2025/read"),
        ("GET", "/api/v1/annual_reports/x/state"),
        ("GET", "/api/v1_alpha/async_refreshes/1"),
    ):
        assert (await api.call(method, path, "amy")).status == 404, path
    answer = await api.call("GET", "/api/v1/donation_campaigns", "amy")
    assert (answer.status, answer.text) == (204, "")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (HEART, True),
        (FLAG, True),
        ("\N{GRINNING FACE}", True),
        ("\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}", True),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", True),
        ("1\ufe0f\u20e3", True),
        ("", False),
        ("a", False),
        ("+", False),
        ("\N{GRINNING FACE}" * 2, False),
    ],
)
def test_one_emoji_is_told_from_other_texts(text: str, is_one: bool) -> None:
    assert is_emoji(text) is is_one

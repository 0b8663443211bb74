"""masto.js, the library of Elk and Phanpy, in Node."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.clients.conftest import Pair
from tests.support.node import Program, running
from tests.support.pictures import picture
from tests.support.server import PASSWORD, Person, eventually
from tests.support.visitor import OUT_OF_BAND, Visitor

MANY = 65
SCOPES = "read write follow push"


@pytest.fixture
def program() -> Iterator[Program]:
    """The script, not yet told of a server."""
    with running("masto.mjs") as started:
        yield started


@pytest.fixture
def amy(pair: Pair) -> Person:
    """Somebody."""
    return pair.newcomer("amy")


@pytest.fixture
def app(program: Program, amy: Person) -> Program:
    """The script as amy's app."""
    program.ask("open", url=amy.server.origin, token=amy.token)
    return program


def post(app: Program, text: str, **more: object) -> dict[str, object]:
    return dict(app.ask("call", way=["v1", "statuses", "create"], given=[{"status": text} | more]))


def test_it_gets_its_token_through_the_pages(program: Program, amy: Person) -> None:
    origin = amy.server.origin
    program.ask("open", url=origin)
    asked = {"clientName": "masto.js", "redirectUris": OUT_OF_BAND, "scopes": SCOPES}
    client = program.ask("call", way=["v1", "apps", "create"], given=[asked])
    query = {"response_type": "code", "client_id": client["clientId"], "redirect_uri": OUT_OF_BAND, "scope": SCOPES}
    code = Visitor(origin).code_for(f"{origin}/oauth/authorize?{urlencode(query)}", amy.email, PASSWORD)
    keys = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    token = program.ask("token", given=keys | {"grantType": "authorization_code", "code": code, "redirectUri": OUT_OF_BAND})
    assert token["scope"] == SCOPES
    program.ask("open", url=origin, token=token["accessToken"])
    assert program.ask("call", way=["v1", "accounts", "verifyCredentials"])["username"] == amy.name
    program.ask("revoke", given=keys | {"token": token["accessToken"]})
    assert program.try_to("call", way=["v1", "accounts", "verifyCredentials"])["status"] == 401


def test_it_posts_a_picture_and_changes_and_deletes_the_post(app: Program, amy: Person) -> None:
    media = app.ask("upload", picture=b64encode(picture()).decode(), description="A field")
    made = post(app, "Outside", mediaIds=[media["id"]], spoilerText="weather", visibility="unlisted", sensitive=True)
    assert (made["spoilerText"], made["visibility"], made["sensitive"]) == ("weather", "unlisted", True)
    assert [one["description"] for one in made["mediaAttachments"]] == ["A field"]
    attributes = [{"id": media["id"], "description": "A wet field", "focus": "0.0,0.5"}]
    change = {"status": "Inside", "mediaIds": [media["id"]], "mediaAttributes": attributes}
    app.ask("call", way=["v1", "statuses", {"select": made["id"]}, "update"], given=[change])
    changed = app.ask("call", way=["v1", "statuses", {"select": made["id"]}, "fetch"])
    assert (changed["content"], changed["mediaAttachments"][0]["description"]) == ("<p>Inside</p>", "A wet field")
    history = app.ask("call", way=["v1", "statuses", {"select": made["id"]}, "history", "list"])
    assert [one["content"] for one in history] == ["<p>Outside</p>", "<p>Inside</p>"]
    assert app.ask("call", way=["v1", "statuses", {"select": made["id"]}, "remove"])["text"] == "Inside"
    assert app.try_to("call", way=["v1", "statuses", {"select": made["id"]}, "fetch"])["status"] == 404


def test_it_reads_likes_boosts_and_saves(app: Program, amy: Person, pair: Pair) -> None:
    ben = pair.newcomer("ben")
    status = {"select": ben.post("/api/v1/statuses", status="Read this")["id"]}
    app.ask("call", way=["v1", "accounts", {"select": ben.id}, "follow"])
    assert app.ask("call", way=["v1", "statuses", status, "favourite"])["favourited"]
    assert app.ask("call", way=["v1", "statuses", status, "reblog"])["reblog"]["reblogged"]
    assert app.ask("call", way=["v1", "statuses", status, "bookmark"])["bookmarked"]
    for way in (["v1", "favourites", "list"], ["v1", "bookmarks", "list"]):
        assert [one["id"] for one in app.ask("call", way=way)] == [status["select"]]
    groups = eventually(lambda: ben.get("/api/v2/notifications")["notification_groups"])
    assert {one["type"] for one in groups} <= {"favourite", "reblog", "follow"}


def test_it_finds_people_on_another_server(app: Program, pair: Pair) -> None:
    zoe = pair.newcomer("zoe", away=True)
    found = app.ask("call", way=["v2", "search", "list"], given=[{"q": zoe.handle, "resolve": True, "type": "accounts"}])
    assert [one["acct"] for one in found["accounts"]] == [zoe.handle]
    app.ask("call", way=["v1", "accounts", {"select": found["accounts"][0]["id"]}, "follow"])
    assert eventually(lambda: zoe.get(f"/api/v1/accounts/{zoe.id}/followers"))


def test_the_stream_tells_of_posts_and_notifications(app: Program, amy: Person, pair: Pair) -> None:
    ben = pair.newcomer("ben")
    app.ask("call", way=["v1", "accounts", {"select": ben.id}, "follow"])
    assert app.ask("listen", token=amy.token).startswith("ws://")
    made = app.ask("call", way=["v1", "statuses", "create"], given=[{"status": "Am I heard?"}])
    assert (event := app.ask("next"))["event"] == "update", event
    assert event["payload"]["id"] == made["id"]
    ben.post(f"/api/v1/statuses/{made['id']}/favourite")
    heard = app.ask("next")
    assert (heard["event"], heard["payload"]["type"], heard["stream"]) == ("notification", "favourite", ["user"])
    app.ask("close")


def test_many_posts_are_paged_through_without_gap_or_repeat(app: Program, amy: Person) -> None:
    newest_first = [amy.post("/api/v1/statuses", status=f"Number {number}")["id"] for number in range(MANY)][::-1]
    eventually(lambda: amy.get("/api/v1/timelines/home", limit=1)[0]["id"] == newest_first[0])
    for way, last in (
        (["v1", "timelines", "home", "list"], {"minId": "0"}),
        (["v1", "accounts", {"select": amy.id}, "statuses", "list"], {"minId": "0"}),
    ):
        pages = app.ask("pages", way=way, given=[{"limit": 20}])
        assert [one["id"] for page in pages for one in page] == newest_first
        pages = app.ask("pages", way=way, given=[{"limit": 20} | last], direction="prev")
        assert [one["id"] for page in reversed(pages) for one in page] == newest_first


def test_polls_and_lists(app: Program, pair: Pair) -> None:
    ben = pair.newcomer("ben")
    made = ben.post("/api/v1/statuses", **{"status": "When?", "poll[options][]": ["Monday", "Friday"], "poll[expires_in]": 3600})
    voted = app.ask("call", way=["v1", "polls", {"select": made["poll"]["id"]}, "votes", "create"], given=[{"choices": [1]}])
    assert (voted["ownVotes"], [one["votesCount"] for one in voted["options"]]) == ([1], [0, 1])
    app.ask("call", way=["v1", "accounts", {"select": ben.id}, "follow"])
    team = app.ask("call", way=["v1", "lists", "create"], given=[{"title": "The team"}])
    app.ask("call", way=["v1", "lists", {"select": team["id"]}, "accounts", "create"], given=[{"accountIds": [ben.id]}])
    app.ask("call", way=["v1", "lists", {"select": team["id"]}, "accounts", "remove"], given=[{"accountIds": [ben.id]}])
    assert app.ask("call", way=["v1", "lists", {"select": team["id"]}, "accounts", "list"]) == []

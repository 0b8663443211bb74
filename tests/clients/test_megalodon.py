"""megalodon, the library of Whalebird and of apps for several kinds of servers, in Node: each group of its methods."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.clients.conftest import Pair
from tests.support.node import Program, running
from tests.support.pictures import picture
from tests.support.server import PASSWORD, Person, eventually
from tests.support.visitor import OUT_OF_BAND, Visitor

SCOPES = ["read", "write", "follow", "push"]
FAR = "2031-01-01T10:00:00.000Z"


@pytest.fixture
def program() -> Iterator[Program]:
    """The script, not yet told of a server."""
    with running("megalodon.mjs") as started:
        yield started


@pytest.fixture
def amy(pair: Pair) -> Person:
    """Somebody."""
    return pair.newcomer("amy")


@pytest.fixture
def ben(pair: Pair) -> Person:
    """Somebody else."""
    return pair.newcomer("ben")


@pytest.fixture
def app(program: Program, amy: Person) -> Program:
    """The script as amy's app."""
    program.ask("open", url=amy.server.origin, token=amy.token)
    return program


def call(app: Program, way: str, *given: object) -> Any:
    return app.ask("call", way=way, given=list(given))


def test_it_knows_what_the_server_speaks_and_gets_its_token(program: Program, amy: Person) -> None:
    origin = amy.server.origin
    program.ask("open", url=origin, token=None)
    client = program.ask("app", name="megalodon", options={"scopes": SCOPES, "redirect_uris": OUT_OF_BAND})
    query = {"response_type": "code", "client_id": client["id"], "redirect_uri": OUT_OF_BAND, "scope": " ".join(SCOPES)}
    code = Visitor(origin).code_for(f"{origin}/oauth/authorize?{urlencode(query)}", amy.email, PASSWORD)
    token = program.ask("token", given=[client["id"], client["secret"], code, OUT_OF_BAND])
    program.ask("open", url=origin, token=token)
    assert call(program, "verifyAccountCredentials")["username"] == amy.name
    assert call(program, "verifyAppCredentials")["name"] == "megalodon"
    assert call(program, "getInstance")["uri"] == amy.server.host
    assert call(program, "getInstanceCustomEmojis") == []
    assert call(program, "getInstanceAnnouncements") == []


def test_people(app: Program, amy: Person, ben: Person) -> None:
    assert call(app, "getAccount", ben.id)["username"] == ben.name
    assert call(app, "lookupAccount", ben.name)["id"] == ben.id
    assert call(app, "followAccount", ben.id)["following"]
    assert [one["id"] for one in call(app, "getAccountFollowing", amy.id)] == [ben.id]
    ben.put("/api/v1/accounts/update_credentials", hide_collections="false")
    assert [one["id"] for one in call(app, "getAccountFollowers", ben.id)] == [amy.id]
    assert call(app, "setAccountNote", ben.id, "Met in Lisbon")["note"] == "Met in Lisbon"
    assert call(app, "pinAccount", ben.id)["endorsed"]
    assert [one["id"] for one in call(app, "getEndorsements")] == [ben.id]
    assert not call(app, "unpinAccount", ben.id)["endorsed"]
    for way, back, listed, flag in (
        ("muteAccount", "unmuteAccount", "getMutes", "muting"),
        ("blockAccount", "unblockAccount", "getBlocks", "blocking"),
    ):
        given = (ben.id, True) if way == "muteAccount" else (ben.id,)
        assert call(app, way, *given)[flag]
        assert [one["id"] for one in call(app, listed)] == [ben.id]
        assert not call(app, back, ben.id)[flag]
    assert not call(app, "unfollowAccount", ben.id)["following"]
    call(app, "blockDomain", "spam.example")
    assert call(app, "getDomainBlocks") == ["spam.example"]
    call(app, "unblockDomain", "spam.example")
    assert call(app, "getRelationship", ben.id)["id"] == ben.id
    assert call(app, "getPreferences")
    assert call(app, "updateCredentials", {"locked": True, "note": "Hello"})["locked"]
    ben.post(f"/api/v1/accounts/{amy.id}/follow")
    assert [one["id"] for one in call(app, "getFollowRequests")] == [ben.id]
    assert call(app, "acceptFollowRequest", ben.id)["followed_by"]


def test_posts(app: Program, amy: Person, ben: Person, tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(picture())
    media = app.ask("upload", file=str(tmp_path / "p.png"), options={"description": "A field"})
    made = call(app, "postStatus", "Outside", {"media_ids": [media["id"]], "spoiler_text": "weather", "visibility": "unlisted"})
    assert (made["spoiler_text"], made["visibility"], made["media_attachments"][0]["description"]) == (
        "weather",
        "unlisted",
        "A field",
    )
    number = made["id"]
    assert call(app, "editStatus", number, {"status": "Inside"})["content"] == "<p>Inside</p>"
    assert call(app, "getStatusSource", number)["text"] == "Inside"
    for way, back, flag in (
        ("favouriteStatus", "unfavouriteStatus", "favourited"),
        ("bookmarkStatus", "unbookmarkStatus", "bookmarked"),
        ("muteStatus", "unmuteStatus", "muted"),
        ("pinStatus", "unpinStatus", "pinned"),
    ):
        assert call(app, way, number)[flag]
        assert not call(app, back, number)[flag]
    other = ben.post("/api/v1/statuses", status="Read this")["id"]
    assert call(app, "reblogStatus", other)["reblog"]["id"] == other
    assert [one["id"] for one in call(app, "getStatusRebloggedBy", other)] == [amy.id]
    call(app, "unreblogStatus", other)
    call(app, "favouriteStatus", other)
    assert [one["id"] for one in call(app, "getStatusFavouritedBy", other)] == [amy.id]
    assert [one["id"] for one in call(app, "getFavourites")] == [other]
    call(app, "postStatus", "Yes", {"in_reply_to_id": other})
    assert len(call(app, "getStatusContext", other)["descendants"]) == 1
    later = call(app, "postStatus", "Later", {"scheduled_at": FAR})
    assert [one["id"] for one in call(app, "getScheduledStatuses")] == [later["id"]]
    call(app, "cancelScheduledStatus", later["id"])
    poll = ben.post("/api/v1/statuses", **{"status": "When?", "poll[options][]": ["a", "b"], "poll[expires_in]": 3600})["poll"][
        "id"
    ]
    assert call(app, "votePoll", poll, [1])["own_votes"] == [1]
    call(app, "deleteStatus", number)
    assert app.try_to("call", way="getStatus", given=[number])["status"] == 404


def test_timelines_lists_tags_and_filters(app: Program, amy: Person, ben: Person) -> None:
    call(app, "followAccount", ben.id)
    said = ben.post("/api/v1/statuses", status="A word on #fieldwork")["id"]
    eventually(lambda: [one["id"] for one in call(app, "getHomeTimeline")] == [said])
    for way, given in (("getLocalTimeline", ()), ("getPublicTimeline", ()), ("getTagTimeline", ("fieldwork",))):
        assert said in [one["id"] for one in call(app, way, *given)], way
    team = call(app, "createList", "Team")["id"]
    call(app, "addAccountsToList", team, [ben.id])
    assert [one["id"] for one in call(app, "getAccountsInList", team)] == [ben.id]
    call(app, "getListTimeline", team)
    call(app, "deleteAccountsFromList", team, [ben.id])
    assert call(app, "updateList", team, "The team")["title"] == "The team"
    call(app, "deleteList", team)
    assert call(app, "getLists") == []
    assert call(app, "followTag", "fieldwork")["following"]
    assert [one["name"] for one in call(app, "getFollowedTags")] == ["fieldwork"]
    assert not call(app, "unfollowTag", "fieldwork")["following"]
    featured = call(app, "createFeaturedTag", "fieldwork")["id"]
    assert [one["id"] for one in call(app, "getFeaturedTags")] == [featured]
    call(app, "deleteFeaturedTag", featured)
    quiet = call(app, "createFilter", "noise", ["home"])["id"]
    assert [one["phrase"] for one in call(app, "getFilters")] == ["noise"]
    assert call(app, "updateFilter", quiet, "shout", ["home"])["phrase"] == "shout"
    call(app, "deleteFilter", quiet)
    call(app, "saveMarkers", {"home": {"last_read_id": said}})
    assert call(app, "getMarkers", ["home"])["home"]["last_read_id"] == said


def test_notifications_messages_search_and_reports(app: Program, amy: Person, ben: Person) -> None:
    number = call(app, "postStatus", "Am I heard?")["id"]
    assert app.ask("listen")
    ben.post(f"/api/v1/statuses/{number}/favourite")
    heard = app.ask("next")
    assert (heard["event"], heard["payload"]["type"]) == ("notification", "favourite")
    app.ask("close")
    told = eventually(lambda: call(app, "getNotifications"))[0]
    assert call(app, "getNotification", told["id"])["account"]["id"] == ben.id
    call(app, "dismissNotification", told["id"])
    call(app, "dismissNotifications")
    assert call(app, "getNotifications") == []
    ben.post("/api/v1/statuses", status=f"@{amy.name} a word", visibility="direct")
    talk = eventually(lambda: call(app, "getConversationTimeline"))[0]
    assert not call(app, "readConversation", talk["id"])["unread"]
    call(app, "deleteConversation", talk["id"])
    assert [one["id"] for one in call(app, "search", ben.name, {"type": "accounts"})["accounts"]] == [ben.id]
    assert call(app, "report", ben.id, {"comment": "look", "category": "other"})["action_taken"] is False

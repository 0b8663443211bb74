"""Forms that activities and objects come in: statements 90, 91 and 92 of the federation reference."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.security.arriving import ONE
from tests.support.peers import PUBLIC, Actor, Document
from tests.support.recorded import FIXTURES

UNKNOWN = ["View", "Read", "Listen", "Arrive", "Travel", "Dislike", "Odd", "as:Like", "", None, 7, ["Like", "Follow"], []]

ABSTRACTS = {"thread": "How to begin", "article": "I like the Last Light boardgame"}  # of those that brought one


def without(document: Document, *names: str) -> Document:
    """The document without some members."""
    return {name: value for name, value in document.items() if name not in names}


@ONE
async def test_090_what_is_of_no_known_kind_is_accepted_and_nothing_is_made_of_it(
    meeting: Meeting, caplog: pytest.LogCaptureFixture
):
    ben, us = meeting.ben, meeting.us
    await meeting.befriend(ben)
    post = await meeting.post(status="Hello")
    asked = len(meeting.beta.asked)
    with capture_logs() as lines, caplog.at_level(logging.INFO):
        for number, kind in enumerate(UNKNOWN):
            members = {"type": kind, "id": f"{ben.uri}#unknown-{number}", "content": "<p>Odd</p>"}
            await meeting.send(ben, ben.activity("Like", post["uri"]) | members)
            thing = ben.note("Odd", cc=[meeting.amy]) | {"type": kind}
            if kind in ("Dislike", "as:Like", "", 7, []):
                await meeting.create(ben, thing)
                assert await meeting.id_of(thing) is None
        nothing = ben.note("", type="Recipe", content=None, cc=[meeting.amy])
        unaddressed = ben.note("A soup", type="Recipe", name="Soup")
        for thing in (nothing, unaddressed):
            await meeting.create(ben, thing)
            assert await meeting.id_of(thing) is None
    assert {line["log_level"] for line in lines} <= {"debug", "info"}
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert len(meeting.beta.asked) == asked
    assert (await meeting.shown(post["uri"]))["favourites_count"] == 0
    soup = ben.note("Cut the onions", type="Recipe", name="Soup", cc=[meeting.amy])
    shown = await meeting.shown(await meeting.create(ben, soup))
    assert shown["content"].startswith("<p><strong>Soup</strong></p><p>Cut the onions</p>")
    assert f'href="{soup["id"]}"' in shown["content"]
    assert [item["uri"] for item in await us.ask("/api/v1/timelines/home")] == [soup["id"], post["uri"]]


@ONE
async def test_091_ids_and_contexts_may_be_missing_and_one_thing_may_be_a_list(meeting: Meeting):
    ben, us = meeting.ben, meeting.us
    await meeting.befriend(ben)
    plain = without(ben.note("Plain"), "@context")
    await meeting.send(ben, without(ben.activity("Create", plain), "id"))
    listed = [without(ben.note(f"In a list {number}"), "@context") for number in range(2)]
    await meeting.send(ben, ben.activity("Create", [*listed, {"type": "Note", "content": "nobody's"}]))
    in_one = without(ben.note("As its only member"), "@context")
    await meeting.send(ben, ben.activity("Create", [in_one], actor=[ben.uri], type=["Create"]))
    named = {"@id": ben.note("Aliased")["id"], "@type": "Note", "as:attributedTo": {"@id": ben.uri}, "as:to": "as:Public"}
    tags = [{"@type": "as:Hashtag", "as:name": "#soup"}]
    aliased = named | {"as:content": "<p>Aliased</p>", "tag": tags, "ostatus:conversation": "tag:beta.test,2026:1"}
    await meeting.send(ben, ben.activity("Create", aliased, to=["as:Public"]))
    whole = [plain, *listed, in_one, aliased | {"id": aliased["@id"]}]
    shown = [await meeting.shown(note) for note in whole]
    assert [post["visibility"] for post in shown] == ["public"] * 5
    assert (shown[4]["content"], [tag["name"] for tag in shown[4]["tags"]]) == ("<p>Aliased</p>", ["soup"])
    ours = [await meeting.post(status=f"Post {number}") for number in range(3)]
    uris = [post["uri"] for post in ours]
    like = ben.activity("Like", [*uris[:2], "https://beta.test/notes/404"])
    for _ in range(2):
        await meeting.send(ben, like)
    await meeting.send(ben, without(ben.activity("Like", {"@id": uris[2]}), "id", "@context"))
    assert [(await meeting.shown(uri))["favourites_count"] for uri in uris] == [1, 1, 1]
    await meeting.send(ben, ben.activity("Undo", [{"type": "Like", "actor": ben.uri, "object": uri} for uri in uris[:2]]))
    assert [(await meeting.shown(uri))["favourites_count"] for uri in uris] == [0, 0, 1]
    await meeting.send(ben, ben.activity("Announce", uris[:2], to=[PUBLIC]))
    assert [(await meeting.shown(uri))["reblogs_count"] for uri in uris] == [1, 1, 0]
    await meeting.send(ben, ben.activity("Delete", [note["id"] for note in listed]))
    assert [await meeting.id_of(note) for note in listed] == [None, None]
    for odd in ("yesterday", 7, "0000-01-01T00:00:00Z", None, "9999-12-31T23:59:59Z"):
        post = await meeting.shown(await meeting.create(ben, ben.note("Now") | {"published": odd}))
        assert post["created_at"][:10] == meeting.fediverse.clock().date().isoformat()
    assert (await us.ask("/api/v1/timelines/home"))[0]["content"] == "<p>Now</p>"


def recorded(name: str, author: Actor, **members: Any) -> Document:
    """A recorded object as if our peer had made it; it says where it is to be read."""
    document: Document = orjson.loads((FIXTURES / f"{name}.json").read_bytes())
    document = document.get("object", document) if document["type"] in ("Create", "Announce") else document
    made = author.note(document.get("content") or "")
    base = document | {name: made[name] for name in ("id", "to", "cc", "published")} | {"attributedTo": author.uri}
    return author.server.serve(base | members)


@ONE
async def test_092_what_is_no_note_shows_title_summary_and_link_and_no_warning(meeting: Meeting):
    ben = meeting.ben
    await meeting.befriend(ben)
    both = [{"type": "Person", "id": ben.uri}, {"type": "Group", "id": f"{meeting.beta.origin}/channels/films"}]
    sound = [{"type": "Link", "mediaType": "audio/mpeg", "href": "https://beta.test/talk.mp3"}]
    made: dict[str, tuple[Document, str, str]] = {
        "film": (recorded("peertube/objects-video", ben, attributedTo=both), "Mesa, Wayland", "/videos/watch/e7946124"),
        "article": (recorded("wordpress/objects-page", ben), "", "https://"),
        "thread": (
            recorded("nodebb/objects-page", ben, summary="<p>How to begin</p>"),
            "Welcome to your NodeBB!",
            "bb.devnull.land/post/1",
        ),
        "page": (recorded("lemmy/objects-page", ben), "Post title", "https://beta.test/notes/"),
        "event": (recorded("mobilizon/objects-event", ben), "", "rendezvous.nomagic.uk/events/"),
        "sound": (ben.note("", type="Audio", name="A talk", url=[*sound, "https://beta.test/talks/1"]), "A talk", "/talks/1"),
        "picture": (ben.note("", type="Image", name="A tree", url="https://beta.test/tree"), "A tree", "https://beta.test/tree"),
        "book": (ben.note("Read it", type="Review", name="Review of a book"), "Review of a book", "https://beta.test/notes/"),
    }
    posts = {}
    for kind, (document, title, address) in made.items():
        await meeting.create(ben, document | ({} if document.get("summary") else {"summary": "<p>In short</p>"}))
        post = posts[kind] = await meeting.shown(document)
        assert post["spoiler_text"] == "", kind
        assert title.replace("&", "&amp;") in post["content"], kind
        assert ABSTRACTS.get(kind, "In short") in post["content"], kind
        assert address in post["content"] or address in post["url"], kind
        assert f'href="{post["url"]}"' in post["content"].replace("&amp;", "&"), kind
    assert [file["type"] for file in posts["film"]["media_attachments"]] == ["video"]
    assert posts["film"]["media_attachments"][0]["preview_remote_url"].startswith("https://tilvids.com/lazy-static/")
    assert [file["remote_url"] for file in posts["sound"]["media_attachments"]] == ["https://beta.test/talk.mp3"]
    assert "2022-12-11 " in posts["event"]["content"]
    assert "(Europe/London)" in posts["event"]["content"]
    assert "Teignbridge" in posts["event"]["content"]
    warned = ben.note("Text", type="Article", name="Title", summary="Short", sensitive=True)
    assert (await meeting.shown(await meeting.create(ben, warned)))["sensitive"] is True
    note = await meeting.shown(await meeting.create(ben, ben.note("Text", summary="<b>Loss</b> &amp; grief", name="No title")))
    assert (note["spoiler_text"], note["content"]) == ("Loss & grief", "<p>Text</p>")
    preview = {"type": "Note", "content": "<p>Title</p><p>In a few words</p>"}
    short = ben.note("Long", type="Article", name="Title", preview=preview)
    assert (await meeting.shown(await meeting.create(ben, short)))["content"].startswith(
        "<p>Title</p><p>In a few words</p><p><a "
    )

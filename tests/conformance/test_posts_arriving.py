"""Posts that come, come again, change and go: statements 67, 71, 72, 73, 74 and 75 of the federation reference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.media import Media, MediaKind
from fedisw.storage.queries import media
from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.security.arriving import ONE
from tests.support.peers import PUBLIC, Document

BLURHASH = "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"
HEART = {"type": "Emoji", "id": None, "name": ":sw_heart:", "updated": "2026-01-01T00:00:00Z"}


def later(meeting: Meeting, seconds: int) -> str:
    """A time after now, as documents say it."""
    return (meeting.fediverse.clock() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def picture(server: str, **members: Any) -> Document:
    """An attachment as Mastodon sends it."""
    base = {"type": "Document", "mediaType": "image/png", "url": f"https://{server}/a.png", "name": "A whiteboard"}
    return base | {"width": 640, "height": 480, "blurhash": BLURHASH, "focalPoint": [0.5, -0.25]} | members


@ONE
async def test_067_a_note_arrives_and_leaves_with_all_that_hangs_on_it(meeting: Meeting):
    amy, ben = meeting.amy, meeting.ben
    await meeting.befriend(ben)
    await meeting.followed_by(ben)
    icon = {"type": "Image", "mediaType": "image/png", "url": "https://beta.test/heart.png"}
    tags = [
        {"type": "Mention", "href": amy, "name": "@amy@alpha.test"},
        {"type": "Hashtag", "href": "https://beta.test/tags/supervision", "name": "#Supervision"},
        HEART | {"icon": icon},
    ]
    named = '<span class="h-card"><a href="https://alpha.test/@amy" class="u-url mention">@<span>amy</span></a></span>'
    words = f"<p>Hola {named} :sw_heart:</p>"
    files = [
        picture("beta.test"),
        picture("beta.test", url="https://beta.test/b.mp4", mediaType="video/mp4", name=None, summary="A film")
        | {"icon": {"type": "Image", "url": "https://beta.test/b.png"}},
    ]
    note = ben.note(cc=[f"{ben.uri}/followers", amy], tag=tags, attachment=files, summary="caseload", sensitive=True)
    note |= {"content": words, "contentMap": {"es": words}}
    post = await meeting.shown(await meeting.create(ben, note))
    assert [one["acct"] for one in post["mentions"]] == ["amy"]
    assert [one["name"] for one in post["tags"]] == ["supervision"]
    ((heart,), first, film) = (post["emojis"], *post["media_attachments"])
    assert heart["shortcode"] == "sw_heart"
    assert heart["url"].startswith("https://alpha.test/media/proxy/")
    assert (post["spoiler_text"], post["sensitive"], post["language"]) == ("caseload", True, "es")
    assert (first["type"], first["description"], first["blurhash"]) == ("image", "A whiteboard", BLURHASH)
    assert (first["meta"]["focus"], first["meta"]["original"]["width"]) == ({"x": 0.5, "y": -0.25}, 640)
    assert (film["type"], film["description"], film["preview_remote_url"]) == ("video", "A film", "https://beta.test/b.png")
    assert film["preview_url"].startswith("https://alpha.test/media/proxy/")
    await _sent_by_us(meeting)


async def _sent_by_us(meeting: Meeting) -> None:
    file = Media(
        id=meeting.us.runtime.new_id(),
        account_id=meeting.us.account.id,
        kind=MediaKind.IMAGE,
        media_type="image/png",
        key=new_key(Kind.PNG),
        description="A garden",
        blurhash=BLURHASH,
        width=640,
        height=480,
        focus_x=0.5,
        focus_y=-0.25,
        created_at=meeting.fediverse.clock(),
    )
    await meeting.us.db.write(media.add, file)
    await meeting.post(
        status="@ben@beta.test #Supervision", spoiler_text="caseload", language="es", media_ids=[str(file.id)], sensitive=True
    )
    create = meeting.beta.taken[-1]
    note = create["object"]
    mention, hashtag = note["tag"]
    assert mention == {"type": "Mention", "href": meeting.ben.uri, "name": "@ben@beta.test"}
    assert (hashtag["type"], hashtag["name"]) == ("Hashtag", "#Supervision")
    assert (note["summary"], note["sensitive"], list(note["contentMap"])) == ("caseload", True, ["es"])
    assert note["contentMap"]["es"] == note["content"]
    assert 'class="u-url mention"' in note["content"]
    assert 'class="mention hashtag"' in note["content"]
    (sent,) = note["attachment"]
    assert (sent["type"], sent["mediaType"], sent["name"], sent["summary"]) == ("Image", "image/png", "A garden", "A garden")
    assert (sent["width"], sent["height"], sent["focalPoint"], sent["blurhash"]) == (640, 480, [0.5, -0.25], BLURHASH)
    assert note["replies"]["first"]["next"] == f"{note['id']}/replies?page=1"
    assert (note["likes"]["totalItems"], note["shares"]["totalItems"]) == (0, 0)
    assert note["context"] == note["conversation"]
    assert note["interactionPolicy"]["canQuote"]
    assert note["source"] == {"content": "@ben@beta.test #Supervision", "mediaType": "text/markdown"}


@ONE
async def test_071_a_create_again_stores_one_post_and_strangers_swallow_nothing(meeting: Meeting):
    us, ben, eve, gil = meeting.us, meeting.ben, meeting.eve, meeting.gil
    await meeting.befriend(ben)
    await meeting.befriend(eve)
    note = ben.note("True", cc=[meeting.amy], tag=[{"type": "Mention", "href": meeting.amy}])
    create = ben.activity("Create", note)
    forged = note | {"content": "<p>Forged</p>"}
    await meeting.send(gil, gil.activity("Create", forged | {"attributedTo": gil.uri}, id=create["id"]))
    await meeting.send(eve, eve.activity("Create", eve.note("Hers"), id=create["id"]))
    await meeting.send(eve, eve.activity("Create", forged))
    await meeting.send(eve, eve.activity("Create", forged | {"attributedTo": eve.uri}))
    for inbox in ("/inbox", f"/ap/actors/{us.account.id}/inbox", "/inbox"):
        await meeting.send(ben, create, inbox=inbox)
    await meeting.send(ben, ben.activity("Create", note))
    await meeting.send(ben, ben.activity("Create", note["id"]))
    stored = await meeting.shown(note)
    assert (stored["content"], stored["account"]["acct"]) == ("<p>True</p>", "ben@beta.test")
    home = await us.ask("/api/v1/timelines/home")
    assert [post["uri"] for post in home].count(note["id"]) == 1
    assert await meeting.told() == [("mention", "ben@beta.test")]
    assert stored["account"]["statuses_count"] == 1


@ONE
async def test_072_a_create_of_somebody_elses_post_is_refused(meeting: Meeting):
    ben, eve, gil = meeting.ben, meeting.eve, meeting.gil
    for actor in (ben, eve, gil):
        await meeting.befriend(actor)
    for author, sender in ((ben, eve), (ben, gil), (gil, ben)):
        note = author.note("True")
        invented = note | {"id": f"{note['id']}-invented", "content": "<p>Forged</p>"}
        await meeting.create(sender, invented)
        assert await meeting.id_of(invented) is None
        await meeting.create(sender, note | {"content": "<p>Forged</p>"})
        assert (await meeting.shown(note))["content"] == "<p>True</p>"  # had from its own server
    elsewhere = ben.note("Mine, as I say") | {"id": "https://gamma.test/notes/of-ben"}
    await meeting.create(ben, elsewhere)
    ours = await meeting.post(status="Ours")
    await meeting.create(ben, ben.note("Taken over") | {"id": ours["uri"]})
    assert await meeting.id_of(elsewhere) is None
    assert (await meeting.shown(ours["uri"]))["content"] == "<p>Ours</p>"


@ONE
async def test_073_an_update_keeps_history_an_older_one_is_ignored_and_one_may_come_first(meeting: Meeting):
    us, ben, eve = meeting.us, meeting.ben, meeting.eve
    await meeting.befriend(ben)
    note = await meeting.create(ben, ben.note("One"))
    second = note | {"content": "<p>Two</p>", "updated": later(meeting, 10), "summary": "second"}
    third = note | {"content": "<p>Three</p>", "updated": later(meeting, 20)}
    meeting.fediverse.clock.forward(seconds=60)
    await meeting.send(ben, ben.activity("Update", second))
    await meeting.send(ben, ben.activity("Update", third))
    await meeting.send(ben, ben.activity("Update", second))
    await meeting.send(ben, ben.activity("Update", note | {"content": "<p>Undated</p>"}))
    await meeting.send(eve, eve.activity("Update", note | {"content": "<p>Forged</p>", "updated": later(meeting, 0)}))
    post_id = await meeting.id_of(note)
    history = await us.ask(f"/api/v1/statuses/{post_id}/history")
    assert [form["content"] for form in history] == ["<p>One</p>", "<p>Two</p>", "<p>Three</p>"]
    assert [form["spoiler_text"] for form in history] == ["", "second", ""]
    shown = await meeting.shown(note)
    assert (shown["content"], shown["edited_at"] is not None) == ("<p>Three</p>", True)
    early = ben.note("Early")
    await meeting.send(ben, ben.activity("Update", early | {"content": "<p>Edited</p>", "updated": later(meeting, 0)}))
    await meeting.create(ben, early)
    assert (await meeting.shown(early))["content"] == "<p>Edited</p>"
    old = ben.note("Old", published="2026-01-01T00:00:00Z")
    await meeting.send(ben, ben.activity("Update", old | {"updated": later(meeting, 0)}))
    assert await meeting.id_of(old) is None


@ONE
async def test_074_a_delete_takes_post_boosts_and_notifications_and_it_does_not_come_back(meeting: Meeting):
    us, ben, eve = meeting.us, meeting.ben, meeting.eve
    await meeting.befriend(ben)
    await meeting.befriend(eve)
    tombstones: list[Any] = [
        lambda note: note["id"],
        lambda note: {"id": note["id"], "type": "Tombstone"},
        lambda note: note,
    ]
    for tombstone in tombstones:
        note = ben.note("Soon gone", cc=[meeting.amy], tag=[{"type": "Mention", "href": meeting.amy}])
        create = ben.activity("Create", note)
        await meeting.send(ben, create)
        await meeting.send(eve, eve.activity("Announce", note["id"], to=[PUBLIC]))
        await us.do(f"/api/v1/statuses/{await meeting.id_of(note)}/reblog")
        assert await meeting.told() == [("mention", "ben@beta.test")]
        delete = ben.activity("Delete", tombstone(note))
        await meeting.send(ben, delete)
        await meeting.send(ben, delete | {"id": f"{delete['id']}-again"})
        assert await meeting.id_of(note) is None
        assert await meeting.told() == []
        assert await us.ask("/api/v1/timelines/home") == []
        await meeting.send(ben, create | {"id": f"{create['id']}-again"})
        await meeting.send(ben, ben.activity("Update", note | {"updated": later(meeting, 0)}))
        await meeting.send(eve, eve.activity("Announce", note["id"], to=[PUBLIC], id=f"{eve.uri}#{note['id'][-3:]}"))
        assert await meeting.id_of(note) is None
    unseen = ben.note("Deleted before it came")
    meeting.beta.asked.clear()
    await meeting.send(ben, ben.activity("Delete", unseen["id"]))
    assert meeting.beta.asked == []
    await meeting.create(ben, unseen)
    await meeting.create(ben, {"id": unseen["id"], "type": "Tombstone"})
    assert await meeting.id_of(unseen) is None


@ONE
async def test_075_a_delete_by_somebody_else_is_refused_unless_the_post_is_gone_at_its_origin(meeting: Meeting):
    ben, eve, gil = meeting.ben, meeting.eve, meeting.gil
    for actor in (ben, eve, gil):
        await meeting.befriend(actor)
    for stranger in (eve, gil):
        note = await meeting.create(ben, ben.note("Stays"))
        await meeting.send(stranger, stranger.activity("Delete", note["id"]))
        await meeting.send(stranger, stranger.activity("Delete", {"id": note["id"], "type": "Tombstone"}))
        assert await meeting.status_of(note) == 200
        for status in (410, 404):
            gone = await meeting.create(ben, ben.note("Goes"))
            meeting.beta.fail(gone["id"], status)
            await meeting.send(stranger, stranger.activity("Delete", gone["id"]))
            assert await meeting.id_of(gone) is None
        assert await meeting.status_of(note) == 200
    ours = await meeting.post(status="Ours")
    await meeting.send(ben, ben.activity("Delete", ours["uri"]))
    assert await meeting.status_of(ours["uri"]) == 200

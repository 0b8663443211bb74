"""What posts say and who they are for, from a Fedify server to ours and back: amy is ours, ben is theirs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interop.servers import PUBLIC, Json, Ours, Theirs, eventually
from tests.interop.turns import BOTH, ONCE, ONCE_MORE
from tests.support.pictures import picture as drawn

WALL = drawn(4, 3)


def ids(value: Any) -> set[str]:
    """Addresses, of one or several."""
    return {PUBLIC if one == "as:Public" else one for one in ([value] if isinstance(value, str) else value or [])}


async def post_of(ours: Ours, uri: str) -> Json:
    """What amy has at home of theirs, as soon as it is there."""

    async def there() -> Json:
        return next((one for one in await ours.home() if one["uri"] == uri), None)

    return await eventually(there)


@BOTH
async def test_their_audiences_are_ours(ours: Ours, theirs: Theirs, ben: str) -> None:
    await ours.follow(theirs.handle())
    amy, followers = ours.account.uri, f"{ben}/followers"
    tags = [{"type": "Mention", "href": amy, "name": f"@{ours.handle}"}]
    sent = {
        "public": await theirs.post(content="<p>all</p>", tos=[PUBLIC], ccs=[followers]),
        "unlisted": await theirs.post(content="<p>quiet</p>", tos=[followers], ccs=[PUBLIC]),
        "private": await theirs.post(content="<p>us</p>", tos=[followers], ccs=[]),
        "direct": await theirs.post(content="<p>you</p>", tos=[amy], ccs=[], tags=tags, to=[amy]),
    }
    for visibility in ("public", "unlisted", "private"):
        assert (await post_of(ours, sent[visibility]))["visibility"] == visibility
    told = (await ours.notified("mention"))["status"]
    assert (told["uri"], told["visibility"]) == (sent["direct"], "direct")
    assert [one["acct"] for one in told["mentions"]] == ["amy"]


@ONCE
async def test_their_posts_keep_warning_language_hashtags_and_pictures(ours: Ours, theirs: Theirs) -> None:
    await ours.follow(theirs.handle())
    uri = await theirs.post(
        content={"text": "<p>Hola <a href='https://tags.test/calma'>#Calma</a></p>", "language": "es"},
        summary="caseload",
        sensitive=True,
        tags=[{"type": "Hashtag", "href": "https://tags.test/calma", "name": "#Calma"}],
        attachments=[
            {
                "type": "Image",
                "mediaType": "image/png",
                "url": f"{theirs.origin}/p.png",
                "name": "A wall",
                "width": 4,
                "height": 3,
            }
        ],
    )
    seen = await post_of(ours, uri)
    assert (seen["spoiler_text"], seen["sensitive"], seen["language"]) == ("caseload", True, "es")
    assert [one["name"].lower() for one in seen["tags"]] == ["calma"]
    (picture,) = seen["media_attachments"]
    assert (picture["type"], picture["description"]) == ("image", "A wall")
    assert (picture["meta"]["original"]["width"], picture["meta"]["original"]["height"]) == (4, 3)


@pytest.mark.parametrize("kind", ["Article", "Page", "Event", "Video"])
@ONCE_MORE
async def test_other_objects_than_notes_are_shown_with_their_title(ours: Ours, theirs: Theirs, kind: str) -> None:
    await ours.follow(theirs.handle())
    more: dict[str, Any] = {"startTime": {"at": "2027-01-05T18:00:00Z"}} if kind == "Event" else {}
    page = f"{theirs.origin}/pages/1"
    uri = await theirs.post(
        type=kind, name="Groups that listen", summary="<p>An evening</p>", content="<p>Long text</p>", url=page, **more
    )
    seen = await post_of(ours, uri)
    assert "Groups that listen" in seen["content"]
    assert page in seen["content"]
    assert (seen["spoiler_text"], seen["visibility"], seen["url"]) == ("", "public", page)


@BOTH
async def test_our_audiences_are_theirs(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.follow(ours.handle)
    followers = f"{ours.account.uri}/followers"
    wanted = {
        "public": ({PUBLIC}, {followers}),
        "unlisted": ({followers}, {PUBLIC}),
        "private": ({followers}, set()),
        "direct": ({ben}, set()),
    }
    for number, (visibility, addressed) in enumerate(wanted.items(), start=1):
        text = f"@{theirs.handle()} it is for you" if visibility == "direct" else "Good day"
        post = await ours.do("/api/v1/statuses", status=text, visibility=visibility)
        await theirs.came("Create", number)
        create = next(one for one in await theirs.taken("Create") if one["object"]["id"] == post["uri"])
        for document in (create, create["object"]):
            assert (ids(document.get("to")), ids(document.get("cc"))) == addressed, visibility
    boxes = [one["to"] for one in await theirs.do("taken") if one["kind"] == "Create"]
    assert boxes == [None, None, None, "ben"]  # direct posts never reach the shared inbox


@ONCE
async def test_our_posts_keep_mentions_warning_language_hashtags_and_pictures(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.follow(ours.handle)
    picture = await ours.upload(WALL, "A wall")
    form = {"spoiler_text": "caseload", "sensitive": True, "language": "es", "media_ids": [picture]}
    await ours.do("/api/v1/statuses", status=f"Hola @{theirs.handle()} #Calma", **form)
    note = (await theirs.first("Create"))["object"]
    assert (note["type"], note["summary"], note["sensitive"]) == ("Note", "caseload", True)
    assert {(one["type"], one["href"]) for one in note["tag"]} == {
        ("Mention", ben),
        ("Hashtag", f"{ours.origin}/tags/calma"),
    }
    shown = note["attachment"] if isinstance(note["attachment"], dict) else note["attachment"][0]
    assert (shown["mediaType"], shown["name"]) == ("image/png", "A wall")
    assert ((shown["width"], shown["height"]), shown["type"]) == ((4, 3), "Image")
    assert list(note["contentMap"]) == ["es"]


@ONCE_MORE
async def test_a_followers_only_post_of_ours_is_read_by_followers_alone(ours: Ours, theirs: Theirs) -> None:
    await theirs.follow(ours.handle)
    post = await ours.do("/api/v1/statuses", status="For us", visibility="private")
    await theirs.first("Create")
    assert "was not found" in await theirs.fails("find", what=post["uri"])
    assert (await theirs.do("find", what=post["uri"], **{"as": "ben"}))["id"] == post["uri"]
    direct = await ours.do("/api/v1/statuses", status="A note to myself", visibility="direct")
    assert "was not found" in await theirs.fails("find", what=direct["uri"], **{"as": "ben"})


@ONCE_MORE
async def test_a_followers_only_post_of_theirs_is_read_by_who_follows(ours: Ours, theirs: Theirs, ben: str) -> None:
    hidden = {"tos": [f"{ben}/followers"], "ccs": [], "content": "<p>For us</p>"}
    uri = await theirs.do("store", by="ben", object=hidden)
    found = await ours.ask("/api/v2/search", q=uri, resolve="true", type="statuses")
    assert found["statuses"] == []
    await ours.follow(theirs.handle())
    again = await theirs.do("store", by="ben", object=hidden)
    seen = await ours.status(again)
    assert (seen["visibility"], seen["content"]) == ("private", "<p>For us</p>")
    assert {one["by"] for one in await theirs.do("reads")} <= {ours.account.uri, f"{ours.origin}/actor"}


@ONCE
async def test_their_reactions_are_likes(ours: Ours, theirs: Theirs, ben: str) -> None:
    post = await ours.do("/api/v1/statuses", status="We did it")
    amy, path = [ours.account.uri], f"/api/v1/statuses/{post['id']}"
    react = await theirs.send("EmojiReact", to=amy, object=post["uri"], content="🎉")
    await ours.notified("favourite")
    assert (await ours.ask(path))["favourites_count"] == 1
    await theirs.send("Undo", to=amy, object={"type": "EmojiReact", "id": react, "actor": ben, "object": post["uri"]})

    async def taken_back() -> bool:
        return (await ours.ask(path))["favourites_count"] == 0

    await eventually(taken_back)
    await theirs.send("Like", to=amy, object=post["uri"], content="❤")

    async def liked() -> bool:
        return (await ours.ask(path))["favourites_count"] == 1

    await eventually(liked)


@ONCE
async def test_posts_by_a_stranger_in_anothers_name_are_not_taken(ours: Ours, theirs: Theirs, ben: str) -> None:
    await ours.follow(theirs.handle())
    await theirs.person("eve")
    uri = await theirs.do("store", by="eve", object={"content": "<p>By eve</p>"})
    await theirs.send("Create", by="ben", to="followers", object={"stored": uri}, tos=[PUBLIC])
    fine = await theirs.post(content="<p>By ben</p>")
    await post_of(ours, fine)
    assert [one["uri"] for one in await ours.home()] == [fine]
    note = await ours.do("/api/v1/statuses", status="Mine")
    await theirs.send("Delete", to=[ours.account.uri], object=note["uri"])
    await theirs.send("Update", to=[ours.account.uri], object={"type": "Note", "id": note["uri"], "content": "<p>Yours</p>"})
    last = await theirs.post(content="<p>After</p>")
    await post_of(ours, last)
    assert (await ours.ask(f"/api/v1/statuses/{note['id']}"))["content"] == "<p>Mine</p>"

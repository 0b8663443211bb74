"""Likes and what is said with them: statement 80 of the federation reference."""

from __future__ import annotations

from typing import Any

from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.security.arriving import ONE
from tests.support.peers import Document

PICTURE = {"type": "Image", "mediaType": "image/png", "url": "https://beta.test/blobcat.png"}
BLOBCAT = {"type": "Emoji", "id": None, "name": ":blobcat:", "icon": PICTURE}
TEXT = "I do not agree with this"


async def counted(meeting: Meeting, post: Document) -> int:
    """How many likes a client is told."""
    likes = (await meeting.shown(post["uri"]))["favourites_count"]
    people = await meeting.us.ask(f"/api/v1/statuses/{post['id']}/favourited_by")
    assert len(people) == likes
    return int(likes)


async def page(meeting: Meeting, post: Document) -> str:
    """Our page about a post, as a browser gets it."""
    url = f"https://127.0.0.1:{meeting.us.port}/@amy/{post['id']}"
    async with meeting.us.session.get(
        url, headers={"Host": "alpha.test", "Accept": "text/html"}, server_hostname="alpha.test"
    ) as got:
        assert got.status == 200
        return await got.text()


@ONE
async def test_080_likes_and_reactions_are_counted_once_shown_and_taken_back(meeting: Meeting):
    ben, eve, gil = meeting.ben, meeting.eve, meeting.gil
    post = await meeting.post(status="Hello")
    uri = post["uri"]
    like = ben.activity("Like", uri)
    await meeting.send(ben, like)
    await meeting.send(ben, like)
    await meeting.send(ben, ben.activity("Like", uri))
    assert await counted(meeting, post) == 1
    assert await meeting.told() == [("favourite", "ben@beta.test")]
    await meeting.send(gil, gil.activity("Undo", like | {"actor": gil.uri}))
    await meeting.send(gil, gil.activity("Undo", like["id"]))
    assert await counted(meeting, post) == 1
    await meeting.send(ben, ben.activity("Undo", like))
    assert (await counted(meeting, post), await meeting.told()) == (0, [])
    plant = eve.activity("Like", uri, content="🌱", _misskey_reaction="🌱")
    cat = eve.activity("EmojiReact", uri, content=":blobcat:", tag=[BLOBCAT])
    for reaction in (plant, cat, cat):
        await meeting.send(eve, reaction)
    await meeting.send(gil, gil.activity("EmojiReact", uri, content="🌱"))
    await meeting.send(gil, gil.activity("Like", uri, content=TEXT))
    assert await counted(meeting, post) == 2
    html = await page(meeting, post)
    assert 'alt=":blobcat:"' in html
    assert "/media/proxy/" in html
    assert "beta.test/blobcat.png" not in html
    assert ("🌱" in html, TEXT in html) == (True, False)
    await _taken_back(meeting, post, plant, cat)


async def _taken_back(meeting: Meeting, post: Document, plant: Document, cat: Document) -> None:
    eve, gil = meeting.eve, meeting.gil
    await meeting.send(eve, eve.activity("Undo", plant))
    assert await counted(meeting, post) == 2  # eve's other one is still there
    bare = {name: value for name, value in cat.items() if name != "id"}
    await meeting.send(eve, eve.activity("Undo", bare))
    assert await counted(meeting, post) == 1
    assert ":blobcat:" not in await page(meeting, post)
    early = eve.activity("EmojiReact", post["uri"], content="👍")
    await meeting.send(eve, eve.activity("Undo", early))
    await meeting.send(eve, early)
    assert await counted(meeting, post) == 1
    before = len(meeting.gamma.asked)
    unknown: list[Any] = ["Like", "EmojiReact", "Dislike"]
    for kind in unknown:
        await meeting.send(gil, gil.activity(kind, "https://gamma.test/notes/404", content="👍"))
    await meeting.send(gil, gil.activity("Dislike", post["uri"]))
    assert (await counted(meeting, post), len(meeting.gamma.asked)) == (1, before)
    closed = await meeting.post(status="For few", visibility="private")
    await meeting.send(gil, gil.activity("EmojiReact", closed["uri"], content="👍"))
    assert await counted(meeting, closed) == 0

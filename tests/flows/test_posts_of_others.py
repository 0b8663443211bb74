"""Quotes and languages of posts of other servers, as clients and browsers get them."""

from __future__ import annotations

from datetime import timedelta

from PIL import Image

from fedisw.web.middleware.sessions import cookie_name
from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.media.pictures import encoded
from tests.security.arriving import ONE
from tests.support.peers import Answer, Document

LINE = '<p class="quote-inline">RE: <a href="https://beta.test/notes/x">https://beta.test/notes/x</a></p>'


async def updated(meeting: Meeting, note: Document, **members: object) -> None:
    """The author changes a post."""
    moment = meeting.fediverse.clock().strftime("%Y-%m-%dT%H:%M:%SZ")
    await meeting.send(meeting.ben, meeting.ben.activity("Update", note | {"updated": moment} | members))


async def page(meeting: Meeting, post_id: str) -> str:
    """Our page of a post of ben's, as the browser of somebody who lives here gets it."""
    cookie = f"{cookie_name(meeting.us.runtime.settings)}={(await meeting.us.people.session(meeting.us.account))[1]}"
    headers = {"Host": "alpha.test", "Accept": "text/html", "Cookie": cookie}
    url = f"https://127.0.0.1:{meeting.us.port}/@ben@beta.test/{post_id}"
    async with meeting.us.session.get(url, headers=headers, server_hostname="alpha.test") as got:
        assert got.status == 200
        return await got.text()


@ONE
async def test_the_line_for_a_quote_stays_until_the_quote_is_shown(meeting: Meeting):
    ben, gil, us = meeting.ben, meeting.gil, meeting.us
    await meeting.befriend(ben)
    quoted, others = await meeting.create(ben, ben.note("First")), gil.note("Not to be quoted")
    own = await meeting.create(ben, ben.note(quote=quoted["id"]) | {"content": f"{LINE}<p>Mine</p>"})
    shown = await meeting.shown(own)
    assert (shown["content"], shown["quote"]["state"]) == ("<p>Mine</p>", "accepted")
    assert f'RE: <a href="{quoted["id"]}"' in await page(meeting, shown["id"])  # pages do not show quotes
    await updated(meeting, own, content=f"{LINE}<p>Mine, better</p>")
    assert (await meeting.shown(own))["content"] == "<p>Mine, better</p>"
    history = await us.ask(f"/api/v1/statuses/{shown['id']}/history")
    assert [form["quote"]["quoted_status"]["content"] for form in history] == ["<p>First</p>", "<p>First</p>"]
    refused = await meeting.create(ben, ben.note(quote=others["id"]) | {"content": f"{LINE}<p>Mine</p>"})
    assert "quote-inline" in (await meeting.shown(refused))["content"]
    plain = await us.ask(f"/api/v1/statuses/{await meeting.id_of(quoted)}/history")
    assert ["quote" in form for form in plain] == [False]


@ONE
async def test_a_tombstone_for_a_quote_says_that_there_was_one(meeting: Meeting):
    ben = meeting.ben
    await meeting.befriend(ben)
    quoted = await meeting.create(ben, ben.note("First"))
    grave = {"type": "Tombstone"}
    note = await meeting.create(ben, ben.note("Mine", quote=grave))
    later = await meeting.create(ben, ben.note("Mine", quote=quoted["id"]))
    assert (await meeting.shown(note))["quote"] == {"state": "deleted", "quoted_status": None}
    assert (await meeting.shown(quoted))["quotes_count"] == 1
    for _ in range(2):
        await updated(meeting, later, quote=grave)
    assert (await meeting.shown(later))["quote"] == {"state": "deleted", "quoted_status": None}
    assert (await meeting.shown(quoted))["quotes_count"] == 0


@ONE
async def test_a_post_in_several_languages_is_shown_in_the_readers(meeting: Meeting):
    ben, us = meeting.ben, meeting.us
    await meeting.befriend(ben)
    text = {"en": "<p>Good morning</p>", "es-MX": "<p>Buenos días</p>"}
    answered = await meeting.post(status="Hello")
    note = await meeting.create(ben, ben.note(inReplyTo=answered["uri"], contentMap=text) | {"content": text["en"]})
    assert (await meeting.shown(note))["language"] == "en"

    async def page(language: str) -> str:
        url = f"https://127.0.0.1:{us.port}/@amy/{answered['id']}"
        headers = {"Host": "alpha.test", "Accept": "text/html", "Accept-Language": language}
        async with us.session.get(url, headers=headers, server_hostname="alpha.test") as got:
            return await got.text()

    for language, seen, hidden in (("es", "Buenos días", "Good morning"), ("en", "Good morning", "Buenos días")):
        html = await page(language)
        assert (seen in html, hidden in html) == (True, False), language
    meeting.fediverse.clock.forward(seconds=timedelta(minutes=1).total_seconds())
    await updated(meeting, note, contentMap={"en": "<p>Good evening</p>"}, content="<p>Good evening</p>")
    assert "Good evening" in await page("es")


@ONE
async def test_a_custom_emoji_is_served_by_us_and_anew_when_its_picture_changed(meeting: Meeting):
    ben, us = meeting.ben, meeting.us
    await meeting.befriend(ben)
    heart = {"type": "Emoji", "name": ":heart:", "icon": {"type": "Image", "url": "https://beta.test/heart.png"}}

    async def served(colour: str, day: int) -> tuple[str, bytes]:
        picture = encoded(Image.new("RGB", (32, 32), colour), "PNG")
        meeting.beta.answer("/heart.png", Answer(body=picture, headers={"Content-Type": "image/png"}))
        note = await meeting.create(ben, ben.note(":heart:", tag=heart | {"updated": f"2026-01-0{day}T00:00:00Z"}))
        (emoji,) = (await meeting.shown(note))["emojis"]
        path = emoji["url"].removeprefix("https://alpha.test")
        async with us.session.get(
            f"https://127.0.0.1:{us.port}{path}", headers={"Host": "alpha.test"}, server_hostname="alpha.test"
        ) as got:
            assert got.status == 200
            return emoji["url"], await got.read()

    red, again, blue = [await served(colour, day) for colour, day in (("red", 1), ("red", 1), ("blue", 2))]
    assert red == again
    assert red[0] != blue[0]
    assert red[1] != blue[1]
    assert meeting.beta.times_asked("/heart.png") == 2

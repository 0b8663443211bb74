"""Previews of pages: for which posts, how often, and what of a page (GRP-4, NET-8, NET-9)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.jobs.chores import FetchCard
from fedisw.model.accounts import Account, Reach
from fedisw.model.cards import Card
from fedisw.model.statuses import Draft, Status, Visibility
from fedisw.net.answer import Answer
from fedisw.services import editing, hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import cards, statuses
from fedisw.tasks import previews
from fedisw.tasks.house import House
from tests.support import factories
from tests.support.factories import NOW

LINK = '<p><a href="https://page.test/a" target="_blank">page</a></p>'
PAGE = (
    '<html lang="en"><title>x</title><meta property="og:title" content="Title \u202e &lt;b&gt;">'
    '<meta property="og:image" content="/pic.png"><meta property="og:image:width" content="600">'
    '<meta name="author" content="Ana"><meta property="og:description" content="About">'
)


def _post(tx: Tx, author: Account, html: str = LINK, **changes: Any) -> tuple[Status, list[FetchCard]]:
    """A post with a link, and what it asks to be looked up."""
    before = len(tx.jobs)
    made = factories.receive(tx, author, now=NOW, content=html, **changes) if author.host else _local(tx, author, html, changes)
    return made, [job for job, _ in tx.jobs[before:] if isinstance(job, FetchCard)]


def _local(tx: Tx, author: Account, html: str, changes: dict[str, Any]) -> Status:
    return factories.post(tx, author, html.removeprefix("<p>").removesuffix("</p>"), **changes)


async def test_only_what_everybody_may_read_is_looked_up(house: House) -> None:
    amy = await house.db.write(factories.put_account)
    quiet = await house.db.write(factories.put_account, "quiet", reach=Reach.FEDIVERSE)
    rob = await house.db.write(factories.put_account, "rob", "beta.test")
    for author, changes, expected in (
        (amy, {}, 1),
        (amy, {"visibility": Visibility.UNLISTED}, 1),
        (amy, {"visibility": Visibility.PRIVATE}, 0),
        (amy, {"visibility": Visibility.DIRECT}, 0),
        (amy, {"local_only": True}, 0),
        (quiet, {}, 0),
        (rob, {}, 1),
        (rob, {"visibility": Visibility.PRIVATE}, 0),
    ):
        _, jobs = await house.db.write(_post, author, **changes)
        assert len(jobs) == expected, changes


async def test_a_page_is_fetched_once_for_all_posts(house: House) -> None:
    amy = await house.db.write(factories.put_account)
    first, jobs = await house.db.write(_post, amy)
    second, more = await house.db.write(_post, amy)
    assert jobs[0].order_key == more[0].order_key
    await house.db.write(cards.put, Card(id=5, url="https://page.test/a", title="Known", fetched_at=house.now()))
    for job in (*jobs, *more, *jobs):
        await previews.fetch(house, job)
    shown = await house.db.read(hydrate.views, [first.id, second.id])
    assert [view.card.title for view in shown if view.card is not None] == ["Known", "Known"]


async def test_a_page_that_cannot_be_had_is_not_asked_for_again(house: House) -> None:
    amy = await house.db.write(factories.put_account)
    status, jobs = await house.db.write(_post, amy)
    await previews.fetch(house, jobs[0])
    kept = await house.db.read(cards.find, "https://page.test/a")
    assert kept is not None
    assert kept.title == ""
    found = await house.db.read(hydrate.view, status.id)
    assert found is not None
    assert found.card is None


async def test_an_edit_shows_the_page_of_its_new_text(house: House) -> None:
    amy = await house.db.write(factories.put_account)
    status, jobs = await house.db.write(_post, amy)
    await house.db.write(cards.put, Card(id=5, url="https://page.test/a", title="Known", fetched_at=house.now()))
    await previews.fetch(house, jobs[0])
    draft = Draft(html="<p>nothing</p>", text="nothing")
    await house.db.write(
        editing.edit_status, author=amy, status_id=status.id, draft=draft, now=house.now(), new_id=factories.new_id
    )
    assert (await house.db.read(statuses.get, status.id)).card_id is None
    await previews.fetch(house, jobs[0])
    assert (await house.db.read(statuses.get, status.id)).card_id is None


def _answer(body: str, **changes: Any) -> Answer:
    values: dict[str, Any] = {
        "status": 200, "url": "https://page.test/b/", "headers": {"Content-Type": "text/html; charset=utf-8"},
        "media_type": "text/html", "body": body.encode(),
    }  # fmt: skip
    return Answer(**(values | changes))


def test_what_a_page_says_becomes_plain_text() -> None:
    card = previews.card_of(_answer(PAGE), url="https://page.test/a", card_id=1, now=NOW)
    assert (card.title, card.description, card.author_name, card.language) == ("Title <b>", "About", "Ana", "en")
    assert (card.image_url, card.width, card.height, card.url) == ("https://page.test/pic.png", 600, 0, "https://page.test/a")


@pytest.mark.parametrize("image", ["http://page.test/p.png", "data:image/png;base64,AA", "https://[x", "javascript:x"])
def test_pictures_come_over_https_only(image: str) -> None:
    page = f'<title>t</title><meta property="og:image" content="{image}">'
    assert previews.card_of(_answer(page), url="https://page.test/a", card_id=1, now=NOW).image_url == ""


@pytest.mark.parametrize("answer", [_answer("", status=404), _answer("<p>no title"), _answer("<title> \u200b </title>")])
def test_a_page_without_a_title_has_no_preview(answer: Answer) -> None:
    assert previews.card_of(answer, url="https://page.test/a", card_id=1, now=NOW).title == ""


@pytest.mark.parametrize(
    "said", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2100-01-01T00:00:00Z", "soon", "1969-12-31"]
)
def test_a_time_that_a_page_cannot_have_been_published_at_is_none(said: str) -> None:
    page = f'<title>A</title><meta property="article:published_time" content="{said}">'
    card = previews.card_of(_answer(page), url="https://page.test/a", card_id=1, now=NOW)
    assert (card.title, card.published_at) == ("A", None)

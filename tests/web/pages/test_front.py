"""Front page, public lists and the page about the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedisw.model.accounts import Reach, Role
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import feeds, users
from tests.support import factories as make
from tests.support.browser import Browser
from tests.web.pages.browsing import Read, SignedIn
from tests.web.pages.markup import Document


async def test_a_stranger_learns_what_this_is_and_how_to_join(stranger: Browser, read: Read) -> None:
    page = Document.of(await read(stranger, "/"))
    assert "/auth/sign_up" in page.links()
    assert "/local" in page.links()
    assert page.one("h1").text == "Good company for social workers"
    assert page.one("link", rel="canonical").attributes["href"] == "https://alpha.test/"


async def test_the_front_page_may_be_listed_and_kept_for_a_minute(stranger: Browser) -> None:
    answer = await stranger.get("/")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert {"Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    assert "X-Robots-Tag" not in answer.headers
    assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_front_page_shows_posts_of_those_whom_search_engines_may_list(
    stranger: Browser, read: Read, db: Database
) -> None:
    def posts(tx: Tx) -> None:
        make.post(tx, make.put_account(tx, "amy", indexable=True), "Listed words")
        make.post(tx, make.put_account(tx, "ben"), "Other words")

    await db.write(posts)
    html = await read(stranger, "/")
    assert "Listed words" in html
    assert "Other words" not in html
    assert "Other words" in await read(stranger, "/local")


@pytest.mark.parametrize(("path", "kind"), [("/local", "public"), ("/tags/home", "public"), ("/", "public")])
async def test_lists_show_strangers_public_posts_only(stranger: Browser, read: Read, db: Database, path: str, kind: str) -> None:
    def posts(tx: Tx) -> None:
        amy = make.put_account(tx, "amy", indexable=True)
        for visibility in Visibility:
            make.post(tx, amy, f"For {visibility}", visibility=visibility, tags=("home",))
        make.post(tx, amy, "Stays here", local_only=True, tags=("home",))
        for reach in (Reach.FEDIVERSE, Reach.MEMBERS):
            make.post(tx, make.put_account(tx, reach, reach=reach, indexable=True), f"Reach {reach}", tags=("home",))

    await db.write(posts)
    html = await read(stranger, path)
    assert f"For {kind}" in html
    for hidden in ("For unlisted", "For private", "For direct", "Stays here", "Reach fediverse", "Reach members"):
        assert hidden not in html


async def test_home_shows_the_feed_to_its_owner_and_to_nobody_else(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    def feed(tx: Tx) -> tuple:
        amy, ben, eve = (make.put_account(tx, name) for name in ("amy", "ben", "eve"))
        make.put_follow(tx, amy, ben)
        status = make.post(tx, ben, "For my followers", visibility=Visibility.PRIVATE)
        feeds.add_own(tx, account_id=amy.id, status_id=status.id)
        feeds.add_own(tx, account_id=eve.id, status_id=status.id)
        return amy, eve

    amy, eve = await db.write(feed)
    assert "For my followers" in await read(await signed_in(amy), "/")
    assert "For my followers" not in await read(await signed_in(eve), "/")
    assert "For my followers" not in await read(stranger, "/")


async def test_what_a_person_sees_is_kept_by_no_cache(signed_in: SignedIn, db: Database) -> None:
    amy = await db.write(make.put_account)
    for path in ("/", "/local", "/about", "/@amy"):
        answer = await (await signed_in(amy)).get(path)
        assert answer.headers["Cache-Control"] == "private, no-store"


async def test_a_long_list_is_read_to_its_end_and_back(stranger: Browser, read: Read, db: Database) -> None:
    def posts(tx: Tx) -> None:
        amy = make.put_account(tx)
        for number in range(45):
            make.post(tx, amy, f"Post number {number:02}.")

    await db.write(posts)
    seen: list[str] = []
    link, steps = "/local", 0
    while link:
        page = Document.of(await read(stranger, link))
        seen += [e.text for e in page.all("div") if "e-content" in e.attributes.get("class", "")]
        older = [e for e in page.all("a") if e.attributes.get("rel") == "next"]
        newer = [e for e in page.all("a") if e.attributes.get("rel") == "prev"]
        assert bool(newer) == (steps > 0)
        link, steps = f"/local{older[0].attributes['href']}" if older else "", steps + 1
    assert seen == [f"Post number {number:02}." for number in reversed(range(45))]
    back = Document.of(await read(stranger, f"/local{newer[0].attributes['href']}"))
    assert len(back.all("article")) == 20


async def test_a_hashtag_is_found_however_it_is_written(stranger: Browser, read: Read, db: Database) -> None:
    def posts(tx: Tx) -> None:
        make.post(tx, make.put_account(tx), "Café words", tags=("Cafe",))

    await db.write(posts)
    for path in ("/tags/cafe", "/tags/CAF%C3%89"):
        assert "Café words" in await read(stranger, path)
    assert "No posts with this hashtag yet." in await read(stranger, "/tags/tea")


async def test_the_front_page_begins_no_conversation_in_the_middle(stranger: Browser, read: Read, db: Database) -> None:
    def talk(tx: Tx) -> None:
        amy, ben = make.put_account(tx, "amy", indexable=True), make.put_account(tx, "ben", indexable=True)
        make.post(tx, ben, "An answer", in_reply_to_id=make.post(tx, amy, "A question").id)

    await db.write(talk)
    html = await read(stranger, "/")
    assert "A question" in html
    assert "An answer" not in html


@pytest.mark.parametrize("path", ["/tags/%3C%3E", "/tags/" + "a" * 101])
async def test_what_cannot_be_a_hashtag_is_not_found(stranger: Browser, read: Read, path: str) -> None:
    await read(stranger, path, status=404)


async def test_about_names_rules_and_the_owner(stranger: Browser, read: Read, db: Database) -> None:
    def owner(tx: Tx, name: str, role: Role, **changes: object) -> None:
        account = make.put_account(tx, name, **changes)
        users.replace(tx, replace(users.get(tx, account.id), role=role))

    await db.write(owner, "olive", Role.OWNER)
    html = await read(stranger, "/about")
    assert "Nothing that lets a client be recognised." in html
    assert "@olive@alpha.test" in html
    assert Document.of(html).one("h2", id="rules")


async def test_an_owner_who_shows_only_to_members_is_not_named_to_strangers(stranger: Browser, read: Read, db: Database) -> None:
    def owner(tx: Tx) -> None:
        account = make.put_account(tx, "olive", reach=Reach.MEMBERS)
        users.replace(tx, replace(users.get(tx, account.id), role=Role.OWNER))

    await db.write(owner)
    assert "olive" not in await read(stranger, "/about")


async def test_the_browser_chooses_the_language(stranger: Browser, read: Read) -> None:
    answer = await stranger.client.get("/about", headers={"Accept-Language": "es-MX, en;q=0.5"})
    assert answer.headers["Content-Language"] == "es"
    page = Document.of(await answer.text())
    assert page.one("html").attributes["lang"] == "es"
    assert "Nada que permita reconocer" in page.one("main").text

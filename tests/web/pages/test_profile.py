"""Pages of people: who sees what, what heads and headers say, and where servers are sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fedisw.model.accounts import Account, Field, Reach
from fedisw.model.statuses import Visibility
from fedisw.services import blocking
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import users
from tests.support import factories as make
from tests.support.browser import Browser
from tests.web.pages.browsing import Read, SignedIn
from tests.web.pages.markup import Document

EVIL = '"><script>alert(1)</script>'


async def test_a_profile_says_who_it_is_and_what_they_wrote(stranger: Browser, read: Read, db: Database) -> None:
    def amy(tx: Tx) -> None:
        fields = (Field(name="Site", value='<a href="https://amy.test" rel="me nofollow">amy.test</a>', verified_at=make.NOW),)
        make.post(
            tx, make.put_account(tx, display_name="Amy Ash", note="<p>School social worker</p>", fields=fields), "First words"
        )

    await db.write(amy)
    html = await read(stranger, "/@amy")
    page = Document.of(html)
    assert page.one("h1").text == "Amy Ash"
    assert "@amy@alpha.test" in html
    assert "School social worker" in html
    assert "First words" in html
    assert "me" in page.one("a", href="https://amy.test").attributes["rel"].split()
    assert page.one("meta", property="og:type").attributes["content"] == "profile"
    assert page.one("meta", property="og:description").attributes["content"] == "School social worker"
    assert page.one("title").text == "Amy Ash (@amy@alpha.test) · alpha.test"


async def test_a_profile_names_its_document(stranger: Browser, db: Database) -> None:
    amy = await db.write(make.put_account)
    answer = await stranger.get("/@amy")
    link = f'<{amy.uri}>; rel="alternate"; type="application/activity+json"'
    assert answer.headers["Link"] == link
    assert Document.of(await answer.text()).one("link", type="application/activity+json").attributes["href"] == amy.uri


@pytest.mark.parametrize(
    "accept", ["application/activity+json", 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"']
)
async def test_a_server_is_sent_to_the_document(stranger: Browser, db: Database, accept: str) -> None:
    amy = await db.write(make.put_account)
    answer = await stranger.client.get("/@amy", headers={"Accept": accept}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, amy.uri)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(("indexable", "tag"), [(True, None), (False, "noindex")])
async def test_search_engines_follow_the_choice_of_the_person(
    stranger: Browser, db: Database, indexable: bool, tag: str | None
) -> None:
    await db.write(make.put_account, indexable=indexable)
    answer = await stranger.get("/@amy")
    assert answer.headers.get("X-Robots-Tag") == tag
    assert ("noindex" in await answer.text()) == (tag is not None)


async def test_letter_case_and_our_own_host_make_no_difference(stranger: Browser, read: Read, db: Database) -> None:
    await db.write(make.put_account, display_name="Amy Ash")
    for path in ("/@AMY", "/@amy@alpha.test", "/@amy@ALPHA.test"):
        assert "Amy Ash" in await read(stranger, path)


async def test_names_and_texts_cannot_bring_markup(stranger: Browser, db: Database) -> None:
    def amy(tx: Tx) -> None:
        account = make.put_account(tx, display_name=EVIL, fields=(Field(name=EVIL, value="x"),))
        make.post(tx, account, "words", spoiler_text=EVIL)

    await db.write(amy)
    html = await (await stranger.get("/@amy")).text()
    assert "<script" not in html
    assert html.count("alert(1)") >= 3


async def test_a_stranger_sees_public_and_quiet_posts_only(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    def posts(tx: Tx) -> tuple[Account, Account]:
        amy, ben, eve = (make.put_account(tx, name) for name in ("amy", "ben", "eve"))
        make.put_follow(tx, ben, amy)
        for visibility in Visibility:
            make.post(tx, amy, f"For {visibility}", visibility=visibility)
        make.post(tx, amy, "Stays here", local_only=True)
        return ben, eve

    ben, eve = await db.write(posts)
    seen = {
        name: await read(browser, "/@amy")
        for name, browser in {"stranger": stranger, "ben": await signed_in(ben), "eve": await signed_in(eve)}.items()
    }
    for html in seen.values():
        assert "For public" in html
        assert "For unlisted" in html
        assert "For direct" not in html
    assert {name for name, html in seen.items() if "For private" in html} == {"ben"}
    assert {name for name, html in seen.items() if "Stays here" in html} == {"ben", "eve"}


async def test_reach_fediverse_shows_a_stranger_name_and_where_to_sign_in(
    stranger: Browser, signed_in: SignedIn, read: Read, db: Database
) -> None:
    def posts(tx: Tx) -> Account:
        amy = make.put_account(tx, display_name="Amy Ash", note="<p>About me</p>", reach=Reach.FEDIVERSE, indexable=True)
        make.post(tx, amy, "Words of mine")
        return make.put_account(tx, "ben")

    ben = await db.write(posts)
    answer = await stranger.get("/@amy")
    html = await answer.text()
    assert "Amy Ash" in html
    assert "/auth/sign_in?next=/%40amy" in html
    assert answer.headers["X-Robots-Tag"] == "noindex"
    for hidden in ("Words of mine", "About me"):
        assert hidden not in html
        assert hidden in await read(await signed_in(ben), "/@amy")


async def test_reach_members_is_not_there_for_strangers(stranger: Browser, signed_in: SignedIn, read: Read, db: Database) -> None:
    amy = await db.write(make.put_account, display_name="Amy Ash", reach=Reach.MEMBERS)
    missing = await read(stranger, "/@nobody", status=404)
    hidden = await read(stranger, "/@amy", status=404)
    assert "Amy Ash" not in hidden
    assert hidden.replace("amy", "nobody") == missing
    assert "Amy Ash" in await read(await signed_in(amy), "/@amy")


async def test_hidden_numbers_are_not_on_the_page(stranger: Browser, read: Read, db: Database) -> None:
    await db.write(make.put_account, hides_network=True, followers_count=4_711, following_count=815)
    html = await read(stranger, "/@amy")
    assert "4,711" not in html
    assert "815" not in html


@pytest.mark.parametrize(("changes", "status"), [({"deleted_at": make.NOW}, 410), ({"suspended_at": make.NOW}, 404)])
async def test_who_is_gone_is_not_shown(
    stranger: Browser, read: Read, db: Database, changes: dict[str, Any], status: int
) -> None:
    await db.write(make.put_account, display_name="Amy Ash", **changes)
    assert "Amy Ash" not in await read(stranger, "/@amy", status=status)


@pytest.mark.parametrize("lacking", ["confirmed_at", "approved_at"])
async def test_who_still_waits_to_join_has_no_page_yet(stranger: Browser, read: Read, db: Database, lacking: str) -> None:
    def newcomer(tx: Tx) -> None:
        account = make.put_account(tx)
        users.replace(tx, replace(users.get(tx, account.id), **{lacking: None}))

    await db.write(newcomer)
    await read(stranger, "/@amy", status=404)


async def test_a_block_hides_posts_both_ways(signed_in: SignedIn, read: Read, db: Database) -> None:
    def posts(tx: Tx) -> tuple[Account, Account]:
        amy, ben = make.put_account(tx), make.put_account(tx, "ben")
        make.post(tx, amy, "Words of Amy")
        make.post(tx, ben, "Words of Ben")
        return amy, ben

    amy, ben = await db.write(posts)
    assert "Words of Amy" in await read(await signed_in(ben), "/@amy")
    await db.write(_block, amy, ben)
    assert "Words of Amy" not in await read(await signed_in(ben), "/@amy")
    assert "Words of Ben" not in await read(await signed_in(amy), "/@ben")


def _block(tx: Tx, amy: Account, ben: Account) -> None:
    blocking.block(tx, account=amy, target=ben, uri=f"{amy.uri}#block", block_id=make.new_id(), now=make.NOW)


async def test_a_profile_of_another_server_names_the_host_and_links_there(stranger: Browser, read: Read, db: Database) -> None:
    def far(tx: Tx) -> None:
        make.receive(tx, make.put_account(tx, "zoe", "far.test", display_name="Zoe"), "Words from afar")

    await db.write(far)
    html = await read(stranger, "/@zoe@far.test")
    page = Document.of(html)
    assert page.one("a", href="https://far.test/@zoe").attributes["rel"] == "nofollow noopener noreferrer"
    assert "Go to far.test" in html
    assert "Words from afar" not in html
    assert "noindex" in html


async def test_somebody_signed_in_reads_people_of_other_servers_here(signed_in: SignedIn, read: Read, db: Database) -> None:
    def far(tx: Tx) -> Account:
        make.receive(tx, make.put_account(tx, "zoe", "far.test"), "Words from afar")
        return make.put_account(tx)

    html = await read(await signed_in(await db.write(far)), "/@zoe@far.test")
    assert "Words from afar" in html
    assert "@zoe@far.test" in html


@pytest.mark.parametrize("path", ["/@nobody", "/@zoe@unknown.test", "/@", "/@a@b@c", "/@%3Cscript%3E", "/@amy/x"])
async def test_whoever_is_not_there_is_not_found(stranger: Browser, read: Read, path: str) -> None:
    html = await read(stranger, path, status=404)
    assert "<script" not in html

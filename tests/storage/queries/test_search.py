"""The search for posts: who finds what, the same on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, update

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind
from fedisw.model.accounts import Account
from fedisw.model.ids import id_at
from fedisw.model.media import Media, MediaKind
from fedisw.model.paging import Page
from fedisw.model.statuses import Draft, PollDraft, Status, Visibility
from fedisw.services import blocking, editing, interactions, posting
from fedisw.services.accounts import suspend
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, media, search, search_texts
from fedisw.storage.statements import Command
from fedisw.storage.tables.accounts import accounts as table
from fedisw.tasks.indexing import index_posts
from fedisw.text import seeking
from tests.support.factories import NOW, new_id, post, put_account, put_follow, receive

EVERYTHING = Page(limit=100)
NO_CONSENT = Command(update(table).where(table.c.id == bindparam("key")).values(indexable=False))


class Searching:
    """Posts, and somebody who looks for them."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def person(self, name: str, host: str | None = None, **changes: object) -> Account:
        return await self.db.write(put_account, name, host, **changes)

    async def post(self, author: Account, text: str, **changes: object) -> Status:
        return await self.db.write(post if author.host is None else receive, author, text, **changes)

    async def found(self, viewer: Account, text: str, page: Page = EVERYTHING, offset: int = 0) -> list[int]:
        await index_posts(self.db)
        return await self.db.read(_found, viewer, text, page, offset)


def _found(tx: Tx, viewer: Account, text: str, page: Page, offset: int) -> list[int]:
    def who(name: str) -> int | None:
        if name == "me":
            return viewer.id
        account = accounts.find_by_handle(tx, *(name.split("@") if "@" in name else (name, None)))
        return account.id if account else None

    return search.found(tx, seeking.read(text, who=who), viewer_id=viewer.id, now=NOW, page=page, offset=offset)


@pytest.fixture
def searching(db: Database) -> Searching:
    return Searching(db)


def ids(*posts: Status) -> list[int]:
    return [one.id for one in posts]


async def test_words_phrases_and_what_is_unwanted(searching: Searching) -> None:
    amy = await searching.person("amy")
    one = await searching.post(amy, "Grief groups work, says Ñandú")
    two = await searching.post(amy, "Group work &amp; grief", spoiler_text="Trauma")
    found = searching.found
    assert await found(amy, "grief") == ids(two, one)
    assert await found(amy, "GRIEF nandu") == ids(one)
    assert await found(amy, '"group work"') == ids(two)
    assert await found(amy, '"work group"') == []
    assert await found(amy, "grief -group") == ids(one)
    assert await found(amy, 'grief -"group work"') == ids(one)
    assert await found(amy, "grief -nobody") == ids(two, one)
    assert await found(amy, "trauma") == ids(two)
    assert await found(amy, "gri") == await found(amy, "p") == await found(amy, "amp") == []
    assert await found(amy, "o'clock") == await found(amy, 'a"b') == await found(amy, "→from1") == []


async def test_scripts_without_spaces_are_found_by_their_parts(searching: Searching) -> None:
    amy = await searching.person("amy")
    one = await searching.post(amy, "今天的社会工作")
    assert await searching.found(amy, "社会") == ids(one)
    assert await searching.found(amy, "会社") == []


async def test_operators(searching: Searching) -> None:
    amy, ben = await searching.person("amy", indexable=True), await searching.person("ben", indexable=True)
    reply_to = await searching.post(ben, "x from Ben", language="es-MX")
    reply = await searching.post(amy, "x answer", in_reply_to_id=reply_to.id, sensitive=True)
    link = await searching.post(amy, '<a href="https://example.org/">x</a> <a class="mention" href="https://a.test/">y</a>')
    name = await searching.post(amy, '<a href="https://a.test/@x" class="u-url mention">x</a>')
    poll = await searching.post(amy, "", poll=PollDraft(options=("x", "Plum"), expires_at=NOW + timedelta(days=1)))
    picture = await searching.post(amy, "x", media_ids=(await searching.db.write(_picture, amy),))
    found = searching.found
    assert await found(amy, "x from:ben") == await found(amy, "x language:es") == ids(reply_to)
    assert await found(amy, "x -from:ben") == ids(picture, poll, name, link, reply)
    assert await found(amy, "x from:nobody") == []
    assert await found(amy, "x is:reply") == await found(amy, "x is:sensitive") == ids(reply)
    assert await found(amy, "x has:link") == ids(link)
    assert await found(amy, "plum has:poll") == ids(poll)
    assert await found(amy, "pear") == await found(amy, "x has:media") == await found(amy, "x has:image") == ids(picture)
    assert await found(amy, "x has:video") == []
    assert await found(amy, "x in:public") == ids(picture, poll, name, link, reply, reply_to)
    assert await found(amy, "x in:library") == ids(picture, poll, name, link, reply)


def _picture(tx: Tx, owner: Account) -> int:
    item = Media(
        id=new_id(), account_id=owner.id, kind=MediaKind.IMAGE, key=new_key(Kind.PNG), description="A pear", created_at=NOW
    )
    media.add(tx, item)
    return item.id


async def test_days_and_pages(searching: Searching) -> None:
    amy = await searching.person("amy")
    made = []
    for days in range(4):
        when = NOW - timedelta(days=days)
        made.append(await searching.db.write(_dated, amy, id_at(int(when.timestamp() * 1_000), low=7)))
    today = NOW.date()
    found = searching.found
    assert await found(amy, f"x before:{today}") == made[1:]
    assert await found(amy, f"x after:{today - timedelta(days=2)}") == made[:2]
    assert await found(amy, f"x during:{today - timedelta(days=1)}") == made[1:2]
    assert await found(amy, "x", Page(limit=2)) == made[:2]
    assert await found(amy, "x", Page(limit=2), offset=2) == made[2:]
    assert await found(amy, "x", Page(limit=2, max_id=made[1])) == made[2:]
    assert await found(amy, "x", Page(limit=9, min_id=made[2])) == made[:2]


def _dated(tx: Tx, author: Account, status_id: int) -> int:
    draft = Draft(html="<p>x</p>", text="x")
    uri = f"https://home.test/{status_id}"
    posting.create_status(tx, author=author, draft=draft, status_id=status_id, uri=uri, url=uri, now=NOW, new_id=new_id)
    return status_id


async def test_only_what_its_author_lets_be_found_or_what_is_ones_own(searching: Searching) -> None:
    amy, ben = await searching.person("amy"), await searching.person("ben")
    shy, open_minded = await searching.person("shy", "far.test"), await searching.person("rob", "far.test", indexable=True)
    await searching.db.write(put_follow, ben, open_minded)
    everybodys = await searching.post(open_minded, "x")
    unlisted = await searching.post(open_minded, "x", visibility=Visibility.UNLISTED)
    followers = await searching.post(open_minded, "x", visibility=Visibility.PRIVATE)
    to_ben = await searching.post(shy, "x", visibility=Visibility.DIRECT, mentioned=(ben.id,))
    shys = await searching.post(shy, "x")
    bens = await searching.post(ben, "x", visibility=Visibility.DIRECT, mentioned=(shy.id,))
    amys = await searching.post(amy, "x")
    assert await searching.found(amy, "x") == ids(amys, everybodys)
    assert await searching.found(ben, "x") == ids(bens, to_ben, everybodys)
    assert await searching.found(ben, "x in:library") == ids(bens, to_ben)
    for act in (_likes, _saves, _boosts):
        other = await searching.person(act.__name__[1:])
        assert await searching.found(other, "x") == ids(everybodys)
        await searching.db.write(act, other, shys)
        assert await searching.found(other, "x") == ids(shys, everybodys)
        assert await searching.found(other, "x in:library") == ids(shys)
    assert await searching.found(amy, "x") == ids(amys, everybodys), "what others liked is still not hers"
    assert unlisted.id not in await searching.found(ben, "x in:all")
    assert followers.id not in await searching.found(ben, "x in:all")


def _likes(tx: Tx, account: Account, status: Status) -> None:
    interactions.favourite(
        tx, account=account, status_id=status.id, favourite_id=new_id(), uri=f"https://a.test/{new_id()}", now=NOW
    )


def _saves(tx: Tx, account: Account, status: Status) -> None:
    interactions.bookmark(tx, account_id=account.id, status_id=status.id, bookmark_id=new_id(), now=NOW)


def _boosts(tx: Tx, account: Account, status: Status) -> None:
    boost_id = new_id()
    interactions.reblog(
        tx,
        account=account,
        status_id=status.id,
        boost_id=boost_id,
        uri=f"https://home.test/{boost_id}",
        now=NOW,
        visibility=Visibility.PUBLIC,
    )


async def test_blocks_mutes_suspensions_and_taken_back_consent_hide_at_once(searching: Searching) -> None:
    amy = await searching.person("amy")
    authors = [await searching.person(name, "far.test", indexable=True) for name in ("a", "b", "c", "d", "e")]
    posts = [await searching.post(author, "x") for author in authors]
    assert await searching.found(amy, "x") == ids(*reversed(posts))
    blocked, blocks_her, muted, suspended, changed = authors

    def unit(tx: Tx) -> None:
        blocking.block(tx, account=amy, target=blocked, block_id=new_id(), uri="https://a.test/1", now=NOW)
        blocking.block_by_remote(tx, account=blocks_her, target_uri=amy.uri, block_id=new_id(), uri="https://far.test/1", now=NOW)
        blocking.mute(tx, account_id=amy.id, target_id=muted.id, mute_id=new_id(), now=NOW)
        suspend(tx, account_id=suspended.id, now=NOW)
        tx.exec(NO_CONSENT, key=changed.id)

    await searching.db.write(unit)
    assert await searching.found(amy, "x") == []


async def test_edits_and_deletions_are_known(searching: Searching) -> None:
    amy = await searching.person("amy")
    first = await searching.post(amy, "apple")
    assert await searching.found(amy, "apple") == ids(first)

    def edit(tx: Tx) -> None:
        editing.edit_status(
            tx, author=amy, status_id=first.id, draft=Draft(html="<p>pear</p>", text="pear"), now=NOW, new_id=new_id
        )

    await searching.db.write(edit)
    assert await searching.found(amy, "apple") == []
    assert await searching.found(amy, "pear") == ids(first)
    await searching.db.write(editing.delete_status, author_id=amy.id, status_id=first.id, now=NOW)
    again = await searching.post(amy, "pear")
    assert await searching.found(amy, "pear") == ids(again)


async def test_what_changes_while_it_is_read_is_read_again(searching: Searching) -> None:
    amy = await searching.person("amy")
    status = await searching.post(amy, "apple")
    found, _ = await searching.db.read(search_texts.waiting, limit=10)
    await searching.db.write(search_texts.read_anew, status.id)
    await searching.db.write(search_texts.put, [(found[0], "stale")])
    assert await searching.found(amy, "apple") == ids(status)
    assert await searching.db.read(search_texts.waiting, limit=10) == ([], [])


async def test_posts_that_nobody_here_may_look_for_are_not_kept(searching: Searching) -> None:
    shy = await searching.person("shy", "far.test")
    await searching.post(shy, "apple")
    assert await searching.db.read(search_texts.waiting, limit=10) == ([], [])

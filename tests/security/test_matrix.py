"""Every surface × every visibility × every kind of viewer (VIS-1): what is shown is what the oracle says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from fedisw.jobs.notices import SendPush
from fedisw.model.notifications import Notification
from fedisw.model.push import PushSubscription
from fedisw.runtime.work import Tools
from fedisw.storage.db import Tx
from fedisw.storage.queries import oauth
from fedisw.storage.queries import push as subscriptions
from fedisw.storage.statements import Query
from fedisw.storage.tables.lists import notifications
from fedisw.tasks import push
from fedisw.tasks.house import House
from fedisw.tasks.indexing import index_posts
from tests.security.matrix import TAG, Author, Post, Square, Viewer, follows, is_wanted, may_read
from tests.web.mastodon.conftest import Api

Shown = Callable[[Viewer, Post], bool]


@pytest.fixture
async def square(api: Api) -> Square:
    """One world for all questions."""
    made = await Square.build(api)
    await index_posts(api.db)
    return made


def surfaces(square: Square, viewer: Viewer) -> Iterator[tuple[str, Shown | None]]:
    """Addresses where posts stand, and which of them must stand there; None: none that may not be read, and perhaps fewer."""
    for author in Author:
        number = square.people[author.value].id
        yield f"/api/v1/accounts/{number}/statuses?limit=40", lambda v, p, a=author: p.author is a and may_read(v, p)
        yield f"/api/v1/accounts/{number}/statuses?limit=40&tagged={TAG}", lambda v, p, a=author: p.author is a and may_read(v, p)
        yield f"/api/v1/accounts/{number}/statuses?pinned=true", None
    yield f"/api/v1/timelines/tag/{TAG}?limit=40", lambda v, p: p.status.visibility == "public" and is_wanted(v, p)
    yield "/api/v1/timelines/public?limit=40", lambda v, p: p.status.visibility == "public" and is_wanted(v, p)
    for part in ("local=true", "remote=true", "only_media=true"):
        yield f"/api/v1/timelines/public?limit=40&{part}", None
    for post in square.posts:
        yield f"/api/v2/search?q={post.status.uri}", None
        if post.status.url != post.status.uri:
            yield f"/api/v2/search?q={post.status.url}", None
    ids = "&".join(f"id[]={post.status.id}" for post in square.posts[:20])
    yield f"/api/v1/statuses?{ids}", lambda v, p: p in square.posts[:20] and may_read(v, p)
    if viewer is Viewer.NOBODY:
        return
    yield "/api/v1/timelines/home?limit=40", lambda v, p: is_wanted(v, p) and (v.value == p.author.value or follows(v, p.author))
    for path in ("/api/v1/bookmarks?limit=40", "/api/v1/favourites?limit=40"):
        yield path, None if viewer in (Viewer.MUTING, Viewer.AVOIDING) else may_read
    yield "/api/v1/notifications?limit=80", lambda v, p: p.author.value != v.value and is_wanted(v, p)
    yield "/api/v2/notifications?limit=80", lambda v, p: p.author.value != v.value and is_wanted(v, p)
    yield "/api/v1/conversations?limit=40", None
    for post in square.posts:
        yield f"/api/v2/search?type=statuses&q={post.word}", None
    yield f"/api/v2/search?type=statuses&q=%23{TAG}&limit=40", None


async def test_lists_show_what_the_oracle_says_and_nothing_else(square: Square) -> None:
    wrong = []
    for viewer in Viewer:
        for path, shown in surfaces(square, viewer):
            answer = await square.api.call("GET", path, viewer.value)
            if viewer is Viewer.FROZEN:
                assert answer.status == 403, path
            for post in square.posts:
                told = post.word in answer.text.replace(path.partition("q=")[2], "")
                if told and not may_read(viewer, post):
                    wrong.append(("LEAK", viewer.name, post.word, path))
                elif shown is not None and told != shown(viewer, post):
                    wrong.append(("missing" if not told else "unwanted", viewer.name, post.word, path))
    assert not wrong, "\n".join(map(str, wrong))


PARTS = ("", "/context", "/history", "/source", "/reblogged_by", "/favourited_by")
ACTS = ("favourite", "unfavourite", "bookmark", "mute", "unmute", "reblog")


async def test_a_post_of_its_own_is_there_or_not(square: Square) -> None:
    wrong = []
    for viewer in Viewer:
        for post in square.posts:
            for part in PARTS:
                if part == "/source" and (viewer is Viewer.NOBODY or viewer.value != post.author.value):
                    continue
                answer = await square.api.call("GET", f"/api/v1/statuses/{post.status.id}{part}", viewer.value)
                expected = 403 if viewer is Viewer.FROZEN else 200 if may_read(viewer, post) else 404
                if answer.status != expected or (expected != 200 and post.word in answer.text):
                    wrong.append((viewer.name, post.word, part, answer.status, expected))
    assert not wrong, "\n".join(map(str, wrong))


async def test_nobody_acts_on_what_is_not_there_for_them(square: Square) -> None:
    wrong = []
    for viewer in (Viewer.STRANGER, Viewer.ASKING, Viewer.BLOCKED, Viewer.BLOCKING, Viewer.STAFF, Viewer.FROZEN):
        for post in square.posts:
            if not may_read(viewer, post):
                for act in ACTS:
                    answer = await square.api.call("POST", f"/api/v1/statuses/{post.status.id}/{act}", viewer.value)
                    if answer.status not in ((403,) if viewer is Viewer.FROZEN else (404,)):
                        wrong.append((viewer.name, post.word, act, answer.status))
    assert not wrong, "\n".join(map(str, wrong))


async def test_pages_and_documents_show_what_is_for_anybody(square: Square) -> None:
    wrong = []
    for post in square.posts:
        if post.author in (Author.AMY, Author.SUE):
            path = post.status.uri.removeprefix("https://alpha.test")
            document = await square.api.call("GET", path, headers={"Accept": "application/activity+json"})
            page = await square.api.call("GET", f"/@{post.author.value}/{post.status.id}", headers={"Accept": "text/html"})
            embed = await square.api.call("GET", f"/api/oembed?url={post.status.url}")
            for answer in (document, page, embed):
                if (answer.status == 200) != may_read(Viewer.NOBODY, post) or (answer.status != 200 and post.word in answer.text):
                    wrong.append((post.word, answer.status, answer.headers["Content-Type"]))
    for path in ("/", "/local", f"/tags/{TAG}", "/@amy", "/@sue", "/ap/actors/{}/outbox?page=true"):
        for author in (Author.AMY, Author.SUE):
            answer = await square.api.call("GET", path.format(square.people[author.value].id))
            wrong += [
                (post.word, path) for post in square.posts if post.word in answer.text and not may_read(Viewer.NOBODY, post)
            ]
    assert not wrong, "\n".join(map(str, wrong))


NOTIFIED = Query(Notification, select(notifications).order_by(notifications.c.id))


async def test_phones_are_told_of_what_is_wanted_and_hear_the_words_of_what_everybody_may_read(square: Square) -> None:
    api, wrong = square.api, []
    house = _house(api)
    rows = await api.db.read(lambda tx: tx.all(NOTIFIED))
    for viewer in Viewer:
        if not viewer:
            continue
        account_id = square.people[viewer.value].id
        phone = await api.db.write(_subscribe, api, account_id)
        about = {row.status_id: row for row in rows if row.account_id == account_id}
        for post in square.posts:
            row = about.get(post.status.id)
            if row is None:
                assert viewer.value == post.author.value
                continue
            job = SendPush(subscription_id=phone.id, notification_id=row.id, at_host="push.test")
            news = await api.db.read(push.news_of, job, now=api.clock())
            said = None if news is None else push.payload(house, news, token="t").body
            if (said is not None) != is_wanted(viewer, post):
                wrong.append(("unwanted" if said is not None else "missing", viewer.name, post.word))
            elif said is not None and (post.word in said) != may_read(Viewer.NOBODY, post):
                wrong.append(("LEAK", viewer.name, post.word))
    assert not wrong, "\n".join(map(str, wrong))


def _house(api: Api) -> House:
    parts = api.runtime
    return Tools(
        peer=parts.peer, store=parts.store, images=parts.images, films=parts.films, sealer=parts.sealer, links=parts.links
    ).house


def _subscribe(tx: Tx, api: Api, account_id: int) -> PushSubscription:
    phone = PushSubscription(
        id=0,
        token_id=oauth.token_ids(tx, account_id)[0],
        account_id=account_id,
        endpoint="https://push.test/phone",
        sealed=b"",
        alerts={"mention": True},
        created_at=api.clock(),
        updated_at=api.clock(),
    )
    return subscriptions.put(tx, phone)

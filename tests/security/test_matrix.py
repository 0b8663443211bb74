"""Every surface × every visibility × every kind of viewer (VIS-1): what is shown is what the oracle says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

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

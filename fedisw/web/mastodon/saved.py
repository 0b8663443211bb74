"""What a person saved and liked (mastodon-api.md, section 2.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks
from fedisw.web.keys import DB
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, many
from fedisw.web.paging import page_of
from fedisw.web.routes import Auth, Handler, Route

LIMIT, MOST = 20, 40
Marks = Callable[[Tx, int, Page], list[tuple[int, int]]]


def _marked(find: Marks) -> Handler:
    """A list of marked posts, newest mark first; those that the person may not read any more are left out."""

    async def handler(request: web.Request) -> web.Response:
        page = page_of(request, limit=LIMIT, most=MOST)
        cursors, gathered = await request.app[DB].read(_read, find, page, eyes_of(request))
        return many(request, gathered, page, cursors=cursors)

    return handler


def _read(tx: Tx, find: Marks, page: Page, eyes: Eyes) -> tuple[list[int], Gathered]:
    found = find(tx, eyes.person, page)
    return [cursor for cursor, _ in found], gather_ids(tx, [status_id for _, status_id in found], eyes)


ROUTES: Final = (
    Route("GET", "/api/v1/bookmarks", _marked(marks.bookmarks_of), Auth.user("read:bookmarks")),
    Route("GET", "/api/v1/favourites", _marked(marks.favourites_of), Auth.user("read:favourites")),
)

"""Lists of posts on pages: which part was asked for, and the links to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from fedisw.model.paging import Page
from fedisw.web.pages.views import Pager
from fedisw.web.paging import page_of

POSTS: Final = 20  # of one page


def wanted_page(request: web.Request) -> Page:
    """The part of a list that the address asks for."""
    return page_of(request, limit=POSTS, most=POSTS)


def pager(page: Page, ids: Sequence[int]) -> Pager:
    """Links to newer and older posts, by the ids that were read, newest first."""
    if not ids:
        return Pager()
    full = len(ids) >= page.limit
    newer = full if page.upwards else page.max_id is not None
    older = page.upwards or full
    return Pager(newer=f"?min_id={ids[0]}" if newer else None, older=f"?max_id={ids[-1]}" if older else None)

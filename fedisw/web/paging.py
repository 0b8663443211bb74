"""Pages of lists, as clients ask for them, and the `Link` header by which they go on (mastodon-api.md, section 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from aiohttp import web
from yarl import URL

from fedisw.model.errors import Malformed
from fedisw.model.paging import MAX_ID, Page
from fedisw.web.keys import SETTINGS

MAX_LIMIT: Final = 10_000
CURSORS: Final = ("max_id", "since_id", "min_id")
NOT_KEPT: Final = frozenset({*CURSORS, "offset", "access_token", "bearer_token"})


def page_of(request: web.Request, *, limit: int, most: int) -> Page:
    """The page that the query asks for.

    Args:
        limit: how many, if the query does not say.
        most: the cap; more is cut, a sign is ignored.

    Cursors are only compared, so one that names nothing is fine; text that is no number counts as not given.
    """
    given = {name: cursor for name in CURSORS if (cursor := _number(request.query.get(name, ""))) is not None}
    return Page(limit=limit_of(request, limit=limit, most=most), **given)


def limit_of(request: web.Request, *, limit: int, most: int) -> int:
    """How many items the query asks for: 1 to `most`."""
    asked = _number(request.query.get("limit", "").lstrip("-+"))
    return limit if not asked else min(asked, most)


def offset_of(request: web.Request, *, most: int) -> int:
    """How many items to leave out, for the lists that have no cursor; Malformed below zero."""
    text = request.query.get("offset", "")
    if text.startswith("-"):
        raise Malformed("Pagination values for `offset` and `limit` must be positive")
    return min(_number(text) or 0, most)


def link_header(
    request: web.Request, ids: Sequence[int], page: Page, *, always_next: bool = False, back: str = "min_id"
) -> dict[str, str]:
    """The `Link` header for a page, or nothing when there is nothing to say.

    Args:
        ids: cursors of what was read, as ordered in the answer, before anything was filtered out.
        always_next: name the next page even after a short one (timelines and notifications).
        back: the cursor towards newer items: `since_id` where lists page by hidden ids.
    """
    if not ids:
        return {}
    links = []
    address = f"{request.app[SETTINGS].origin}{request.rel_url.raw_path}?{_kept(request.rel_url.raw_query_string)}"
    if always_next or len(ids) >= page.limit:
        links.append(f'<{address}max_id={ids[-1]}>; rel="next"')
    links.append(f'<{address}{back}={ids[0]}>; rel="prev"')
    return {"Link": ", ".join(links)}


def offset_link(request: web.Request, count: int, *, limit: int, offset: int) -> dict[str, str]:
    """The `Link` header of lists that go on by `offset` (P-off), or nothing.

    Args:
        count: how many there are on this page.
    """
    address = f"{request.app[SETTINGS].origin}{request.rel_url.raw_path}?{_kept(request.rel_url.raw_query_string)}"
    links = [f'<{address}offset={offset + limit}>; rel="next"'] if count >= limit else []
    if offset:
        links.append(f'<{address}offset={max(0, offset - limit)}>; rel="prev"')
    return {"Link": ", ".join(links)} if links else {}


@lru_cache(maxsize=1_024)
def _kept(query: str) -> str:
    """What of a query goes into the links, with a `&` at its end."""
    given = URL.build(query_string=query, encoded=True).query
    kept = [(name, text) for name, text in given.items() if name not in NOT_KEPT]
    return f"{URL().with_query(kept).raw_query_string}&" if kept else ""


def _number(text: str) -> int | None:
    digits = text.strip()
    if not digits.isascii() or not digits.isdecimal():
        return None
    return min(int(digits[:20]), MAX_ID)

"""What stands in ActivityPub addresses: numbers of things, and cursors of lists."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.ids import id_of

PAGE: Final = "page"
AFTER: Final = "after"


def number(request: web.Request, name: str = "id") -> int:
    """The number in the path; NotFound for anything else, since ids are ours."""
    return _number(request.match_info[name])


def _number(text: str) -> int:
    found = id_of(text)
    if found is None:
        raise NotFound("document", text[:40])
    return found


def wants_page(request: web.Request) -> bool:
    """Whether a page of a list is asked for, not the list itself."""
    return PAGE in request.query


def cursor(request: web.Request) -> int | None:
    """Where the page begins, None for the first; NotFound for what we never gave."""
    text = request.query.get(AFTER)
    return None if text is None else _number(text)

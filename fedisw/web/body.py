"""Reading request bodies: never more than the route allows, never what would have to be unpacked first."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import TooLarge, UnsupportedMedia
from fedisw.web.routes import FORM_BYTES, route_of

CONTENT: Final = web.RequestKey("content", bytes)


def limit_of(request: web.Request) -> int:
    """Most bytes of this request's body."""
    route = route_of(request)
    return FORM_BYTES if route is None else route.body


def check_head(request: web.Request) -> None:
    """Refuse by the headers alone.

    Raises:
        TooLarge: the body is announced as longer than the route allows.
        UnsupportedMedia: it is compressed; nobody needs to, and it could unfold without end.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
        raise UnsupportedMedia("the body must not be compressed")
    if (request.content_length or 0) > limit_of(request):
        raise TooLarge("the body is too long")


async def read(request: web.Request) -> bytes:
    """The whole body, raw; reading twice gives the same bytes.

    Raises:
        TooLarge, UnsupportedMedia: as `check_head`.
    """
    known: bytes | None = request.get(CONTENT)
    if known is not None:
        return known
    check_head(request)
    most, parts, size = limit_of(request), [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > most:
            raise TooLarge("the body is too long")
        parts.append(part)
    request[CONTENT] = content = b"".join(parts)
    return content

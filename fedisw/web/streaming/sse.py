"""Streams as server-sent events, one stream a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web

from fedisw.model.errors import Malformed, Unauthenticated
from fedisw.web.routes import Auth, Route
from fedisw.web.streaming.channels import Asked, Refused
from fedisw.web.streaming.listening import Frame, Listener, Over, listening

PREFIX: Final = "/api/v1/streaming/"
NAMES: Final[Mapping[str, str]] = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}
NO: Final = frozenset({"", "0", "f", "false", "off"})
BEAT: Final = 15.0  # seconds of silence before a sign of life
PATIENCE: Final = 30.0  # seconds that a reader may take for what was sent


async def health(_request: web.Request) -> web.Response:
    """GET /api/v1/streaming/health"""
    return web.Response(text="OK")


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/streaming/user and the others of NAMES"""
    name = NAMES[request.path.removeprefix(PREFIX).strip("/")]
    if name.startswith("public") and request.query.get("only_media", "").lower() not in NO:
        name += ":media"
    asked = Asked(name=name, tag=request.query.get("tag", ""), list_id=request.query.get("list", ""))
    async with listening(request) as listener:
        try:
            await listener.add(asked)
        except Refused as refused:
            raise Unauthenticated(refused.message) if refused.status == 401 else Malformed(refused.message) from refused
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        if request.method != hdrs.METH_HEAD:
            await _send_all(request, response, listener)
        return response


async def unknown(_request: web.Request) -> web.Response:
    """GET /api/v1/streaming/{channel}"""
    raise Malformed("Unknown channel requested")


async def _send_all(request: web.Request, response: web.StreamResponse, listener: Listener) -> None:
    """Until the stream is over or the reader is gone, or does not take what it gets."""
    try:
        await _send(response, ":)\n")
        while True:
            frames = await listener.next(within=BEAT)
            await _send(response, "".join(map(_text, frames)) or ":thump\n")
    except Over:
        return
    except (TimeoutError, ConnectionResetError):
        if request.transport is not None:
            request.transport.abort()


async def _send(response: web.StreamResponse, text: str) -> None:
    async with asyncio.timeout(PATIENCE):
        await response.write(text.encode())


def _text(frame: Frame) -> str:
    """JSON has no line breaks outside of texts, and escapes those inside.

    Without a payload there is no line for it: an empty one would be read as broken JSON (Mastodon.py 2.2).
    """
    data = "" if frame.payload is None else f"data: {frame.payload}\n"
    return f"event: {frame.event}\n{data}\n"


ROUTES: Final = (
    Route("GET", "/api/v1/streaming/health", health, Auth.public()),
    *(Route("GET", f"{PREFIX}{name}", stream, Auth.stream()) for name in NAMES),
    Route("GET", "/api/v1/streaming/{channel:.+}", unknown, Auth.stream()),
)

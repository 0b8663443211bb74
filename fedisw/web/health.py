"""Whether the process turns, and whether it can serve (contract, section 4)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.web import answers
from fedisw.web.keys import STATE
from fedisw.web.routes import Auth, Route

NO_STORE: Final = {"Cache-Control": "no-store"}


async def live(_request: web.Request) -> web.Response:
    """GET /health/live"""
    return answers.json({"status": "ok"}, headers=NO_STORE)


async def ready(request: web.Request) -> web.Response:
    """GET /health/ready: the reasons are told on the metrics address only."""
    able = request.app[STATE].ready and not request.app[STATE].draining
    headers = NO_STORE if able else {**NO_STORE, "Retry-After": "5"}
    return answers.json({"status": "ready" if able else "not ready"}, status=200 if able else 503, headers=headers)


async def text(_request: web.Request) -> web.Response:
    """GET /health: the word that client software looks for."""
    return web.Response(text="OK", content_type="text/plain", headers=NO_STORE)


ROUTES: Final = (
    Route("GET", "/health", text, Auth.public()),
    Route("GET", "/health/live", live, Auth.public()),
    Route("GET", "/health/ready", ready, Auth.public()),
)

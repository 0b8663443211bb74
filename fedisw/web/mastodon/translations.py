"""Translations of posts: no service here makes them, and that is what clients are told (mastodon-api.md, 2.11 and 2.19)."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from fedisw.model.errors import NotFound
from fedisw.web import answers
from fedisw.web.mastodon.context import OF_THE_SERVER
from fedisw.web.routes import Auth, Route


async def translate(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/translate: 404, for posts that the caller may not read alike."""
    raise NotFound("translation")


async def languages(request: web.Request) -> web.Response:
    """GET /api/v1/instance/translation_languages: none."""
    return answers.json({}, headers={hdrs.CACHE_CONTROL: OF_THE_SERVER})


ROUTES: Final = (
    Route("POST", "/api/v1/statuses/{id}/translate", translate, Auth.user("read:statuses")),
    Route("GET", "/api/v1/instance/translation_languages", languages, Auth.public()),
)

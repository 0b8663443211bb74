"""Hashtags (mastodon-api.md, section 2.6)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.storage.queries import tags
from fedisw.text.hashtags import normalise
from fedisw.web import answers
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import caching, site_of, viewer_id_of
from fedisw.web.mastodon.entities.lists import tag_entity
from fedisw.web.routes import Auth, Route


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/tags/{name}: a name that nobody used yet is answered too."""
    name = normalise(request.match_info["name"])
    if not name or not any(map(str.isalpha, name)):
        raise NotFound("tag", name)
    known = await request.app[DB].read(tags.find, name)
    entity = tag_entity(
        name,
        site_of(request),
        tag_id=None if known is None else known.id,
        signed_in=viewer_id_of(request) is not None,
        now=request.app[NOW](),
    )
    return answers.json(entity, headers=caching(request))


ROUTES: Final = (Route("GET", "/api/v1/tags/{name}", get, Auth.optional()),)

"""What everybody on the server is told (mastodon-api.md, section 2.19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from fedisw.model.announcements import Announcement, Reaction
from fedisw.services import announcements as service
from fedisw.storage.db import Tx
from fedisw.storage.queries import announcements
from fedisw.web import answers
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities.announcement import Announcement as Entity
from fedisw.web.mastodon.entities.announcement import announcement_entity
from fedisw.web.mastodon.posts import Eyes, eyes_of
from fedisw.web.routes import Auth, Route


def look_at(tx: Tx, found: Sequence[Announcement], eyes: Eyes) -> list[Entity]:
    """Announcements as this person sees them, in two statements."""
    ids = [item.id for item in found]
    read = announcements.read_by(tx, eyes.person, ids)
    chosen: dict[int, list[Reaction]] = {}
    for reaction in announcements.reactions(tx, ids, account_id=eyes.person):
        chosen.setdefault(reaction.announcement_id, []).append(reaction)
    return [announcement_entity(item, read=item.id in read, reactions=chosen.get(item.id, [])) for item in found]


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/announcements"""
    return answers.json(await request.app[DB].read(_index, eyes_of(request)))


def _index(tx: Tx, eyes: Eyes) -> list[Entity]:
    return look_at(tx, announcements.current(tx, now=eyes.now), eyes)


async def dismiss(request: web.Request) -> web.Response:
    """POST /api/v1/announcements/{id}/dismiss"""
    await request.app[DB].write(service.dismiss, id_in(request), account_id=me(request).id, now=request.app[NOW]())
    return answers.json({})


async def react(request: web.Request) -> web.Response:
    """PUT /api/v1/announcements/{id}/reactions/{name}"""
    name, own_id, now = request.match_info["name"], me(request).id, request.app[NOW]()
    await request.app[DB].write(service.react, id_in(request), name, account_id=own_id, now=now)
    return answers.json({})


async def unreact(request: web.Request) -> web.Response:
    """DELETE /api/v1/announcements/{id}/reactions/{name}"""
    name, own_id, now = request.match_info["name"], me(request).id, request.app[NOW]()
    await request.app[DB].write(service.unreact, id_in(request), name, account_id=own_id, now=now)
    return answers.json({})


ROUTES: Final = (
    Route("GET", "/api/v1/announcements", index, Auth.user()),
    Route("POST", "/api/v1/announcements/{id}/dismiss", dismiss, Auth.user("write:accounts")),
    Route("PUT", "/api/v1/announcements/{id}/reactions/{name}", react, Auth.user("write:favourites")),
    Route("DELETE", "/api/v1/announcements/{id}/reactions/{name}", unreact, Auth.user("write:favourites")),
)

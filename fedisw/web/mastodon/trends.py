"""What many people speak of (mastodon-api.md, section 2.18)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from aiohttp import web

from fedisw.model.statuses import Tag
from fedisw.services import house_settings
from fedisw.storage.db import Tx
from fedisw.storage.queries import trends
from fedisw.web import answers
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import caching, site_of
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.lists import TagSight, tag_entity
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, rendered
from fedisw.web.mastodon.tags import look_at_tags
from fedisw.web.paging import limit_of, offset_link, offset_of
from fedisw.web.routes import Auth, Route

TAGS, MOST_TAGS = 10, 20
POSTS, MOST_POSTS = 20, 40
MAX_OFFSET: Final = 1_000
T = TypeVar("T")


async def tags(request: web.Request) -> web.Response:
    """GET /api/v1/trends/tags; also GET /api/v1/trends, its name before 3.5."""
    limit, offset = limit_of(request, limit=TAGS, most=MOST_TAGS), offset_of(request, most=MAX_OFFSET)
    found, seen = await request.app[DB].read(_tags, eyes_of(request), limit=limit, offset=offset)
    site, now = site_of(request), request.app[NOW]()
    shown = [tag_entity(tag, site, seen=seen, now=now) for tag in found]
    return answers.json(shown, headers=caching(request) | offset_link(request, len(found), limit=limit, offset=offset))


def _tags(tx: Tx, eyes: Eyes, *, limit: int, offset: int) -> tuple[list[Tag], TagSight]:
    found = _listed(tx, trends.listed_tags, limit=limit, offset=offset)
    return found, look_at_tags(tx, found, eyes)


async def statuses(request: web.Request) -> web.Response:
    """GET /api/v1/trends/statuses"""
    limit, offset = limit_of(request, limit=POSTS, most=MOST_POSTS), offset_of(request, most=MAX_OFFSET)
    count, gathered = await request.app[DB].read(_statuses, eyes_of(request), limit=limit, offset=offset)
    headers = caching(request) | offset_link(request, count, limit=limit, offset=offset)
    return answers.json(rendered(gathered, request.app[FRAGMENTS]), headers=headers)


def _statuses(tx: Tx, eyes: Eyes, *, limit: int, offset: int) -> tuple[int, Gathered]:
    found = _listed(tx, trends.listed_statuses, limit=limit, offset=offset)
    return len(found), gather_ids(tx, found, eyes)


def _listed(tx: Tx, read: Callable[..., list[T]], *, limit: int, offset: int) -> list[T]:
    house = house_settings.read(tx)
    return read(tx, reviewed=house.trends_reviewed, limit=limit, offset=offset) if house.trends else []


ROUTES: Final = (
    Route("GET", "/api/v1/trends", tags, Auth.optional()),
    Route("GET", "/api/v1/trends/tags", tags, Auth.optional()),
    Route("GET", "/api/v1/trends/statuses", statuses, Auth.optional()),
)

"""What many people speak of (mastodon-api.md, section 2.18)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from fedisw.model.cards import Card
from fedisw.model.errors import NotFound
from fedisw.model.ids import first_id_at
from fedisw.model.paging import Page
from fedisw.model.statuses import Tag
from fedisw.services import house_settings
from fedisw.storage.db import Tx
from fedisw.storage.queries import timelines, trends
from fedisw.storage.queries.timelines import Only
from fedisw.storage.queries.trends import DayOfLink
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import caching, site_of
from fedisw.web.mastodon.entities.card import link_entity
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.lists import TagSight, tag_entity
from fedisw.web.mastodon.instance import access_of
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather, gather_ids, many, rendered
from fedisw.web.mastodon.tags import look_at_tags
from fedisw.web.mastodon.timelines import open_half
from fedisw.web.paging import limit_of, offset_link, offset_of, page_of
from fedisw.web.routes import Auth, Route

TAGS, MOST_TAGS = 10, 20
POSTS, MOST_POSTS = 20, 40
MAX_OFFSET: Final = 1_000
HISTORY: Final = timedelta(days=7)
T = TypeVar("T")


class LinkForm(msgspec.Struct, kw_only=True):
    """Which page."""

    url: str


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


async def links(request: web.Request) -> web.Response:
    """GET /api/v1/trends/links"""
    limit, offset = limit_of(request, limit=TAGS, most=MOST_TAGS), offset_of(request, most=MAX_OFFSET)
    found, days = await request.app[DB].read(_links, eyes_of(request), limit=limit, offset=offset)
    site, now = site_of(request), request.app[NOW]()
    shown = [link_entity(card, site, days=days, now=now) for card in found]
    return answers.json(shown, headers=caching(request) | offset_link(request, len(found), limit=limit, offset=offset))


def _links(tx: Tx, eyes: Eyes, *, limit: int, offset: int) -> tuple[list[Card], list[DayOfLink]]:
    found = _listed(tx, trends.listed_links, limit=limit, offset=offset)
    return found, trends.link_days(tx, [card.id for card in found], since_id=first_id_at(eyes.now - HISTORY))


async def of_link(request: web.Request) -> web.Response:
    """GET /api/v1/timelines/link: posts that show a page to which people link now; NotFound for every other page."""
    form, page = await forms.decode(request, LinkForm), page_of(request, limit=POSTS, most=MOST_POSTS)
    access = (await access_of(request)).trending_link_feeds
    only = Only().within(open_half(request, access, local=False, remote=False))
    gathered = await request.app[DB].read(_of_link, form.url, page, only, eyes_of(request))
    return many(request, gathered, page, always_next=True)


def _of_link(tx: Tx, url: str, page: Page, only: Only | None, eyes: Eyes) -> Gathered:
    house = house_settings.read(tx)
    card_id = trends.trending_link(tx, url, reviewed=house.trends_reviewed) if house.trends else None
    if card_id is None:
        raise NotFound("link")
    found = [] if only is None else timelines.link(tx, eyes.viewer_id, card_id, page, only=only, now=eyes.now)
    return gather(tx, found, eyes)


def _listed(tx: Tx, read: Callable[..., list[T]], *, limit: int, offset: int) -> list[T]:
    house = house_settings.read(tx)
    return read(tx, reviewed=house.trends_reviewed, limit=limit, offset=offset) if house.trends else []


ROUTES: Final = (
    Route("GET", "/api/v1/trends", tags, Auth.optional()),
    Route("GET", "/api/v1/trends/tags", tags, Auth.optional()),
    Route("GET", "/api/v1/trends/statuses", statuses, Auth.optional()),
    Route("GET", "/api/v1/trends/links", links, Auth.optional()),
    Route("GET", "/api/v1/timelines/link", of_link, Auth.optional("read:statuses")),
)

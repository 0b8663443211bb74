"""Timelines: one unit of work and at most one cache miss a post (mastodon-api.md, section 2.14)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.errors import Invalid
from fedisw.model.feeds import FeedAccess, Half, half_of
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import lists, timelines
from fedisw.storage.queries.timelines import Only
from fedisw.text.hashtags import normalise
from fedisw.web import forms
from fedisw.web.keys import DB
from fedisw.web.mastodon.context import NEEDS_USER, id_in, viewer_id_of
from fedisw.web.mastodon.instance import access_of
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather, many
from fedisw.web.paging import page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 20, 40
MAX_TAGS: Final = 4  # in each of any, all, none


class Wanted(msgspec.Struct, kw_only=True):
    """Which posts of a public timeline."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class Tags(Wanted, kw_only=True):
    """Other tags beside the one of the path."""

    any: list[str] = []
    all: list[str] = []
    none: list[str] = []


async def home(request: web.Request) -> web.Response:
    """GET /api/v1/timelines/home"""
    page = page_of(request, limit=LIMIT, most=MOST)
    return many(request, await request.app[DB].read(_home, page, eyes_of(request)), page, always_next=True)


def _home(tx: Tx, page: Page, eyes: Eyes) -> Gathered:
    return gather(tx, timelines.home(tx, eyes.person, page, now=eyes.now), eyes)


async def public(request: web.Request) -> web.Response:
    """GET /api/v1/timelines/public"""
    wanted, page = await forms.decode(request, Wanted), page_of(request, limit=LIMIT, most=MOST)
    only = _open(request, wanted, (await access_of(request)).live_feeds, replies=False)
    return many(request, await request.app[DB].read(_public, page, only, eyes_of(request)), page, always_next=True)


def _public(tx: Tx, page: Page, only: Only | None, eyes: Eyes) -> Gathered:
    found = [] if only is None else timelines.public(tx, eyes.viewer_id, page, only=only, now=eyes.now)
    return gather(tx, found, eyes)


def _open(request: web.Request, wanted: Wanted, access: FeedAccess, *, replies: bool = True) -> Only | None:
    """What of a feed this caller is shown, None for nothing; Invalid when it is for people with a token only."""
    half = open_half(request, access, local=wanted.local, remote=wanted.remote)
    return Only(media=wanted.only_media, replies=replies).within(half)


def open_half(request: web.Request, access: FeedAccess, *, local: bool, remote: bool) -> Half:
    """Which half of a feed this caller is shown; Invalid when it is for people with a token only."""
    half, signed_in = half_of(local=local, remote=remote), viewer_id_of(request) is not None
    if not signed_in and access.needs_person(half):
        raise Invalid("", NEEDS_USER)
    return access.shown(half, signed_in=signed_in)


async def tag(request: web.Request) -> web.Response:
    """GET /api/v1/timelines/tag/{hashtag}"""
    wanted, page = await forms.decode(request, Tags), page_of(request, limit=LIMIT, most=MOST)
    only = _open(request, wanted, (await access_of(request)).hashtag_feeds)
    wanted.any = [request.match_info["hashtag"], *wanted.any[:MAX_TAGS]]
    return many(request, await request.app[DB].read(_tag, page, wanted, only, eyes_of(request)), page, always_next=True)


def _tag(tx: Tx, page: Page, wanted: Tags, only: Only | None, eyes: Eyes) -> Gathered:
    if only is None:
        return gather(tx, [], eyes)
    refs = timelines.tag(
        tx,
        eyes.viewer_id,
        page,
        any_of=_folded(wanted.any),
        all_of=_folded(wanted.all[:MAX_TAGS]),
        none_of=_folded(wanted.none[:MAX_TAGS]),
        only=only,
        now=eyes.now,
    )
    return gather(tx, refs, eyes)


def _folded(names: list[str]) -> list[str]:
    return [name for name in map(normalise, names) if name]


async def of_list(request: web.Request) -> web.Response:
    """GET /api/v1/timelines/list/{list_id}"""
    page, list_id = page_of(request, limit=LIMIT, most=MOST), id_in(request, "list_id")
    return many(request, await request.app[DB].read(_of_list, list_id, page, eyes_of(request)), page, always_next=True)


def _of_list(tx: Tx, list_id: int, page: Page, eyes: Eyes) -> Gathered:
    own = lists.own(tx, list_id, account_id=eyes.person)
    refs = timelines.of_list(tx, eyes.person, own.id, page, replies=own.replies_policy.value, now=eyes.now)
    return gather(tx, refs, eyes)


ROUTES: Final = (
    Route("GET", "/api/v1/timelines/home", home, Auth.user("read:statuses")),
    Route("GET", "/api/v1/timelines/public", public, Auth.optional("read:statuses")),
    Route("GET", "/api/v1/timelines/tag/{hashtag}", tag, Auth.optional("read:statuses")),
    Route("GET", "/api/v1/timelines/list/{list_id}", of_list, Auth.user("read:lists")),
)

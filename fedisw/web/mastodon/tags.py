"""Hashtags: looking at them, following them, showing them on a profile (mastodon-api.md, section 2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from aiohttp import web

from fedisw.live.buckets import FOLLOWING
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.paging import Page
from fedisw.model.statuses import Tag
from fedisw.services import tagging
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, tag_marks, tags
from fedisw.storage.queries.tag_marks import FeaturedTag
from fedisw.text.hashtags import normalise
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW
from fedisw.web.mastodon.context import caching, id_in, me, site_of, visible
from fedisw.web.mastodon.entities.lists import TagSight, featured_entity, tag_entity
from fedisw.web.mastodon.posts import Eyes, eyes_of
from fedisw.web.paging import link_header, page_of
from fedisw.web.routes import Auth, Route

TAGS, MOST_TAGS = 100, 200
SUGGESTED: Final = 10
MAX_NAME: Final = 100  # characters of a tag that somebody makes by following or featuring it


class NameForm(msgspec.Struct, kw_only=True):
    """`name`, with or without `#`."""

    name: str = ""


def look_at_tags(tx: Tx, found: Sequence[Tag], eyes: Eyes) -> TagSight:
    """What these tags show to whoever looks, in two statements."""
    ids = [tag.id for tag in found if tag.id]
    history = tags.history(tx, ids, now=eyes.now)
    if eyes.viewer_id is None:
        return TagSight(signed_in=False, history=history)
    followed, featured = tag_marks.marks(tx, eyes.viewer_id, ids)
    return TagSight(signed_in=True, history=history, followed=frozenset(followed), featured=frozenset(featured))


def _legal(text: str) -> str | None:
    name = normalise(text.strip())
    return name if name and any(map(str.isalpha, name)) and len(name) <= MAX_NAME else None


def _name(request: web.Request) -> str:
    """The tag of the path; NotFound for what is no hashtag."""
    name = _legal(request.match_info["name"])
    if name is None:
        raise NotFound("tag")
    return name


def _wanted(request: web.Request, shown: str, name: str) -> Tag:
    return Tag(id=request.app[NEW_ID](), name=name, display=shown.strip().lstrip("#＃"))


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/tags/{name}: a name that nobody used yet is answered too."""
    return await _answer(request, _name(request))


async def _answer(request: web.Request, name: str) -> web.Response:
    tag, seen = await request.app[DB].read(_look, name, eyes_of(request))
    return answers.json(tag_entity(tag, site_of(request), seen=seen, now=request.app[NOW]()), headers=caching(request))


def _look(tx: Tx, name: str, eyes: Eyes) -> tuple[Tag, TagSight]:
    tag = tags.find(tx, name) or Tag(id=0, name=name, display=name)
    return tag, look_at_tags(tx, [tag], eyes)


async def follow(request: web.Request) -> web.Response:
    """POST /api/v1/tags/{name}/follow"""
    name = _name(request)
    wanted = _wanted(request, request.match_info["name"], name)
    mark_id, now = request.app[NEW_ID](), request.app[NOW]()
    await request.app[DB].write(tagging.follow, account_id=me(request).id, wanted=wanted, mark_id=mark_id, now=now)
    return await _answer(request, name)


async def unfollow(request: web.Request) -> web.Response:
    """POST /api/v1/tags/{name}/unfollow"""
    name = _name(request)
    await request.app[DB].write(tagging.unfollow, account_id=me(request).id, name=name)
    return await _answer(request, name)


async def feature(request: web.Request) -> web.Response:
    """POST /api/v1/tags/{name}/feature"""
    name = _name(request)
    await _feature(request, request.match_info["name"], name)
    return await _answer(request, name)


async def unfeature(request: web.Request) -> web.Response:
    """POST /api/v1/tags/{name}/unfeature"""
    name = _name(request)
    await request.app[DB].write(tagging.unfeature, account_id=me(request).id, name=name)
    return await _answer(request, name)


async def _feature(request: web.Request, shown: str, name: str) -> list[FeaturedTag]:
    wanted = _wanted(request, shown, name)
    mark_id, now = request.app[NEW_ID](), request.app[NOW]()

    def unit(tx: Tx, account_id: int) -> list[FeaturedTag]:
        tagging.feature(tx, account_id=account_id, wanted=wanted, mark_id=mark_id, now=now)
        return tag_marks.featured(tx, account_id)

    return await request.app[DB].write(unit, me(request).id)


async def followed(request: web.Request) -> web.Response:
    """GET /api/v1/followed_tags"""
    page = page_of(request, limit=TAGS, most=MOST_TAGS)
    found, seen = await request.app[DB].read(_followed, page, eyes_of(request))
    site, now = site_of(request), request.app[NOW]()
    shown = [tag_entity(tag, site, seen=seen, now=now) for _, tag in found]
    return answers.json(shown, headers=link_header(request, [cursor for cursor, _ in found], page))


def _followed(tx: Tx, page: Page, eyes: Eyes) -> tuple[list[tuple[int, Tag]], TagSight]:
    found = tag_marks.followed(tx, eyes.person, page)
    return found, look_at_tags(tx, [tag for _, tag in found], eyes)


async def featured(request: web.Request) -> web.Response:
    """GET /api/v1/featured_tags"""
    found = await request.app[DB].read(tag_marks.featured, me(request).id)
    return answers.json([featured_entity(tag, site_of(request)) for tag in found])


async def featured_of(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{id}/featured_tags"""
    found = await request.app[DB].read(_featured_of, id_in(request))
    return answers.json([featured_entity(tag, site_of(request)) for tag in found], headers=caching(request))


def _featured_of(tx: Tx, account_id: int) -> list[FeaturedTag]:
    """Asked without a token: only of people whom everybody may see."""
    account = accounts.get(tx, account_id)
    if not visible(tx, [account], viewer_id=None):
        raise NotFound("account", account_id)
    return tag_marks.featured(tx, account_id) if account.usable else []


async def add_featured(request: web.Request) -> web.Response:
    """POST /api/v1/featured_tags"""
    text = (await forms.decode(request, NameForm)).name
    name = _legal(text)
    if name is None:
        raise Invalid("tag", "is invalid")
    shown = await _feature(request, text, name)
    return answers.json(featured_entity(next(tag for tag in shown if tag.name == name), site_of(request)))


async def remove_featured(request: web.Request) -> web.Response:
    """DELETE /api/v1/featured_tags/{id}"""
    await request.app[DB].write(tagging.remove_featured, account_id=me(request).id, mark_id=id_in(request))
    return answers.json({})


async def suggestions(request: web.Request) -> web.Response:
    """GET /api/v1/featured_tags/suggestions"""
    found, seen = await request.app[DB].read(_suggested, eyes_of(request))
    site, now = site_of(request), request.app[NOW]()
    return answers.json([tag_entity(tag, site, seen=seen, now=now) for tag in found])


def _suggested(tx: Tx, eyes: Eyes) -> tuple[list[Tag], TagSight]:
    found = tag_marks.recently_used(tx, eyes.person, limit=SUGGESTED)
    return found, look_at_tags(tx, found, eyes)


READ, WRITE = Auth.user("read:accounts"), Auth.user("write:accounts")
FOLLOW = Auth.user("write:follows")
ROUTES: Final = (
    Route("GET", "/api/v1/tags/{name}", get, Auth.optional()),
    Route("POST", "/api/v1/tags/{name}/follow", follow, FOLLOW, rules=(FOLLOWING,)),
    Route("POST", "/api/v1/tags/{name}/unfollow", unfollow, FOLLOW),
    Route("POST", "/api/v1/tags/{name}/feature", feature, WRITE),
    Route("POST", "/api/v1/tags/{name}/unfeature", unfeature, WRITE),
    Route("GET", "/api/v1/followed_tags", followed, Auth.user("read:follows")),
    Route("GET", "/api/v1/featured_tags/suggestions", suggestions, READ),
    Route("GET", "/api/v1/featured_tags", featured, READ),
    Route("POST", "/api/v1/featured_tags", add_featured, WRITE),
    Route("DELETE", "/api/v1/featured_tags/{id}", remove_featured, WRITE),
    Route("GET", "/api/v1/accounts/{id}/featured_tags", featured_of, Auth.public()),
)

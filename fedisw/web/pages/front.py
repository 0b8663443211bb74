"""The front page, and the lists of posts that everybody may open."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.oauth import Viewer
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries.instance import Rule, all_rules
from fedisw.text import hashtags
from fedisw.web.frame import Head
from fedisw.web.keys import DB, NOW, SETTINGS, VIEWER, translator_of
from fedisw.web.pages import lists, present, reading
from fedisw.web.pages.compose import audiences, blank
from fedisw.web.pages.server import server_of, spoken
from fedisw.web.pages.views import Pager
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

RECENT: Final = Page(limit=10)
MAX_TAG: Final = 100  # characters
SHOWN: Final = 5  # posts on the front page, of the recent ones


async def front(request: web.Request) -> web.Response:
    """GET /: what this server is and how to join; the home timeline for those who are signed in."""
    viewer = request[VIEWER]
    if viewer is not None:
        return await _home(request, viewer)
    shelf, rules = await request.app[DB].read(_landing, now=request.app[NOW]())
    listed = [post for post in shelf.posts if post.account.indexable]  # search engines read this page
    words = translator_of(request)
    return page(
        request,
        "landing.html",
        head=Head(
            description=words.gettext("A home for social workers: talk shop, learn from each other, and stay yourself."),
            canonical=f"{request.app[SETTINGS].origin}/",
            indexable=True,
        ),
        public=True,
        rule_list=spoken(rules, words),
        recent=[present.post_of(request.app, post) for post in listed[:SHOWN]],
        silent=not shelf.posts,
    )


async def _home(request: web.Request, viewer: Viewer) -> web.Response:
    part, words = lists.wanted_page(request), translator_of(request)
    shelf = await request.app[DB].read(reading.home, viewer_id=viewer.account_id, page=part, now=request.app[NOW]())
    return page(
        request,
        "home.html",
        head=Head(title=words.gettext("Home")),
        here="home",
        timeline=[present.post_of(request.app, post) for post in shelf.posts],
        links=lists.pager(part, shelf.ids),
        form=blank(request),
        audiences=audiences(words),
    )


async def local(request: web.Request) -> web.Response:
    """GET /local: public posts of our people."""
    words, part = translator_of(request), lists.wanted_page(request)
    shelf = await request.app[DB].read(reading.local, viewer_id=_reader(request), page=part, now=request.app[NOW]())
    return _timeline(
        request,
        shelf,
        links=lists.pager(part, shelf.ids),
        here="local",
        heading=words.gettext("This server"),
        intro=words.gettext("Public posts by people here."),
        nothing=words.gettext("Nobody has posted here yet. The first word could be yours."),
    )


async def tag(request: web.Request) -> web.Response:
    """GET /tags/{tag}: public posts with a hashtag."""
    written, words, part = request.match_info["tag"], translator_of(request), lists.wanted_page(request)
    name = hashtags.normalise(written)
    if not name or len(name) > MAX_TAG:
        raise NotFound("tag", written)
    shelf = await request.app[DB].read(reading.tagged, name=name, viewer_id=_reader(request), page=part, now=request.app[NOW]())
    return _timeline(
        request,
        shelf,
        links=lists.pager(part, shelf.ids),
        heading=f"#{written}",
        intro=words.gettext("Public posts with this hashtag that this server knows."),
        nothing=words.gettext("No posts with this hashtag yet."),
    )


def _timeline(
    request: web.Request, shelf: reading.Shelf, *, links: Pager, heading: str, intro: str, nothing: str, here: str = ""
) -> web.Response:
    return page(
        request,
        "timeline.html",
        head=Head(title=heading, description=intro),
        here=here,
        public=True,
        heading=heading,
        intro=intro,
        nothing=nothing,
        timeline=[present.post_of(request.app, post) for post in shelf.posts],
        links=links,
    )


async def about(request: web.Request) -> web.Response:
    """GET /about: rules, contact, privacy in short, software."""
    words = translator_of(request)
    return page(
        request,
        "about.html",
        head=Head(
            title=words.gettext("About"),
            canonical=f"{request.app[SETTINGS].origin}/about",
            indexable=True,
        ),
        here="about",
        public=True,
        server=await server_of(request),
    )


def _landing(tx: Tx, *, now: datetime) -> tuple[reading.Shelf, list[Rule]]:
    return reading.openings(tx, page=RECENT, now=now), all_rules(tx)


def _reader(request: web.Request) -> int | None:
    viewer = request[VIEWER]
    return None if viewer is None else viewer.account_id


ROUTES: Final = (
    Route("GET", "/", front, Auth.visitor()),
    Route("GET", "/local", local, Auth.visitor()),
    Route("GET", "/tags/{tag}", tag, Auth.visitor()),
    Route("GET", "/about", about, Auth.visitor()),
)

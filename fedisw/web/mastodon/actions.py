"""What people do with a post: like, boost, save, pin, mute its thread; and who did (mastodon-api.md, section 2.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from aiohttp import web

from fedisw.live.buckets import DELETING, POSTING
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.paging import Page
from fedisw.model.statuses import Status, Visibility
from fedisw.model.urls import activity_uri
from fedisw.services import interactions
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks, statuses, timelines
from fedisw.web import forms
from fedisw.web.keys import CALLER, DB, NEW_ID, NOW, SETTINGS
from fedisw.web.mastodon.context import id_in, me, refuse, viewer_id_of
from fedisw.web.mastodon.people import Found, listed, without_blocked
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, one
from fedisw.web.paging import page_of
from fedisw.web.routes import Auth, Handler, Route

LISTED: Final = 40
MOST_LISTED: Final = 80
Act = Callable[[Tx], Status]


class Boost(msgspec.Struct, kw_only=True):
    """What boosting takes."""

    visibility: str | None = None


async def _act(request: web.Request, act: Act) -> web.Response:
    """Change something and show the post with the viewer's flags already changed."""
    gathered = await request.app[DB].write(_acted, act, eyes_of(request))
    if not gathered.refs:  # it was undone, but the post itself is for others now (VIS-2)
        raise NotFound("status")
    return one(request, gathered)


def _acted(tx: Tx, act: Act, eyes: Eyes) -> Gathered:
    return gather_ids(tx, [act(tx).id], eyes)


async def favourite(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/favourite"""
    account, status_id, now, new_id = me(request), id_in(request), request.app[NOW](), request.app[NEW_ID]()
    uri = activity_uri(request.app[SETTINGS].origin, new_id)

    def act(tx: Tx) -> Status:
        return interactions.favourite(tx, account=account, status_id=status_id, favourite_id=new_id, uri=uri, now=now)

    return await _act(request, act)


async def unfavourite(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/unfavourite"""
    account, status_id = me(request), id_in(request)
    return await _act(request, lambda tx: interactions.unfavourite(tx, account=account, status_id=status_id))


async def reblog(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/reblog"""
    form = await forms.decode(request, Boost)
    account, status_id, now, boost_id = me(request), id_in(request), request.app[NOW](), request.app[NEW_ID]()
    uri, visibility = activity_uri(request.app[SETTINGS].origin, boost_id), _boost_visibility(form, request)

    def act(tx: Tx) -> Status:
        return interactions.reblog(
            tx, account=account, status_id=status_id, boost_id=boost_id, uri=uri, now=now, visibility=visibility
        )

    return await _act(request, act)


def _boost_visibility(form: Boost, request: web.Request) -> Visibility:
    wanted = form.visibility or request[CALLER].user.posting_visibility
    if wanted not in (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.PRIVATE):
        if form.visibility:
            raise Invalid("visibility", "is not included in the list", code="ERR_INCLUSION")
        wanted = Visibility.PUBLIC
    return Visibility(wanted)


async def unreblog(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/unreblog"""
    account, status_id = me(request), id_in(request)
    return await _act(request, lambda tx: interactions.unreblog(tx, account=account, status_id=status_id))


async def bookmark(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/bookmark"""
    account_id, status_id, now, new_id = me(request).id, id_in(request), request.app[NOW](), request.app[NEW_ID]()

    def act(tx: Tx) -> Status:
        return interactions.bookmark(tx, account_id=account_id, status_id=status_id, bookmark_id=new_id, now=now)

    return await _act(request, act)


async def unbookmark(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/unbookmark"""
    account_id, status_id = me(request).id, id_in(request)
    return await _act(request, lambda tx: interactions.unbookmark(tx, account_id=account_id, status_id=status_id))


async def pin(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/pin"""
    account, status_id, now, new_id = me(request), id_in(request), request.app[NOW](), request.app[NEW_ID]()
    return await _act(request, lambda tx: interactions.pin(tx, account=account, status_id=status_id, pin_id=new_id, now=now))


async def unpin(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/unpin"""
    account, status_id, change_id = me(request), id_in(request), request.app[NEW_ID]()
    return await _act(request, lambda tx: interactions.unpin(tx, account=account, status_id=status_id, change_id=change_id))


async def mute(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/mute"""
    account_id, status_id = me(request).id, id_in(request)
    return await _act(request, lambda tx: interactions.mute_thread(tx, account_id=account_id, status_id=status_id))


async def unmute(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/unmute"""
    account_id, status_id = me(request).id, id_in(request)
    return await _act(request, lambda tx: interactions.unmute_thread(tx, account_id=account_id, status_id=status_id))


Doers = Callable[[Tx, int, Page], Found]


def _who(doers: Doers) -> Handler:
    """A list of those who did something with a post that the caller may read."""

    async def handler(request: web.Request) -> web.Response:
        page = page_of(request, limit=LISTED, most=MOST_LISTED)
        found, shown = await request.app[DB].read(_did, id_in(request), viewer_id_of(request), doers, page)
        return listed(request, found, shown, page)

    return handler


def _did(tx: Tx, status_id: int, viewer_id: int | None, doers: Doers, page: Page) -> tuple[Found, list[Account]]:
    found = timelines.refs(tx, [status_id], viewer_id)
    if not found:
        raise refuse(tx, status_id, viewer_id=viewer_id)
    did = doers(tx, found[0].reblog_of_id or status_id, page)
    return did, without_blocked(tx, [account for _, account in did], viewer_id=viewer_id)


ROUTES: Final = (
    Route("POST", "/api/v1/statuses/{id}/favourite", favourite, Auth.user("write:favourites")),
    Route("POST", "/api/v1/statuses/{id}/unfavourite", unfavourite, Auth.user("write:favourites")),
    Route("POST", "/api/v1/statuses/{id}/reblog", reblog, Auth.user("write:statuses"), rules=(POSTING,)),
    Route("POST", "/api/v1/statuses/{id}/unreblog", unreblog, Auth.user("write:statuses"), rules=(DELETING,)),
    Route("POST", "/api/v1/statuses/{id}/bookmark", bookmark, Auth.user("write:bookmarks")),
    Route("POST", "/api/v1/statuses/{id}/unbookmark", unbookmark, Auth.user("write:bookmarks")),
    Route("POST", "/api/v1/statuses/{id}/mute", mute, Auth.user("write:mutes")),
    Route("POST", "/api/v1/statuses/{id}/unmute", unmute, Auth.user("write:mutes")),
    Route("POST", "/api/v1/statuses/{id}/pin", pin, Auth.user("write:accounts")),
    Route("POST", "/api/v1/statuses/{id}/unpin", unpin, Auth.user("write:accounts")),
    Route("GET", "/api/v1/statuses/{id}/reblogged_by", _who(statuses.boosted_by), Auth.optional("read:accounts")),
    Route("GET", "/api/v1/statuses/{id}/favourited_by", _who(marks.favourited_by), Auth.optional("read:accounts")),
)

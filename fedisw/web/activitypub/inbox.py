"""Inboxes: one for everybody, one each for accounts, one of the server itself (federation, sections 3.6 and 3.9)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.crypto.signed import Signed
from fedisw.federation import authenticate, inbox
from fedisw.federation.inbox import RequestParts
from fedisw.live.buckets import INBOX_ACTOR, INBOX_HOST, Rule
from fedisw.model.errors import FediswError, Malformed, TooMany, Unauthenticated
from fedisw.model.urls import authority_of
from fedisw.web import body
from fedisw.web.activitypub import access, parameters
from fedisw.web.activitypub.actors import local_account
from fedisw.web.keys import BUCKETS, DB, PEER
from fedisw.web.middleware import limits
from fedisw.web.routes import Auth, Route

MOST: Final = 1_048_576  # bytes; the setting `limits.inbox_bytes` may say less


async def shared(request: web.Request) -> web.Response:
    """POST /inbox, POST /actor/inbox, POST /ap/relay/inbox"""
    return await _take(request)


async def personal(request: web.Request) -> web.Response:
    """POST /ap/actors/{id}/inbox; 404 and 410 come before anything else (SIG-1, step 1)."""
    await request.app[DB].read(local_account, parameters.number(request))
    return await _take(request)


async def _take(request: web.Request) -> web.Response:
    content = await body.read(request)
    parts = RequestParts(method=request.method, target=request.raw_path, headers=access.raw_headers(request), body=content)
    counted = _counted(request)
    _refuse_if_used_up(request, counted)
    try:
        status = await inbox.accept(request.app[PEER], parts, asker=access.Network(request))
    except (Unauthenticated, Malformed):
        limits.take(request, INBOX_HOST, limits.network(request))
        raise
    for rule, key in counted:
        limits.take(request, rule, key)
    return web.Response(status=status)


def _counted(request: web.Request) -> list[tuple[Rule, str]]:
    """The buckets of the host and key that the signature names; counted only once it is proven (RAT)."""
    found = _signature(request)
    if found is None:
        return []
    return [(INBOX_HOST, authority_of(found.key_id)), (INBOX_ACTOR, found.key_id.partition("#")[0])]


def _signature(request: web.Request) -> Signed | None:
    try:
        return authenticate.read_signature(access.as_signed(request))
    except FediswError:
        return None  # inbox.accept says what is wrong with it, in its turn


def _refuse_if_used_up(request: web.Request, counted: list[tuple[Rule, str]]) -> None:
    for rule, key in (*counted, (INBOX_HOST, limits.network(request))):
        standing = request.app[BUCKETS].look(rule, key)
        if standing.remaining <= 0:
            raise TooMany(retry_after=rule.seconds)


ROUTES: Final = (
    Route("POST", "/inbox", shared, Auth.signed(), body=MOST),
    Route("POST", "/actor/inbox", shared, Auth.signed(), body=MOST),
    Route("POST", "/ap/relay/inbox", shared, Auth.signed(), body=MOST),
    Route("POST", "/ap/actors/{id}/inbox", personal, Auth.signed(), body=MOST),
)

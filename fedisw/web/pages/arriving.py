"""Where people arrive from other servers and from apps: to look at somebody, to answer, to share words (FEP-3b86)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from aiohttp import web

from fedisw.federation import resolve
from fedisw.live.buckets import SEARCH_RESOLVE
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, NotFound
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, statuses
from fedisw.text import marks
from fedisw.web import answers
from fedisw.web.keys import DB, PEER, caller_of
from fedisw.web.middleware.limits import take
from fedisw.web.people import page_of
from fedisw.web.routes import Auth, Route

MAX_ADDRESS: Final = 2_048  # characters


async def interact(request: web.Request) -> web.Response:
    """GET /authorize_interaction?uri=…: on to our page of the account or post; 404 for what we cannot have."""
    wanted = request.query.get("uri", "").strip()
    if not wanted or len(wanted) > MAX_ADDRESS or not wanted.isprintable():
        raise NotFound("address", wanted)
    peer = request.app[PEER]
    path = urlsplit(wanted).path if peer.owns(wanted) else ""
    if path.startswith("/@"):
        return answers.see_other(answers.local_path(quote(path, safe="/@")))
    take(request, SEARCH_RESOLVE)
    found = await _found(request, wanted)
    if found is None:
        raise NotFound("address", wanted)
    place = await request.app[DB].read(_place, found, viewer_id=caller_of(request).account.id)
    return answers.see_other(place)


async def _found(request: web.Request, wanted: str) -> Account | Status | None:
    peer, me = request.app[PEER], caller_of(request).account
    handle = marks.handle_at(f"@{wanted.removeprefix('acct:').removeprefix('@')}", 0)
    try:
        if handle is not None and handle[0].host is not None:
            return await resolve.handle(peer, handle[0].username, handle[0].host, by=me)
        known = await request.app[DB].read(_known, wanted)
        return known or await resolve.thing(peer, wanted, by=me)
    except FediswError as error:
        raise NotFound("address", wanted) from error  # why it cannot be had is nobody's business (NET-10)


def _known(tx: Tx, uri: str) -> Account | Status | None:
    return accounts.find_by_uri(tx, uri) or statuses.find_by_uri(tx, uri)


def _place(tx: Tx, found: Account | Status, *, viewer_id: int) -> str:
    """The path of its page; NotFound for a post that the reader may not see (VIS-2)."""
    if isinstance(found, Account):
        return page_of(found)
    if not audience.readable(tx, [found.id], viewer_id):
        raise NotFound("status", found.id)
    return f"{page_of(accounts.get(tx, found.account_id))}/{found.id}"


ROUTES: Final = (Route("GET", "/authorize_interaction", interact, Auth.session()),)

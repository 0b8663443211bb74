"""Activities of ours by their ids, byte for byte as they were sent (federation, sections 1.1 and 4.1)."""

from __future__ import annotations

from typing import Final

import orjson
from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.peers import OutboundActivity
from fedisw.storage.queries import accounts, activities, statuses
from fedisw.vocab.context import with_context
from fedisw.web.activitypub import access, answering
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route

MAX_NAME: Final = 140  # characters of what follows `/ap/` in an id


async def show(request: web.Request) -> web.Response:
    """GET /ap/activities/{name}"""
    form = answering.form_of(request)
    found, public = await _sent(request, f"activities/{request.match_info['name']}")
    if form is Form.PAGE:
        return await _to_page(request, found)
    return answering.raw(found.body, form, public=public)


async def show_vote(request: web.Request, *, whole: bool) -> web.Response:
    """GET /ap/objects/{poll}-{voter}-{choice}, and with `/activity` its Create: for the server of the poll."""
    form = answering.form_of(request)
    found, public = await _sent(request, f"objects/{request.match_info['id']}/activity")
    if form is Form.PAGE:
        return await _to_page(request, found)
    if whole:
        return answering.raw(found.body, form, public=public)
    return answering.document(with_context(orjson.loads(found.body)["object"]), form, public=public)


async def _sent(request: web.Request, name: str) -> tuple[OutboundActivity, bool]:
    """An activity of ours that the reader may have, and whether caches may keep it."""
    found = None
    if len(name) <= MAX_NAME:
        found = await request.app[DB].read(activities.find_by_uri, f"{request.app[SETTINGS].origin}/ap/{name}")
    public = await _admit(request, found)
    if found is None or not found.body:
        raise NotFound("activity", name)
    return found, public


async def _admit(request: web.Request, found: OutboundActivity | None) -> bool:
    """As its post, or everybody, or the servers that it was for; gives whether caches may keep it."""
    if found is not None and found.status_id is not None:
        return await access.admit_to_post(request, found.status_id, found.account_id)
    if found is not None and found.public:
        author = await request.app[DB].read(accounts.get, found.account_id)
        return await access.admit_to_account(request, author.id, reach=author.reach)
    if access.is_open(request) and not access.is_signed(request):
        raise NotFound("activity")
    proof = await access.prove(request)
    if found is None or not await request.app[DB].read(activities.sent_to, activity_id=found.id, host=proof.host):
        raise NotFound("activity")
    return False


async def _to_page(request: web.Request, found: OutboundActivity) -> web.Response:
    """A browser sees the post that it is about; there is no page for others."""
    status = await request.app[DB].read(statuses.find, found.status_id) if found.status_id is not None else None
    if status is None:
        raise web.HTTPNotAcceptable
    if status.reblog_of_id is not None:
        original = await request.app[DB].read(statuses.get, status.reblog_of_id)
        return answering.to_page(original.url)
    return answering.to_page(status.url)


ROUTES: Final = (Route("GET", "/ap/activities/{name}", show, Auth.signed()),)

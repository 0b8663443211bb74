"""Activities of ours by their ids, byte for byte as they were sent (federation, sections 1.1 and 4.1)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.peers import OutboundActivity
from fedisw.storage.queries import accounts, activities, statuses
from fedisw.web.activitypub import access, answering
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route

MAX_NAME: Final = 120  # characters of the last part of an id


async def show(request: web.Request) -> web.Response:
    """GET /ap/activities/{name}"""
    form = answering.form_of(request)
    name = request.match_info["name"]
    found = None
    if len(name) <= MAX_NAME:
        uri = f"{request.app[SETTINGS].origin}/ap/activities/{name}"
        found = await request.app[DB].read(activities.find_by_uri, uri)
    public = await _admit(request, found)
    if found is None or not found.body:
        raise NotFound("activity", name)
    if form is Form.PAGE:
        return await _to_page(request, found)
    return answering.raw(found.body, form, public=public)


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

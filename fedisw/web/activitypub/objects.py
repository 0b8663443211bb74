"""Posts of ours by their ids, what is left of deleted ones, and lists that hang on them (federation, sections 1.1 and 1.5)."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from fedisw.federation.represent import collection, status
from fedisw.federation.represent.collection import Part
from fedisw.federation.represent.here import Here
from fedisw.federation.represent.status import Posted
from fedisw.model.errors import NotFound
from fedisw.model.peers import Tombstone
from fedisw.model.statuses import Status
from fedisw.model.urls import Origin, object_uri
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, open_threads, statuses, tombstones
from fedisw.vocab import build
from fedisw.vocab.context import with_context
from fedisw.vocab.read import Document
from fedisw.web.activitypub import access, answering, parameters, reading
from fedisw.web.activitypub import activities as activity_pages
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, NOW, SETTINGS
from fedisw.web.routes import Auth, Route

ITEMS: Final = 60  # of one page
VOTE: Final = re.compile(r"[0-9]{1,19}-[0-9]{1,19}-[0-9]{1,3}")  # poll, voter, choice


async def show(request: web.Request) -> web.Response:
    """GET /ap/objects/{id}"""
    if VOTE.fullmatch(request.match_info["id"]):
        return await activity_pages.show_vote(request, whole=False)
    form = answering.form_of(request)
    found = await _find(request)
    if isinstance(found, Tombstone):
        return _gone(request, found, form)
    public = await access.admit_to_post(request, found.id, found.account_id)
    if form is Form.PAGE:
        return answering.to_page(found.url)
    await reading.note(request, found)
    posted = await _posted(request, found.id)
    here = Here.of(request.app[SETTINGS])
    return answering.document(with_context(status.note(posted, here, now=request.app[NOW]())), form, public=public)


async def show_activity(request: web.Request) -> web.Response:
    """GET /ap/objects/{id}/activity: its Create, byte for byte as it was sent; of an edited post as it is now."""
    if VOTE.fullmatch(request.match_info["id"]):
        return await activity_pages.show_vote(request, whole=True)
    form = answering.form_of(request)
    found = await _existing(request)
    public = await access.admit_to_post(request, found.id, found.account_id)
    if form is Form.PAGE:
        return answering.to_page(found.url)
    await reading.note(request, found)
    sent = await request.app[DB].read(activities.find_by_uri, f"{found.uri}/activity")
    if sent is not None and sent.body and found.edited_at is None:
        return answering.raw(sent.body, form, public=public)
    posted = await _posted(request, found.id)
    here = Here.of(request.app[SETTINGS])
    return answering.document(with_context(status.create(posted, here, now=request.app[NOW]())), form, public=public)


async def replies(request: web.Request) -> web.Response:
    """GET /ap/objects/{id}/replies: open answers, oldest first."""
    form = answering.form_of(request)
    found = await _existing(request)
    public = await access.admit_to_post(request, found.id, found.account_id)
    uri = f"{found.uri}/replies"
    if not parameters.wants_page(request):
        return answering.document(collection.head(uri, total=None, ordered=False), form, public=public)
    cursor = parameters.cursor(request)
    items = await request.app[DB].read(open_threads.replies, found.id, after=cursor or 0, limit=ITEMS)
    return answering.document(collection.part(uri, _part(items), cursor=cursor, ordered=False), form, public=public)


async def likes(request: web.Request) -> web.Response:
    """GET /ap/objects/{id}/likes: how many, not who."""
    form = answering.form_of(request)
    found = await _existing(request)
    public = await access.admit_to_post(request, found.id, found.account_id)
    return answering.document(collection.counted(f"{found.uri}/likes", found.favourites_count), form, public=public)


async def shares(request: web.Request) -> web.Response:
    """GET /ap/objects/{id}/shares: how many, not who."""
    form = answering.form_of(request)
    found = await _existing(request)
    public = await access.admit_to_post(request, found.id, found.account_id)
    return answering.document(collection.counted(f"{found.uri}/shares", found.reblogs_count), form, public=public)


async def context(request: web.Request) -> web.Response:
    """GET /ap/objects/{id}/context: the open posts of its thread."""
    form = answering.form_of(request)
    found = await _existing(request)
    public = await access.admit_to_post(request, found.id, found.account_id)
    document = await _thread(request, f"{found.uri}/context", found.conversation_id)
    return answering.document(document, form, public=public)


async def thread(request: web.Request) -> web.Response:
    """GET /ap/contexts/{id}: the open posts of a thread that began here; NotFound when there is none among them."""
    form = answering.form_of(request)
    if not access.is_open(request):
        await access.prove(request)
    uri = f"{request.app[SETTINGS].origin}/ap/contexts/{parameters.number(request)}"
    conversation_id = await request.app[DB].read(open_threads.find_open, uri)
    if conversation_id is None:
        raise NotFound("thread", uri)
    return answering.document(await _thread(request, uri, conversation_id), form, public=access.is_open(request))


async def _thread(request: web.Request, uri: str, conversation_id: int) -> Document:
    if not parameters.wants_page(request):
        return collection.head(uri, total=None)
    cursor = parameters.cursor(request)
    items = await request.app[DB].read(open_threads.of_conversation, conversation_id, after=cursor or 0, limit=ITEMS)
    return collection.part(uri, _part(items), cursor=cursor)


def _part(items: list[tuple[int, str]]) -> Part:
    return Part(items=[uri for _, uri in items], next_cursor=items[-1][0] if len(items) == ITEMS else None)


async def _find(request: web.Request) -> Status | Tombstone:
    number = parameters.number(request)
    found = await request.app[DB].read(_status_or_tombstone, number, request.app[SETTINGS].origin)
    if isinstance(found, Status):
        return found
    if not access.is_open(request):
        await access.prove(request)  # whoever does not sign learns nothing, not even that there is nothing
    if found is None:
        raise NotFound("status", number)
    return found


async def _existing(request: web.Request) -> Status:
    """The post; Gone is told as a missing one here: only the object itself has a Tombstone."""
    found = await _find(request)
    if isinstance(found, Tombstone):
        raise NotFound("status", found.uri)
    return found


def _status_or_tombstone(tx: Tx, status_id: int, origin: Origin) -> Status | Tombstone | None:
    found, uri = statuses.find(tx, status_id), object_uri(origin, status_id)
    if found is not None:
        return found if found.local and found.reblog_of_id is None and found.uri == uri else None
    return tombstones.find(tx, uri)


async def _posted(request: web.Request, status_id: int) -> Posted:
    posted = await request.app[DB].read(status.find, status_id)
    if posted is None:
        raise NotFound("status", status_id)
    return posted


def _gone(request: web.Request, found: Tombstone, form: Form) -> web.Response:
    """410 where everybody could read it, else as if it had never been."""
    if not found.public:
        raise NotFound("status", found.uri)
    stone = build.tombstone(id=found.uri, former_type=found.former_type, published=found.published_at, deleted=found.deleted_at)
    return answering.document(with_context(stone), form, public=access.is_open(request), status=410)


ROUTES: Final = (
    Route("GET", "/ap/objects/{id}", show, Auth.signed()),
    Route("GET", "/ap/objects/{id}/activity", show_activity, Auth.signed()),
    Route("GET", "/ap/objects/{id}/replies", replies, Auth.signed()),
    Route("GET", "/ap/objects/{id}/likes", likes, Auth.signed()),
    Route("GET", "/ap/objects/{id}/shares", shares, Auth.signed()),
    Route("GET", "/ap/objects/{id}/context", context, Auth.signed()),
    Route("GET", "/ap/contexts/{id}", thread, Auth.signed()),
)

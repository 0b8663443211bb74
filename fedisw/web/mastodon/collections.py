"""Collections of accounts (mastodon-api.md, section 2.21); the same below `/api/v1_alpha`, as early clients call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.collections import Collection, CollectionItem, ItemState
from fedisw.model.errors import Forbidden, Invalid
from fedisw.model.urls import object_uri
from fedisw.services import collections as service
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, collections
from fedisw.text import language
from fedisw.text.hashtags import normalise
from fedisw.web import answers, forms
from fedisw.web.errors import told
from fedisw.web.keys import DB, NEW_ID, NOW, SETTINGS
from fedisw.web.mastodon.context import caching, id_in, me, site_of, viewer_id_of, visible, visible_account
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.collection import Collection as Entity
from fedisw.web.mastodon.entities.collection import CollectionWithAccounts, collection_entity, item_entity
from fedisw.web.mastodon.people import without_blocked
from fedisw.web.mastodon.posts import eyes_of
from fedisw.web.paging import limit_of, offset_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST_OF_ACCOUNT, MOST_WITH = 40, 100, 80
MOST_SKIPPED: Final = 1_000


class Form(msgspec.Struct, kw_only=True):
    """What PATCH takes; what is not given stays."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag_name: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None


class NewForm(Form, kw_only=True):
    """What POST takes."""

    account_ids: list[int] = []


class ItemForm(msgspec.Struct, kw_only=True):
    """`account_id`"""

    account_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Collections with the items and accounts that the viewer may see."""

    found: list[Collection]
    items: dict[int, list[CollectionItem]]
    people: dict[int, Account]


def _filled(old: Collection, form: Form) -> Collection:
    """A collection as a form wants it."""
    return replace(
        old,
        name=old.name if form.name is None else form.name.strip(),
        description=old.description if form.description is None else form.description.strip(),
        language=old.language if form.language is None else language.normalise(form.language) or "",
        tag_name=old.tag_name if form.tag_name is None else normalise(form.tag_name),
        sensitive=old.sensitive if form.sensitive is None else form.sensitive,
        discoverable=old.discoverable if form.discoverable is None else form.discoverable,
    )


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/collections"""
    form, now = await forms.decode(request, NewForm), request.app[NOW]()
    new_id = request.app[NEW_ID]
    empty = Collection(id=new_id(), account_id=me(request).id, name="", created_at=now, updated_at=now)
    made = _filled(empty, form)
    try:
        await request.app[DB].write(service.create, made, form.account_ids, new_id=new_id, now=now)
    except Invalid as error:
        return _refused(error)
    return await _answer(request, made.id)


async def change(request: web.Request) -> web.Response:
    """PATCH /api/v1/collections/{id}, and PUT"""
    form = await forms.decode(request, Form)
    try:
        await request.app[DB].write(_change, id_in(request), form, request)
    except Invalid as error:
        return _refused(error)
    return await _answer(request, id_in(request))


def _change(tx: Tx, collection_id: int, form: Form, request: web.Request) -> None:
    changed = _filled(service.own(tx, collection_id, account_id=me(request).id), form)
    service.check(changed)
    collections.change(tx, replace(changed, updated_at=request.app[NOW]()))


def _refused(error: Invalid) -> web.Response:
    """The error of these methods is an object, unlike everywhere else."""
    said = told(error)
    return answers.json({"error": {"error": said.message, "details": said.details}}, status=said.status)


async def _answer(request: web.Request, collection_id: int) -> web.Response:
    read = await request.app[DB].read(_one, collection_id, viewer_id_of(request))
    return answers.json({"collection": _entities(request, read)[0]})


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/collections/{id}"""
    read = await request.app[DB].read(_one, id_in(request), viewer_id_of(request))
    (entity,), owner = _entities(request, read), read.found[0].account_id
    order = [owner, *(item.account_id for item in read.items[read.found[0].id] if item.state is ItemState.ACCEPTED)]
    people = [account_entity(read.people[item], site_of(request)) for item in dict.fromkeys(order) if item in read.people]
    return answers.json(CollectionWithAccounts(collection=entity, accounts=people), headers=caching(request))


async def remove(request: web.Request) -> web.Response:
    """DELETE /api/v1/collections/{id}"""
    await request.app[DB].write(_remove, id_in(request), me(request).id)
    return answers.json({})


def _remove(tx: Tx, collection_id: int, own_id: int) -> None:
    collections.remove(tx, service.own(tx, collection_id, account_id=own_id).id)


async def add_item(request: web.Request) -> web.Response:
    """POST /api/v1/collections/{collection_id}/items"""
    form = await forms.decode(request, ItemForm)
    if form.account_id is None:
        raise Invalid("", "`account_id` parameter is missing")
    made = await request.app[DB].write(
        _add_item, id_in(request, "collection_id"), form.account_id, request.app[NEW_ID](), request
    )
    return answers.json({"collection_item": item_entity(made)})


def _add_item(tx: Tx, collection_id: int, account_id: int, item_id: int, request: web.Request) -> CollectionItem:
    collection = service.own(tx, collection_id, account_id=me(request).id)
    visible_account(tx, account_id, viewer_id=me(request).id)
    return service.add_item(tx, collection, account_id, item_id=item_id, now=request.app[NOW]())


async def remove_item(request: web.Request) -> web.Response:
    """DELETE /api/v1/collections/{collection_id}/items/{id}"""
    await request.app[DB].write(_remove_item, id_in(request, "collection_id"), id_in(request), me(request).id)
    return answers.json({})


def _remove_item(tx: Tx, collection_id: int, item_id: int, own_id: int) -> None:
    service.remove_item(tx, service.own(tx, collection_id, account_id=own_id), item_id)


async def revoke(request: web.Request) -> web.Response:
    """POST /api/v1/collections/{collection_id}/items/{id}/revoke"""
    collection_id, item_id = id_in(request, "collection_id"), id_in(request)
    await request.app[DB].write(service.revoke, collection_id, item_id, account_id=me(request).id)
    return answers.json({})


async def of_account(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{account_id}/collections"""
    limit = limit_of(request, limit=LIMIT, most=MOST_OF_ACCOUNT)
    offset = offset_of(request, most=MOST_SKIPPED)
    read = await request.app[DB].read(_of_account, id_in(request, "account_id"), viewer_id_of(request), limit, offset)
    return _listed(request, read, limit, offset)


def _of_account(tx: Tx, account_id: int, viewer_id: int | None, limit: int, offset: int) -> Read:
    owner = visible_account(tx, account_id, viewer_id=viewer_id)
    if not without_blocked(tx, [owner], viewer_id=viewer_id):
        return Read(found=[], items={}, people={})
    found = collections.of_account(tx, owner.id, hidden=viewer_id == owner.id, limit=limit, offset=offset)
    return _read(tx, found, viewer_id)


async def with_account(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{account_id}/in_collections"""
    if id_in(request, "account_id") != eyes_of(request).person:
        raise Forbidden("This action is not allowed")
    limit, offset = limit_of(request, limit=LIMIT, most=MOST_WITH), offset_of(request, most=MOST_SKIPPED)
    read = await request.app[DB].read(_with_account, me(request).id, limit, offset)
    return _listed(request, read, limit, offset)


def _with_account(tx: Tx, own_id: int, limit: int, offset: int) -> Read:
    found = collections.with_account(tx, own_id, limit=limit, offset=offset)
    hidden = blocks.around(tx, own_id, [item.account_id for item in found])
    return _read(tx, [item for item in found if item.account_id not in hidden], own_id)


def _one(tx: Tx, collection_id: int, viewer_id: int | None) -> Read:
    found = service.get(tx, collection_id, viewer_id=viewer_id)
    visible_account(tx, found.account_id, viewer_id=viewer_id)
    return _read(tx, [found], viewer_id)


def _read(tx: Tx, found: list[Collection], viewer_id: int | None) -> Read:
    """What stands in collections, as far as this viewer may see it: a fixed number of statements."""
    items = collections.items(tx, [collection.id for collection in found])
    owners = {collection.id: collection.account_id for collection in found}
    ids = {item.account_id for item in items} | set(owners.values())
    known = visible(tx, accounts.by_ids(tx, sorted(ids)), viewer_id=viewer_id)
    people = {account.id: account for account in without_blocked(tx, known, viewer_id=viewer_id)}
    shown: dict[int, list[CollectionItem]] = {collection.id: [] for collection in found}
    for item in items:
        mine = owners[item.collection_id] == viewer_id
        if item.account_id in people and (item.state is ItemState.ACCEPTED or mine):
            shown[item.collection_id].append(item)
    return Read(found=found, items=shown, people=people)


def _entities(request: web.Request, read: Read) -> list[Entity]:
    origin, site = request.app[SETTINGS].origin, site_of(request)
    return [collection_entity(item, read.items[item.id], uri=object_uri(origin, item.id), site=site) for item in read.found]


def _listed(request: web.Request, read: Read, limit: int, offset: int) -> web.Response:
    headers = caching(request) | _links(request, read.found, limit, offset)
    return answers.json({"collections": _entities(request, read)}, headers=headers)


def _links(request: web.Request, found: Sequence[Collection], limit: int, offset: int) -> dict[str, str]:
    base = f"{request.app[SETTINGS].origin}{request.rel_url.raw_path}?limit={limit}"
    links = [f'<{base}&offset={offset + limit}>; rel="next"'] if len(found) == limit else []
    if offset > 0:
        links.append(f'<{base}&offset={max(offset - limit, 0)}>; rel="prev"')
    return {"Link": ", ".join(links)} if links else {}


READ, MINE, WRITE = Auth.optional("read:collections"), Auth.user("read:collections"), Auth.user("write:collections")
ROUTES: Final = (
    Route("GET", "/api/v1/accounts/{account_id}/collections", of_account, READ),
    Route("GET", "/api/v1/accounts/{account_id}/in_collections", with_account, MINE),
    Route("POST", "/api/v1/collections", create, WRITE),
    Route("GET", "/api/v1/collections/{id}", get, READ),
    Route("PATCH", "/api/v1/collections/{id}", change, WRITE),
    Route("DELETE", "/api/v1/collections/{id}", remove, WRITE),
    Route("POST", "/api/v1/collections/{collection_id}/items", add_item, WRITE),
    Route("DELETE", "/api/v1/collections/{collection_id}/items/{id}", remove_item, WRITE),
    Route("POST", "/api/v1/collections/{collection_id}/items/{id}/revoke", revoke, WRITE),
)
EARLY_ROUTES: Final = tuple(replace(route, path=route.path.replace("/api/v1/", "/api/v1_alpha/", 1)) for route in ROUTES)

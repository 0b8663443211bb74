"""Actors: people and services here, and the server itself (federation, sections 1.1, 2 and 3.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedisw.federation.represent import actor as represent
from fedisw.federation.represent import collection
from fedisw.federation.represent.here import Here
from fedisw.model.accounts import Account, ActorKey, ActorType, Reach
from fedisw.model.errors import Forbidden, Gone, NotFound
from fedisw.model.urls import Origin
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys, users
from fedisw.web.activitypub import access, answering, parameters
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A local account with its public keys."""

    account: Account
    keys: list[ActorKey]


def local_account(tx: Tx, account_id: int) -> Account:
    """A local account that others may know of.

    Raises:
        NotFound: there is none, or it waits for its approval.
        Gone: it was deleted.
    """
    account = accounts.find(tx, account_id)
    if account is None or not account.local or account.actor_type is ActorType.APPLICATION:
        raise NotFound("account", account_id)
    if account.deleted_at is not None:
        raise Gone("the account was deleted")
    user = users.find(tx, account_id)
    if user is not None and (user.confirmed_at is None or user.approved_at is None):
        raise NotFound("account", account_id)
    return account


def active_account(tx: Tx, account_id: int) -> Account:
    """The same for what hangs on an account; Forbidden while it is suspended (section 1.5)."""
    account = local_account(tx, account_id)
    if account.suspended_at is not None:
        raise Forbidden("the account is suspended")
    return account


def _shown(tx: Tx, account_id: int) -> Shown:
    account = local_account(tx, account_id)
    return Shown(account=account, keys=keys.of_account(tx, account_id))


async def show(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}"""
    form = answering.form_of(request)
    found = await request.app[DB].read(_shown, parameters.number(request))
    if form is Form.PAGE:
        return answering.to_page(found.account.url)
    here = Here.of(request.app[SETTINGS])
    reach = found.account.reach
    closed = not access.is_open(request) or reach is not Reach.PUBLIC
    if reach is Reach.MEMBERS or (closed and not access.is_signed(request)):
        return answering.document(represent.stub_document(found.account, found.keys, here), form, public=False)
    public = await access.admit_to_account(request, found.account.id, reach=reach)
    return answering.document(represent.actor_document(found.account, found.keys, here), form, public=public)


async def show_instance(request: web.Request) -> web.Response:
    """GET /actor: never wants a signature, since every signature of ours is verified with it."""
    form = answering.form_of(request)
    found = await request.app[DB].read(_instance, request.app[SETTINGS].origin)
    if form is Form.PAGE:
        return answering.to_page(found.account.url)
    body = represent.actor_document(found.account, found.keys, Here.of(request.app[SETTINGS]))
    return answering.document(body, form, public=True, seconds=answering.LONG)


def _instance(tx: Tx, origin: Origin) -> Shown:
    account = instance.find_actor(tx, origin)
    if account is None:
        raise NotFound("account", "actor")
    return Shown(account=account, keys=keys.of_account(tx, account.id))


async def show_relay(request: web.Request) -> web.Response:
    """GET /ap/relay: the actor that LitePub relays know us by, once there is one."""
    form = answering.form_of(request)
    found = await request.app[DB].read(_relay, request.app[SETTINGS].origin)
    if form is Form.PAGE:
        return answering.to_page(found.account.url)
    body = represent.actor_document(found.account, found.keys, Here.of(request.app[SETTINGS]))
    return answering.document(body, form, public=True, seconds=answering.LONG)


def _relay(tx: Tx, origin: Origin) -> Shown:
    account = instance.find_relay_actor(tx, origin)
    if account is None:
        raise NotFound("account", "relay")
    return Shown(account=account, keys=keys.of_account(tx, account.id))


async def relay_outbox(request: web.Request) -> web.Response:
    """GET /ap/relay/outbox: what it announces is listed nowhere."""
    form = answering.form_of(request)
    here = Here.of(request.app[SETTINGS])
    return answering.document(collection.whole(f"{here.relay_actor}/outbox", ()), form, public=True)


async def instance_outbox(request: web.Request) -> web.Response:
    """GET /actor/outbox: the server itself posts nothing."""
    form = answering.form_of(request)
    here = Here.of(request.app[SETTINGS])
    return answering.document(collection.whole(f"{here.instance_actor}/outbox", ()), form, public=True)


ROUTES: Final = (
    Route("GET", "/actor", show_instance, Auth.public()),
    Route("GET", "/actor/outbox", instance_outbox, Auth.public()),
    Route("GET", "/ap/relay", show_relay, Auth.public()),
    Route("GET", "/ap/relay/outbox", relay_outbox, Auth.public()),
    Route("GET", "/ap/actors/{id}", show, Auth.signed()),
)

"""Lists of followed accounts (mastodon-api.md, section 2.7)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.lists import RepliesPolicy
from fedisw.model.paging import MAX_ID, Page
from fedisw.services import lists as services
from fedisw.storage.db import Tx
from fedisw.storage.queries import lists
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities.lists import list_entity
from fedisw.web.mastodon.people import Found, listed, without_blocked
from fedisw.web.paging import MAX_LIMIT, page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 40, 80


class NewList(msgspec.Struct, kw_only=True):
    """What POST takes."""

    title: str = ""
    replies_policy: RepliesPolicy = RepliesPolicy.LIST
    exclusive: bool = False


class Changes(msgspec.Struct, kw_only=True):
    """What PUT takes."""

    title: str | None = None
    replies_policy: RepliesPolicy | None = None
    exclusive: bool | None = None


class Members(msgspec.Struct, kw_only=True):
    """`account_ids[]`."""

    account_ids: list[int]


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/lists"""
    found = await request.app[DB].read(lists.of_account, me(request).id)
    return answers.json([list_entity(item) for item in found])


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/lists/{id}"""
    return answers.json(list_entity(await request.app[DB].read(lists.own, id_in(request), account_id=me(request).id)))


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/lists"""
    form = await forms.decode(request, NewList)
    made = await request.app[DB].write(
        services.create,
        account_id=me(request).id,
        title=form.title,
        replies_policy=form.replies_policy,
        exclusive=form.exclusive,
        list_id=request.app[NEW_ID](),
        now=request.app[NOW](),
    )
    return answers.json(list_entity(made))


async def change(request: web.Request) -> web.Response:
    """PUT /api/v1/lists/{id}"""
    form = await forms.decode(request, Changes)
    changed = await request.app[DB].write(
        services.change,
        account_id=me(request).id,
        list_id=id_in(request),
        title=form.title,
        replies_policy=form.replies_policy,
        exclusive=form.exclusive,
    )
    return answers.json(list_entity(changed))


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/v1/lists/{id}"""
    await request.app[DB].write(services.remove, account_id=me(request).id, list_id=id_in(request))
    return answers.json({})


async def members(request: web.Request) -> web.Response:
    """GET /api/v1/lists/{id}/accounts"""
    everybody = request.query.get("limit") == "0"
    page = Page(limit=MAX_LIMIT, max_id=MAX_ID) if everybody else page_of(request, limit=LIMIT, most=MOST)
    found, shown = await request.app[DB].read(_members, id_in(request), me(request).id, page)
    return listed(request, [] if everybody else found, shown, page)


def _members(tx: Tx, list_id: int, account_id: int, page: Page) -> tuple[Found, list[Account]]:
    found = lists.members(tx, lists.own(tx, list_id, account_id=account_id).id, page)
    return found, without_blocked(tx, [account for _, account in found], viewer_id=account_id)


async def add_members(request: web.Request) -> web.Response:
    """POST /api/v1/lists/{id}/accounts"""
    form = await forms.decode(request, Members)
    await request.app[DB].write(
        services.add_members,
        account_id=me(request).id,
        list_id=id_in(request),
        member_ids=form.account_ids,
        new_id=request.app[NEW_ID],
    )
    return answers.json({})


async def remove_members(request: web.Request) -> web.Response:
    """DELETE /api/v1/lists/{id}/accounts"""
    form = await forms.decode(request, Members)
    await request.app[DB].write(
        services.remove_members, account_id=me(request).id, list_id=id_in(request), member_ids=form.account_ids
    )
    return answers.json({})


READ, WRITE = Auth.user("read:lists"), Auth.user("write:lists")
ROUTES: Final = (
    Route("GET", "/api/v1/lists", index, READ),
    Route("POST", "/api/v1/lists", create, WRITE),
    Route("GET", "/api/v1/lists/{id}", get, READ),
    Route("PUT", "/api/v1/lists/{id}", change, WRITE),
    Route("DELETE", "/api/v1/lists/{id}", delete, WRITE),
    Route("GET", "/api/v1/lists/{id}/accounts", members, READ),
    Route("POST", "/api/v1/lists/{id}/accounts", add_members, WRITE),
    Route("DELETE", "/api/v1/lists/{id}/accounts", remove_members, WRITE),
)

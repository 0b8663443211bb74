"""Accounts: looking at them, their posts and their network (mastodon-api.md, section 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.lists import UserList
from fedisw.model.paging import Page
from fedisw.model.relations import Relationship
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, follows, lists, marks, relationships, timelines
from fedisw.storage.queries.timelines import Only
from fedisw.text.hashtags import normalise
from fedisw.web import answers, forms
from fedisw.web.keys import CALLER, DB, SETTINGS
from fedisw.web.mastodon.context import caching, id_in, me, site_of, viewer_id_of, visible, visible_account
from fedisw.web.mastodon.entities.account import account_entity, credential_entity
from fedisw.web.mastodon.entities.lists import list_entity
from fedisw.web.mastodon.entities.relationship import relationship_entity
from fedisw.web.mastodon.people import Found, listed, without_blocked
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather, gather_ids, many
from fedisw.web.paging import page_of
from fedisw.web.routes import Auth, Handler, Route

MAX_IDS: Final = 40
STATUSES, MOST_STATUSES = 20, 40
PEOPLE, MOST_PEOPLE = 40, 80


class Ids(msgspec.Struct, kw_only=True):
    """`id[]`, also as plain `id=`."""

    id: list[int] = []


class WantedPosts(msgspec.Struct, kw_only=True):
    """Which posts of an account."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    exclude_direct: bool = False
    pinned: bool = False
    tagged: str = ""


async def verify_credentials(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/verify_credentials"""
    caller = request[CALLER]
    waiting = await request.app[DB].read(follows.requests_count, caller.account.id)
    return answers.json(credential_entity(caller.account, caller.user, site_of(request), waiting=waiting))


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{id}"""
    account, moved_to = await request.app[DB].read(_shown, id_in(request), viewer_id=viewer_id_of(request))
    return answers.json(account_entity(account, site_of(request), moved_to=moved_to), headers=caching(request))


def _shown(tx: Tx, account_id: int, *, viewer_id: int | None) -> tuple[Account, Account | None]:
    """An account and, where it has moved, the new one if the viewer may see it."""
    account = visible_account(tx, account_id, viewer_id=viewer_id)
    target = accounts.find_by_uri(tx, account.moved_to_uri) if account.moved_to_uri and account.usable else None
    return account, target if target is not None and visible(tx, [target], viewer_id=viewer_id) else None


async def get_many(request: web.Request) -> web.Response:
    """GET /api/v1/accounts"""
    form = await forms.decode(request, Ids)
    if len(form.id) > MAX_IDS:
        raise Invalid("id", f"can't contain more than {MAX_IDS} items")
    found = await request.app[DB].read(_visible, form.id, viewer_id_of(request))
    return answers.json([account_entity(account, site_of(request)) for account in found], headers=caching(request))


def _visible(tx: Tx, ids: list[int], viewer_id: int | None) -> list[Account]:
    found = {account.id: account for account in visible(tx, accounts.by_ids(tx, ids), viewer_id=viewer_id)}
    return [found[wanted] for wanted in dict.fromkeys(ids) if wanted in found]


async def lookup(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/lookup"""
    acct = (await forms.decode(request, Lookup)).acct.strip().removeprefix("@")
    username, _, host = acct.partition("@")
    own = {"", request.app[SETTINGS].account_domain.lower(), request.app[SETTINGS].origin.authority}
    account, moved_to = await request.app[DB].read(
        _look_up, username, None if host.lower() in own else host, viewer_id=viewer_id_of(request)
    )
    return answers.json(account_entity(account, site_of(request), moved_to=moved_to), headers=caching(request))


class Lookup(msgspec.Struct, kw_only=True):
    """`acct`."""

    acct: str


def _look_up(tx: Tx, username: str, host: str | None, *, viewer_id: int | None) -> tuple[Account, Account | None]:
    account = accounts.find_by_handle(tx, username, host)
    if account is None:
        raise NotFound("account", username)
    return _shown(tx, account.id, viewer_id=viewer_id)


async def statuses_of(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{id}/statuses"""
    wanted, page = await forms.decode(request, WantedPosts), page_of(request, limit=STATUSES, most=MOST_STATUSES)
    find = _pinned if wanted.pinned else _statuses
    gathered = await request.app[DB].read(find, id_in(request), wanted, page, eyes_of(request))
    return many(request, gathered, None if wanted.pinned else page)


def _statuses(tx: Tx, account_id: int, wanted: WantedPosts, page: Page, eyes: Eyes) -> Gathered:
    account = visible_account(tx, account_id, viewer_id=eyes.viewer_id)
    only = Only(
        media=wanted.only_media,
        replies=not wanted.exclude_replies,
        reblogs=not wanted.exclude_reblogs,
        direct=not wanted.exclude_direct,
    )
    tagged = normalise(wanted.tagged) if wanted.tagged else None
    return gather(tx, timelines.of_account(tx, eyes.viewer_id, account.id, page, only=only, tagged=tagged), eyes)


def _pinned(tx: Tx, account_id: int, _wanted: WantedPosts, page: Page, eyes: Eyes) -> Gathered:
    account = visible_account(tx, account_id, viewer_id=eyes.viewer_id)
    return gather_ids(tx, marks.pinned_ids(tx, account.id)[: page.limit], eyes)


Network = Callable[[Tx, int, Page], Found]


def _network(find: Network) -> Handler:
    """Followers or followed; nothing where the owner hides them or blocks the viewer (VIS-10)."""

    async def handler(request: web.Request) -> web.Response:
        page = page_of(request, limit=PEOPLE, most=MOST_PEOPLE)
        found, shown = await request.app[DB].read(_neighbours, find, id_in(request), page, viewer_id_of(request))
        return listed(request, found, shown, page)

    return handler


def _neighbours(tx: Tx, find: Network, account_id: int, page: Page, viewer_id: int | None) -> tuple[Found, list[Account]]:
    account = visible_account(tx, account_id, viewer_id=viewer_id)
    own = account.id == viewer_id
    blocked = viewer_id is not None and blocks.exists(tx, by=account.id, of=viewer_id)
    if not account.usable or blocked or (account.hides_network and not own):
        return [], []
    found = find(tx, account.id, page)
    return found, without_blocked(tx, [person for _, person in found], viewer_id=viewer_id)


async def relationships_with(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/relationships"""
    form = await forms.decode(request, Ids)
    found = await request.app[DB].read(_relationships, me(request).id, form.id[:MOST_PEOPLE], eyes_of(request))
    return answers.json([relationship_entity(item) for item in found])


def _relationships(tx: Tx, viewer_id: int, ids: list[int], eyes: Eyes) -> list[Relationship]:
    known = {account.id for account in visible(tx, accounts.by_ids(tx, ids), viewer_id=viewer_id)}
    wanted = [account_id for account_id in ids if account_id in known]
    return relationships.between(tx, viewer_id, wanted, now=eyes.now) if wanted else []


async def lists_with(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{id}/lists"""
    found = await request.app[DB].read(_lists_with, me(request).id, id_in(request))
    return answers.json([list_entity(item) for item in found])


def _lists_with(tx: Tx, owner_id: int, account_id: int) -> list[UserList]:
    account = visible_account(tx, account_id, viewer_id=owner_id)
    return lists.with_member(tx, owner_id=owner_id, account_id=account.id)


READ, ANYBODY = Auth.user("read:accounts"), Auth.optional("read:accounts")
ROUTES: Final = (
    Route("GET", "/api/v1/accounts/verify_credentials", verify_credentials, Auth.user("profile", "read:accounts")),
    Route("GET", "/api/v1/accounts/relationships", relationships_with, Auth.user("read:follows")),
    Route("GET", "/api/v1/accounts/lookup", lookup, ANYBODY),
    Route("GET", "/api/v1/accounts", get_many, ANYBODY),
    Route("GET", "/api/v1/accounts/{id}", get, ANYBODY),
    Route("GET", "/api/v1/accounts/{id}/statuses", statuses_of, Auth.optional("read:statuses")),
    Route("GET", "/api/v1/accounts/{id}/followers", _network(follows.followers), ANYBODY),
    Route("GET", "/api/v1/accounts/{id}/following", _network(follows.following), ANYBODY),
    Route("GET", "/api/v1/accounts/{id}/lists", lists_with, Auth.user("read:lists")),
)

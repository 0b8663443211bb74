"""Finding people: whom one knows in common, proposals, the directory (mastodon-api.md, sections 2.3 and 2.18)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, discovery
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import caching, me, site_of, viewer_id_of, visible
from fedisw.web.mastodon.entities.account import Account as Entity
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.people import without_blocked
from fedisw.web.paging import limit_of, offset_of
from fedisw.web.routes import Auth, Route

MAX_IDS: Final = 40
PEOPLE, MOST_PEOPLE = 40, 80
MAX_OFFSET: Final = 2_000
OUTDATED_SINCE: Final = "@1621123200"  # when the first form of proposals became outdated, seconds since 1970


class Order(StrEnum):
    """Who comes first in the directory: who wrote last, or who joined last."""

    ACTIVE = "active"
    NEW = "new"


class Ids(msgspec.Struct, kw_only=True):
    """`id[]`, also as plain `id=`."""

    id: list[int] = []


class DirectoryForm(msgspec.Struct, kw_only=True):
    """What the directory takes."""

    order: Order = Order.ACTIVE
    local: bool = False


class FamiliarFollowers(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one follows among the followers of an account."""

    id: str
    accounts: list[Entity]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to follow, and why; `source` is the older word for it."""

    source: str
    sources: list[str]
    account: Entity


async def familiar_followers(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/familiar_followers"""
    form, site = await forms.decode(request, Ids), site_of(request)
    wanted = list(dict.fromkeys(form.id))[:MAX_IDS]
    found = await request.app[DB].read(_familiar, me(request).id, wanted)
    return answers.json(
        [
            FamiliarFollowers(id=str(account_id), accounts=[account_entity(person, site) for person in people])
            for account_id, people in found.items()
        ]
    )


def _familiar(tx: Tx, viewer_id: int, ids: list[int]) -> dict[int, list[Account]]:
    """Nothing of accounts that hide their network or block the viewer."""
    known = visible(tx, accounts.by_ids(tx, ids), viewer_id=viewer_id)
    open_ones = [account.id for account in without_blocked(tx, known, viewer_id=viewer_id) if not account.hides_network]
    found = defaultdict[int, list[Account]](list)
    for account_id, person in discovery.familiar_followers(tx, viewer_id, open_ones):
        found[account_id].append(person)
    return {account_id: found[account_id] for account_id in ids if any(account.id == account_id for account in known)}


async def suggestions(request: web.Request) -> web.Response:
    """GET /api/v2/suggestions"""
    found, site = await _suggested(request), site_of(request)
    return answers.json(
        [
            Suggestion(
                source="past_interactions" if reason == "friends_of_friends" else "global",
                sources=[reason],
                account=account_entity(account, site),
            )
            for reason, account in found
        ]
    )


async def suggested_accounts(request: web.Request) -> web.Response:
    """GET /api/v1/suggestions"""
    found, site = await _suggested(request), site_of(request)
    return answers.json([account_entity(account, site) for _, account in found], headers={"Deprecation": OUTDATED_SINCE})


async def _suggested(request: web.Request) -> list[tuple[str, Account]]:
    limit, offset = limit_of(request, limit=PEOPLE, most=MOST_PEOPLE), offset_of(request, most=MOST_PEOPLE)
    found = await request.app[DB].read(_proposals, me(request).id, limit=limit + offset, now=request.app[NOW]())
    return found[offset : offset + limit]


def _proposals(tx: Tx, viewer_id: int, *, limit: int, now: datetime) -> list[tuple[str, Account]]:
    """Friends of friends first, then people here whom many follow."""
    found = {
        account.id: ("friends_of_friends", account)
        for account in discovery.friends_of_friends(tx, viewer_id, limit=limit, now=now)
    }
    if len(found) < limit:
        for account in discovery.most_followed(tx, viewer_id, limit=limit, now=now):
            found.setdefault(account.id, ("most_followed", account))
    return list(found.values())[:limit]


async def dismiss(request: web.Request) -> web.Response:
    """DELETE /api/v1/suggestions/{account_id}: fine for any id."""
    text = request.match_info["account_id"]
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        await request.app[DB].write(_dismiss, me(request).id, int(text), now=request.app[NOW]())
    return answers.json({})


def _dismiss(tx: Tx, viewer_id: int, target_id: int, *, now: datetime) -> None:
    if accounts.find(tx, target_id) is not None:
        discovery.dismiss(tx, account_id=viewer_id, target_id=target_id, now=now)


async def directory(request: web.Request) -> web.Response:
    """GET /api/v1/directory"""
    form = await forms.decode(request, DirectoryForm)
    found = await request.app[DB].read(
        discovery.directory,
        viewer_id_of(request),
        active=form.order is Order.ACTIVE,
        local=form.local,
        limit=limit_of(request, limit=PEOPLE, most=MOST_PEOPLE),
        offset=offset_of(request, most=MAX_OFFSET),
        now=request.app[NOW](),
    )
    return answers.json([account_entity(account, site_of(request)) for account in found], headers=caching(request))


READ = Auth.user("read:accounts")
ROUTES: Final = (
    Route("GET", "/api/v1/accounts/familiar_followers", familiar_followers, Auth.user("read:follows")),
    Route("GET", "/api/v2/suggestions", suggestions, READ),
    Route("GET", "/api/v1/suggestions", suggested_accounts, READ),
    Route("DELETE", "/api/v1/suggestions/{account_id}", dismiss, Auth.user("write:accounts")),
    Route("GET", "/api/v1/directory", directory, Auth.optional()),
)

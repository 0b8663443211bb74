"""Who may tell a person something: the policy, and requests of those who were kept apart (mastodon-api.md, 2.16 and 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.notices import Handling, Policy
from fedisw.model.notifications import NotificationRequest
from fedisw.model.paging import Page
from fedisw.services import notices as service
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, notices
from fedisw.storage.queries.notices import Kept
from fedisw.web import answers, forms
from fedisw.web.keys import DB
from fedisw.web.mastodon.context import id_in, me, site_of
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.policy import (
    NotificationRequest as Entity,
)
from fedisw.web.mastodon.entities.policy import (
    PolicySummary,
    old_policy_entity,
    policy_entity,
    request_entity,
)
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, rendered
from fedisw.web.paging import link_header, page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 40, 80
COUNTED: Final = 100  # requests, and notifications of one
AT_ONCE: Final = 100  # requests that are answered together


class PolicyForm(msgspec.Struct, kw_only=True):
    """What a person changes; the rest stays."""

    for_not_following: Handling | None = None
    for_not_followers: Handling | None = None
    for_new_accounts: Handling | None = None
    for_private_mentions: Handling | None = None
    for_limited_accounts: Handling | None = None
    for_bots: Handling | None = None

    @property
    def changes(self) -> dict[str, Handling]:
        """What was given."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


class OldPolicyForm(msgspec.Struct, kw_only=True):
    """The same in the old form: to be kept apart, or not."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None
    filter_bots: bool | None = None

    @property
    def changes(self) -> dict[str, Handling]:
        """What was given, in words of today."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return {
            f"for_{name.removeprefix('filter_')}": Handling.FILTER if apart else Handling.ACCEPT for name, apart in given.items()
        }


class Ids(msgspec.Struct, kw_only=True):
    """`id[]`"""

    id: list[int] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Requests with everything that they name."""

    found: list[NotificationRequest]
    people: dict[int, Account]
    kept: dict[int, Kept]
    posts: Gathered


async def policy(request: web.Request) -> web.Response:
    """GET /api/v2/notifications/policy"""
    return answers.json(policy_entity(*await request.app[DB].read(_policy, eyes_of(request))))


async def old_policy(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/policy"""
    return answers.json(old_policy_entity(*await request.app[DB].read(_policy, eyes_of(request))))


async def set_policy(request: web.Request) -> web.Response:
    """PATCH /api/v2/notifications/policy, and PUT"""
    form = await forms.decode(request, PolicyForm)
    return answers.json(policy_entity(*await request.app[DB].write(_set, form.changes, eyes_of(request))))


async def set_old_policy(request: web.Request) -> web.Response:
    """PUT /api/v1/notifications/policy, and PATCH"""
    form = await forms.decode(request, OldPolicyForm)
    return answers.json(old_policy_entity(*await request.app[DB].write(_set, form.changes, eyes_of(request))))


def _set(tx: Tx, changes: dict[str, Handling], eyes: Eyes) -> tuple[Policy, PolicySummary]:
    if changes:
        service.set_policy(tx, eyes.person, replace(notices.policy(tx, eyes.person), **changes))
    return _policy(tx, eyes)


def _policy(tx: Tx, eyes: Eyes) -> tuple[Policy, PolicySummary]:
    waiting = notices.requests(tx, eyes.person, Page(limit=COUNTED), now=eyes.now)
    kept = notices.kept(tx, eyes.person, [item.from_id for item in waiting], now=eyes.now)
    counted = PolicySummary(
        pending_requests_count=len(waiting),
        pending_notifications_count=sum(min(item.count, COUNTED) for item in kept.values()),
    )
    return notices.policy(tx, eyes.person), counted


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/requests"""
    page = page_of(request, limit=LIMIT, most=MOST)
    read = await request.app[DB].read(_index, page, eyes_of(request))
    headers = link_header(request, [item.id for item in read.found], page)
    return answers.json(_entities(request, read), headers=headers)


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/requests/{id}"""
    read = await request.app[DB].read(_one, id_in(request), eyes_of(request))
    return answers.json(_entities(request, read)[0])


async def merged(request: web.Request) -> web.Response:
    """GET /api/v1/notifications/requests/merged"""
    return answers.json({"merged": not await request.app[DB].read(notices.is_merging, me(request).id)})


async def accept(request: web.Request) -> web.Response:
    """POST /api/v1/notifications/requests/{id}/accept"""
    return await _answer(request, [id_in(request)], _accept, strict=True)


async def dismiss(request: web.Request) -> web.Response:
    """POST /api/v1/notifications/requests/{id}/dismiss"""
    return await _answer(request, [id_in(request)], _dismiss, strict=True)


async def accept_all(request: web.Request) -> web.Response:
    """POST /api/v1/notifications/requests/accept"""
    return await _answer(request, (await forms.decode(request, Ids)).id, _accept)


async def dismiss_all(request: web.Request) -> web.Response:
    """POST /api/v1/notifications/requests/dismiss"""
    return await _answer(request, (await forms.decode(request, Ids)).id, _dismiss)


Doing = Callable[[Tx, list[NotificationRequest], Eyes], None]


async def _answer(request: web.Request, ids: Sequence[int], doing: Doing, *, strict: bool = False) -> web.Response:
    await request.app[DB].write(_do, ids[:AT_ONCE], doing, eyes_of(request), strict=strict)
    return answers.json({})


def _do(tx: Tx, ids: Sequence[int], doing: Doing, eyes: Eyes, *, strict: bool) -> None:
    """What concerns requests of this person; others' are as if they did not exist (VIS-9)."""
    found = notices.requests_by_ids(tx, ids, viewer_id=eyes.person)
    if strict and not found:
        raise NotFound("notification request")
    if found:
        doing(tx, found, eyes)


def _accept(tx: Tx, found: list[NotificationRequest], eyes: Eyes) -> None:
    service.accept(tx, found, account_id=eyes.person, now=eyes.now)


def _dismiss(tx: Tx, found: list[NotificationRequest], eyes: Eyes) -> None:
    service.dismiss(tx, found, account_id=eyes.person)


def _index(tx: Tx, page: Page, eyes: Eyes) -> Read:
    return _read(tx, notices.requests(tx, eyes.person, page, now=eyes.now), eyes)


def _one(tx: Tx, request_id: int, eyes: Eyes) -> Read:
    found = notices.request(tx, request_id, viewer_id=eyes.person, now=eyes.now)
    if found is None:
        raise NotFound("notification request", request_id)
    return _read(tx, [found], eyes)


def _read(tx: Tx, found: list[NotificationRequest], eyes: Eyes) -> Read:
    """What requests name, a fixed number of statements."""
    senders = [item.from_id for item in found]
    kept = notices.kept(tx, eyes.person, senders, now=eyes.now)
    last = [item.last_status_id for item in kept.values() if item.last_status_id is not None]
    return Read(
        found=found,
        people={account.id: account for account in accounts.by_ids(tx, senders)},
        kept=kept,
        posts=gather_ids(tx, last, eyes),
    )


def _entities(request: web.Request, read: Read) -> list[Entity]:
    posts = dict(zip((ref.id for ref in read.posts.refs), rendered(read.posts, request.app[FRAGMENTS]), strict=True))
    nothing = Kept(from_id=0, count=0, last_status_id=None)
    items = [(item, read.kept.get(item.from_id, nothing)) for item in read.found]
    return [
        request_entity(
            item,
            account=account_entity(read.people[item.from_id], site_of(request)),
            count=min(kept.count, COUNTED),
            last=posts.get(kept.last_status_id or 0),
        )
        for item, kept in items
    ]


READ, WRITE = Auth.user("read:notifications"), Auth.user("write:notifications")
ROUTES: Final = (
    Route("GET", "/api/v2/notifications/policy", policy, READ),
    Route("PATCH", "/api/v2/notifications/policy", set_policy, WRITE),
    Route("GET", "/api/v1/notifications/policy", old_policy, READ),
    Route("PUT", "/api/v1/notifications/policy", set_old_policy, WRITE),
    Route("GET", "/api/v1/notifications/requests", index, READ),
    Route("GET", "/api/v1/notifications/requests/merged", merged, READ),
    Route("POST", "/api/v1/notifications/requests/accept", accept_all, WRITE),
    Route("POST", "/api/v1/notifications/requests/dismiss", dismiss_all, WRITE),
    Route("GET", "/api/v1/notifications/requests/{id}", get, READ),
    Route("POST", "/api/v1/notifications/requests/{id}/accept", accept, WRITE),
    Route("POST", "/api/v1/notifications/requests/{id}/dismiss", dismiss, WRITE),
)

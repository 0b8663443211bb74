"""Quotes of a post: who quoted it, taking consent back, and who may quote it (mastodon-api.md, section 2.11)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.errors import Invalid
from fedisw.model.paging import Page
from fedisw.model.quotes import Policy
from fedisw.services import quoting
from fedisw.storage.db import Tx
from fedisw.storage.queries import quotes, timelines
from fedisw.web import forms
from fedisw.web.keys import DB
from fedisw.web.mastodon.context import id_in, me, refuse
from fedisw.web.mastodon.interaction_form import InteractionForm, text_of
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather, gather_one, many, one
from fedisw.web.paging import page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 20, 40


class PolicyForm(msgspec.Struct, kw_only=True):
    """What PUT takes."""

    quote_approval_policy: Policy | None = None
    interaction_policy: InteractionForm | None = None


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/statuses/{id}/quotes"""
    page = page_of(request, limit=LIMIT, most=MOST)
    gathered, found = await request.app[DB].read(_index, id_in(request), page, eyes_of(request))
    return many(request, gathered, page, cursors=found, back="since_id")


def _index(tx: Tx, status_id: int, page: Page, eyes: Eyes) -> tuple[Gathered, list[int]]:
    """Posts that the viewer may read, and all that were read, for the links to the neighbours."""
    if not timelines.refs(tx, [status_id], eyes.viewer_id):
        raise refuse(tx, status_id, viewer_id=eyes.viewer_id)
    found = quotes.accepted_of(tx, status_id, page)
    return gather(tx, timelines.wanted_refs(tx, found, eyes.viewer_id, now=eyes.now), eyes), found


async def revoke(request: web.Request) -> web.Response:
    """POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke"""
    gathered = await request.app[DB].write(
        _revoke, id_in(request), id_in(request, "quoting_status_id"), me(request).id, eyes_of(request)
    )
    return one(request, gathered)


def _revoke(tx: Tx, status_id: int, quoting_id: int, account_id: int, eyes: Eyes) -> Gathered:
    quoting.revoke(tx, account_id=account_id, status_id=status_id, quoting_id=quoting_id, now=eyes.now)
    return gather_one(tx, quoting_id, eyes)


async def set_policy(request: web.Request) -> web.Response:
    """PUT /api/v1/statuses/{id}/interaction_policy"""
    form, status_id = await forms.decode(request, PolicyForm), id_in(request)
    gathered = await request.app[DB].write(_set_policy, status_id, form, me(request).id, eyes_of(request))
    return one(request, gathered)


def _set_policy(tx: Tx, status_id: int, form: PolicyForm, account_id: int, eyes: Eyes) -> Gathered:
    interactions = text_of(form.interaction_policy)
    if form.quote_approval_policy is None and interactions is None:  # whose post it is comes first
        quoting.own_post(tx, status_id, account_id=account_id)
        raise Invalid("quote_approval_policy", "can't be blank", code="ERR_BLANK")
    if interactions is not None:
        quoting.set_interactions(tx, account_id=account_id, status_id=status_id, policy=interactions)
    if form.quote_approval_policy is not None:
        quoting.set_policy(tx, account_id=account_id, status_id=status_id, policy=form.quote_approval_policy.text)
    return gather_one(tx, status_id, eyes)


ROUTES: Final = (
    Route("GET", "/api/v1/statuses/{id}/quotes", index, Auth.user("read:statuses")),
    Route("POST", "/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", revoke, Auth.user("write:statuses")),
    Route("PUT", "/api/v1/statuses/{id}/interaction_policy", set_policy, Auth.user("write:statuses")),
)

"""Posts that wait for their time (mastodon-api.md, section 2.13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.errors import Invalid
from fedisw.model.media import Media
from fedisw.model.paging import Page
from fedisw.model.scheduled import Plan, PlannedPoll, ScheduledStatus
from fedisw.model.statuses import PollDraft
from fedisw.services import scheduling
from fedisw.storage.db import Tx
from fedisw.storage.queries import media, scheduled
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW
from fedisw.web.mastodon.compose import Composed, PollForm, StatusForm
from fedisw.web.mastodon.context import id_in, me, site_of
from fedisw.web.mastodon.entities.scheduled import scheduled_entity
from fedisw.web.paging import link_header, page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 20, 40


class Change(msgspec.Struct, kw_only=True):
    """What PUT takes."""

    scheduled_at: datetime | None = None


async def schedule(
    request: web.Request, form: StatusForm, composed: Composed, *, at: datetime, key: tuple[str, bytes] | None
) -> web.Response:
    """POST /api/v1/statuses with a `scheduled_at` to come."""
    post = await request.app[DB].write(
        scheduling.schedule,
        author=me(request),
        plan=_plan(form, composed),
        chosen=composed.chosen,
        at=at,
        scheduled_id=request.app[NEW_ID](),
        now=request.app[NOW](),
        idempotency_key=key,
    )
    return await _one(request, post)


def _plan(form: StatusForm, composed: Composed) -> Plan:
    draft = composed.draft
    return Plan(
        text=draft.text,
        spoiler_text=draft.spoiler_text,
        sensitive=draft.sensitive,
        visibility=draft.visibility,
        local_only=draft.local_only,
        language=draft.language,
        media_ids=draft.media_ids,
        in_reply_to_id=draft.in_reply_to_id,
        poll=None if draft.poll is None or form.poll is None else _poll(draft.poll, form.poll),
        app_id=draft.app_id,
        quoted_id=draft.quoted_id,
        quote_policy=draft.quote_policy,
        interaction_policy=draft.interaction_policy,
    )


def _poll(draft: PollDraft, form: PollForm) -> PlannedPoll:
    return PlannedPoll(
        options=draft.options, expires_in=form.expires_in or 0, multiple=draft.multiple, hide_totals=draft.hide_totals
    )


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/scheduled_statuses"""
    page = page_of(request, limit=LIMIT, most=MOST)
    found, files = await request.app[DB].read(_page, me(request).id, page)
    headers = link_header(request, [post.id for post in found], page)
    return answers.json([scheduled_entity(post, files, site_of(request)) for post in found], headers=headers)


def _page(tx: Tx, account_id: int, page: Page) -> tuple[list[ScheduledStatus], list[Media]]:
    found = scheduling.page(tx, account_id=account_id, wanted=page)
    return found, _files(tx, account_id, found)


def _files(tx: Tx, account_id: int, posts: Sequence[ScheduledStatus]) -> list[Media]:
    wanted = [media_id for post in posts for media_id in post.plan.media_ids]
    return media.owned(tx, list(dict.fromkeys(wanted)), account_id=account_id)


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/scheduled_statuses/{id}"""
    return await _one(request, await request.app[DB].read(scheduled.own, id_in(request), account_id=me(request).id))


async def change(request: web.Request) -> web.Response:
    """PUT /api/v1/scheduled_statuses/{id}"""
    form = await forms.decode(request, Change)
    if form.scheduled_at is None:
        raise Invalid("scheduled_at", "can't be blank", code="ERR_BLANK")
    post = await request.app[DB].write(
        scheduling.move,
        account_id=me(request).id,
        scheduled_id=id_in(request),
        at=form.scheduled_at,
        now=request.app[NOW](),
    )
    return await _one(request, post)


async def cancel(request: web.Request) -> web.Response:
    """DELETE /api/v1/scheduled_statuses/{id}"""
    await request.app[DB].write(scheduling.cancel, account_id=me(request).id, scheduled_id=id_in(request), now=request.app[NOW]())
    return answers.json({})


async def _one(request: web.Request, post: ScheduledStatus) -> web.Response:
    files = await request.app[DB].read(_files, post.account_id, [post])
    return answers.json(scheduled_entity(post, files, site_of(request)))


ROUTES: Final = (
    Route("GET", "/api/v1/scheduled_statuses", index, Auth.user("read:statuses")),
    Route("GET", "/api/v1/scheduled_statuses/{id}", get, Auth.user("read:statuses")),
    Route("PUT", "/api/v1/scheduled_statuses/{id}", change, Auth.user("write:statuses")),
    Route("DELETE", "/api/v1/scheduled_statuses/{id}", cancel, Auth.user("write:statuses")),
)

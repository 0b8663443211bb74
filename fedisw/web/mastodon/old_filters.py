"""Filters for old clients, one a word (mastodon-api.md, section 2.9)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from fedisw.model.filters import FilterAction, FilterChange, FilterDraft
from fedisw.services import filters, old_filters
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities.filters import old_filter_entity
from fedisw.web.mastodon.filters import end_of
from fedisw.web.routes import Auth, Route

DEPRECATED: Final = {"Deprecation": "@1668384000"}  # seconds since 1970


class OldForm(msgspec.Struct, kw_only=True):
    """What POST and PUT take; `expires_in` is in seconds, empty for ever."""

    phrase: str | None = None
    context: list[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: int | UnsetType | None = UNSET

    @property
    def action(self) -> FilterAction | None:
        """What `irreversible` stands for; None where it was not said."""
        if self.irreversible is None:
            return None
        return FilterAction.HIDE if self.irreversible else FilterAction.WARN


async def index(request: web.Request) -> web.Response:
    """GET /api/v1/filters"""
    found = await request.app[DB].read(old_filters.words, me(request).id)
    return answers.json([old_filter_entity(*word) for word in found], headers=DEPRECATED)


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/filters/{id}"""
    return _shown(await request.app[DB].read(old_filters.word, id_in(request), account_id=me(request).id))


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/filters"""
    form, now = await forms.decode(request, OldForm), request.app[NOW]()
    draft = FilterDraft(
        title=form.phrase or "",
        contexts=tuple(form.context or ()),
        action=form.action or FilterAction.WARN,
        expires_at=end_of(form.expires_in, now=now),
    )
    made = await request.app[DB].write(
        old_filters.create,
        account_id=me(request).id,
        draft=draft,
        whole_word=bool(form.whole_word),
        new_id=request.app[NEW_ID],
        now=now,
    )
    return _shown(made)


async def change(request: web.Request) -> web.Response:
    """PUT /api/v1/filters/{id}"""
    form = await forms.decode(request, OldForm)
    changed = await request.app[DB].write(
        old_filters.change,
        account_id=me(request).id,
        keyword_id=id_in(request),
        phrase=form.phrase,
        whole_word=form.whole_word,
        wanted=FilterChange(
            contexts=None if form.context is None else tuple(form.context),
            action=form.action,
            sets_expiry=form.expires_in is not UNSET,
            expires_at=end_of(form.expires_in, now=request.app[NOW]()),
        ),
        new_id=request.app[NEW_ID],
    )
    return _shown(changed)


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/v1/filters/{id}"""
    await request.app[DB].write(filters.remove_keyword, account_id=me(request).id, keyword_id=id_in(request))
    return answers.json({}, headers=DEPRECATED)


def _shown(word: old_filters.Word) -> web.Response:
    return answers.json(old_filter_entity(*word), headers=DEPRECATED)


READ, WRITE = Auth.user("read:filters"), Auth.user("write:filters")
ROUTES: Final = (
    Route("GET", "/api/v1/filters", index, READ),
    Route("POST", "/api/v1/filters", create, WRITE),
    Route("GET", "/api/v1/filters/{id}", get, READ),
    Route("PUT", "/api/v1/filters/{id}", change, WRITE),
    Route("DELETE", "/api/v1/filters/{id}", delete, WRITE),
)

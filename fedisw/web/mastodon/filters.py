"""Filters: words and posts that a person does not want to read (mastodon-api.md, section 2.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from fedisw.model.errors import Invalid
from fedisw.model.filters import FilterAction, FilterChange, FilterDraft, KeywordChange
from fedisw.services import filters as services
from fedisw.storage.queries import filters
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.mastodon.entities.filters import filter_entity, filter_status_entity, keyword_entity
from fedisw.web.routes import Auth, Route

LONGEST: Final = timedelta(days=36_500)


class KeywordPart(msgspec.Struct, kw_only=True):
    """One of `keywords_attributes[]`."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    removed: bool = msgspec.field(default=False, name="_destroy")

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in: forms send such rows along."""
        return self.id is None and not (self.keyword or "").strip() and not self.whole_word

    @property
    def change(self) -> KeywordChange:
        """What is to be done."""
        return KeywordChange(id=self.id, keyword=self.keyword, whole_word=self.whole_word, removed=self.removed)


class FilterForm(msgspec.Struct, kw_only=True):
    """What POST and PUT take; `expires_in` is in seconds, empty for ever."""

    title: str | None = None
    context: list[str] | None = None
    filter_action: FilterAction | None = None
    expires_in: int | UnsetType | None = UNSET
    keywords_attributes: list[KeywordPart] = []

    @property
    def keywords(self) -> list[KeywordChange]:
        """What is to be done with the words."""
        return [part.change for part in self.keywords_attributes if not part.empty]


class NewKeyword(msgspec.Struct, kw_only=True):
    """What POST of a word takes."""

    keyword: str = ""
    whole_word: bool = True


class KeywordForm(msgspec.Struct, kw_only=True):
    """What PUT of a word takes."""

    keyword: str | None = None
    whole_word: bool | None = None


class StatusForm(msgspec.Struct, kw_only=True):
    """`status_id`."""

    status_id: int


def end_of(expires_in: int | UnsetType | None, *, now: datetime) -> datetime | None:
    """When a filter ends that lasts so many seconds from now; Invalid below zero and above a hundred years."""
    if expires_in is None or expires_in is UNSET:
        return None
    if not 0 <= expires_in <= LONGEST.total_seconds():
        raise Invalid("expires_in", "is invalid")
    return now + timedelta(seconds=expires_in)


async def index(request: web.Request) -> web.Response:
    """GET /api/v2/filters"""
    found = await request.app[DB].read(filters.views, me(request).id)
    return answers.json([filter_entity(view) for view in found])


async def get(request: web.Request) -> web.Response:
    """GET /api/v2/filters/{id}"""
    return answers.json(filter_entity(await request.app[DB].read(filters.view, id_in(request), account_id=me(request).id)))


async def create(request: web.Request) -> web.Response:
    """POST /api/v2/filters"""
    form, now = await forms.decode(request, FilterForm), request.app[NOW]()
    draft = FilterDraft(
        title=form.title or "",
        contexts=tuple(form.context or ()),
        action=form.filter_action or FilterAction.WARN,
        expires_at=end_of(form.expires_in, now=now),
    )
    made = await request.app[DB].write(
        services.create,
        account_id=me(request).id,
        draft=draft,
        keywords=form.keywords,
        new_id=request.app[NEW_ID],
        now=now,
    )
    return answers.json(filter_entity(made))


async def change(request: web.Request) -> web.Response:
    """PUT /api/v2/filters/{id}"""
    form = await forms.decode(request, FilterForm)
    changed = await request.app[DB].write(
        services.change,
        account_id=me(request).id,
        filter_id=id_in(request),
        wanted=FilterChange(
            title=form.title,
            contexts=None if form.context is None else tuple(form.context),
            action=form.filter_action,
            sets_expiry=form.expires_in is not UNSET,
            expires_at=end_of(form.expires_in, now=request.app[NOW]()),
        ),
        keywords=form.keywords,
        new_id=request.app[NEW_ID],
    )
    return answers.json(filter_entity(changed))


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/v2/filters/{id}"""
    await request.app[DB].write(services.remove, account_id=me(request).id, filter_id=id_in(request))
    return answers.json({})


async def keywords(request: web.Request) -> web.Response:
    """GET /api/v2/filters/{filter_id}/keywords"""
    view = await request.app[DB].read(filters.view, id_in(request, "filter_id"), account_id=me(request).id)
    return answers.json([keyword_entity(keyword) for keyword in view.keywords])


async def add_keyword(request: web.Request) -> web.Response:
    """POST /api/v2/filters/{filter_id}/keywords"""
    form = await forms.decode(request, NewKeyword)
    made = await request.app[DB].write(
        services.add_keyword,
        account_id=me(request).id,
        filter_id=id_in(request, "filter_id"),
        keyword=form.keyword,
        whole_word=form.whole_word,
        new_id=request.app[NEW_ID],
    )
    return answers.json(keyword_entity(made))


async def keyword(request: web.Request) -> web.Response:
    """GET /api/v2/filters/keywords/{id}"""
    found = await request.app[DB].read(filters.own_keyword, id_in(request), account_id=me(request).id)
    return answers.json(keyword_entity(found))


async def change_keyword(request: web.Request) -> web.Response:
    """PUT /api/v2/filters/keywords/{id}"""
    form = await forms.decode(request, KeywordForm)
    changed = await request.app[DB].write(
        services.change_keyword,
        account_id=me(request).id,
        keyword_id=id_in(request),
        keyword=form.keyword,
        whole_word=form.whole_word,
    )
    return answers.json(keyword_entity(changed))


async def remove_keyword(request: web.Request) -> web.Response:
    """DELETE /api/v2/filters/keywords/{id}"""
    await request.app[DB].write(services.remove_keyword, account_id=me(request).id, keyword_id=id_in(request))
    return answers.json({})


async def statuses(request: web.Request) -> web.Response:
    """GET /api/v2/filters/{filter_id}/statuses"""
    view = await request.app[DB].read(filters.view, id_in(request, "filter_id"), account_id=me(request).id)
    return answers.json([filter_status_entity(status) for status in view.statuses])


async def add_status(request: web.Request) -> web.Response:
    """POST /api/v2/filters/{filter_id}/statuses"""
    form = await forms.decode(request, StatusForm)
    made = await request.app[DB].write(
        services.add_status,
        account_id=me(request).id,
        filter_id=id_in(request, "filter_id"),
        status_id=form.status_id,
        row_id=request.app[NEW_ID](),
    )
    return answers.json(filter_status_entity(made))


async def status(request: web.Request) -> web.Response:
    """GET /api/v2/filters/statuses/{id}"""
    found = await request.app[DB].read(filters.own_status, id_in(request), account_id=me(request).id)
    return answers.json(filter_status_entity(found))


async def remove_status(request: web.Request) -> web.Response:
    """DELETE /api/v2/filters/statuses/{id}"""
    await request.app[DB].write(services.remove_status, account_id=me(request).id, row_id=id_in(request))
    return answers.json({})


READ, WRITE = Auth.user("read:filters"), Auth.user("write:filters")
ROUTES: Final = (
    Route("GET", "/api/v2/filters", index, READ),
    Route("POST", "/api/v2/filters", create, WRITE),
    Route("GET", "/api/v2/filters/keywords/{id}", keyword, READ),
    Route("PUT", "/api/v2/filters/keywords/{id}", change_keyword, WRITE),
    Route("DELETE", "/api/v2/filters/keywords/{id}", remove_keyword, WRITE),
    Route("GET", "/api/v2/filters/statuses/{id}", status, READ),
    Route("DELETE", "/api/v2/filters/statuses/{id}", remove_status, WRITE),
    Route("GET", "/api/v2/filters/{id}", get, READ),
    Route("PUT", "/api/v2/filters/{id}", change, WRITE),
    Route("DELETE", "/api/v2/filters/{id}", delete, WRITE),
    Route("GET", "/api/v2/filters/{filter_id}/keywords", keywords, READ),
    Route("POST", "/api/v2/filters/{filter_id}/keywords", add_keyword, WRITE),
    Route("GET", "/api/v2/filters/{filter_id}/statuses", statuses, READ),
    Route("POST", "/api/v2/filters/{filter_id}/statuses", add_status, WRITE),
)

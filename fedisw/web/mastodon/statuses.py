"""Posts: writing, reading, changing, deleting (mastodon-api.md, section 2.11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web
from msgspec import UNSET

from fedisw.live.buckets import DELETING, POSTING
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.model.quotes import Approval, policy_of
from fedisw.model.statuses import StatusEdit
from fedisw.model.urls import object_uri
from fedisw.model.views import Flags, StatusView
from fedisw.model.visibility import narrower
from fedisw.services import attachments, editing, hydrate, posting, threads
from fedisw.services.threads import Rest
from fedisw.storage.db import Tx
from fedisw.storage.queries import replies, statuses, timelines
from fedisw.web import answers, forms
from fedisw.web.keys import CALLER, DB, NEW_ID, NOW, SETTINGS
from fedisw.web.mastodon import refreshes, scheduled, strangers
from fedisw.web.mastodon.compose import Composed, StatusForm, compose, idempotency_of
from fedisw.web.mastodon.context import caching, id_in, me, refuse, site_of
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.poll import poll_entity
from fedisw.web.mastodon.entities.quote import Quote, approval_entity
from fedisw.web.mastodon.entities.site import Site
from fedisw.web.mastodon.entities.status import body_entity, flags_entity, head_entity, history_entity, source_entity
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather, gather_ids, many, one, read_one, rendered
from fedisw.web.routes import Auth, Route

MAX_IDS: Final = 20
# Posts above and below, and levels: for callers without proof, and for people.
ANONYMOUS_ABOVE, ANONYMOUS_BELOW, ANONYMOUS_DEEP = 40, 60, 20
ABOVE, BELOW, DEEP = 4_096, 4_096, 1_000


class Ids(msgspec.Struct, kw_only=True):
    """`id[]`."""

    id: list[int] = []


class Quoting(msgspec.Struct):
    """What a rendered post quotes."""

    quote: msgspec.Raw


class Deletion(msgspec.Struct, kw_only=True):
    """What DELETE takes."""

    delete_media: bool = False


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/statuses"""
    form = await forms.decode(request, StatusForm)
    key = await idempotency_of(request)
    composed = await compose(request, form)
    unwanted = _unexpected(form, composed)
    if unwanted:
        return _unexpected_answer(unwanted)
    await strangers.count(request, composed)
    if form.scheduled_at is not None and form.scheduled_at > request.app[NOW]():
        return await scheduled.schedule(request, form, composed, at=form.scheduled_at, key=key)
    settings, new_id, status_id = request.app[SETTINGS], request.app[NEW_ID], request.app[NEW_ID]()
    gathered = await request.app[DB].write(
        _create,
        author=me(request),
        composed=composed,
        status_id=status_id,
        uri=object_uri(settings.origin, status_id),
        url=f"{settings.origin}/@{me(request).username}/{status_id}",
        new_id=new_id,
        key=key,
        eyes=eyes_of(request),
    )
    return one(request, gathered)


def _create(
    tx: Tx,
    *,
    author: Account,
    composed: Composed,
    status_id: int,
    uri: str,
    url: str,
    new_id: Callable[[], int],
    key: tuple[str, bytes] | None,
    eyes: Eyes,
) -> Gathered:
    draft = composed.draft
    if draft.in_reply_to_id is not None and not composed.chosen:
        parent = statuses.find(tx, draft.in_reply_to_id)
        draft = draft if parent is None else replace(draft, visibility=narrower(draft.visibility, parent.visibility))
    status = posting.create_status(
        tx, author=author, draft=draft, status_id=status_id, uri=uri, url=url, now=eyes.now, new_id=new_id, idempotency_key=key
    )
    return gather_ids(tx, [status.id], eyes)


def _unexpected(form: StatusForm, composed: Composed) -> list[Account]:
    if form.allowed_mentions is None:
        return []
    return [
        person for person in composed.people if person.id in composed.draft.mentioned and person.id not in form.allowed_mentions
    ]


def _unexpected_answer(people: list[Account]) -> web.Response:
    named = [{"id": str(person.id), "acct": person.acct} for person in people]
    return answers.json({"error": "Post would be sent to unexpected accounts", "unexpected_accounts": named}, status=422)


async def edit(request: web.Request) -> web.Response:
    """PUT /api/v1/statuses/{id}"""
    form = await forms.decode(request, StatusForm)
    status_id = id_in(request)
    if form.sensitive is None:
        form.sensitive = False
    composed = await compose(request, form, keep_language=True)
    gathered = await request.app[DB].write(
        _edit,
        author=me(request),
        composed=composed,
        status_id=status_id,
        new_id=request.app[NEW_ID],
        eyes=eyes_of(request),
    )
    return one(request, gathered)


def _edit(tx: Tx, *, author: Account, composed: Composed, status_id: int, new_id: Callable[[], int], eyes: Eyes) -> Gathered:
    before = editing.own_status(tx, status_id, author_id=author.id)
    described = attachments.describe(tx, before, composed.files)
    after = editing.edit_status(tx, author=author, status_id=status_id, draft=composed.draft, now=eyes.now, new_id=new_id)
    if described and after.revision == before.revision:
        attachments.tell(tx, after)
    return gather_ids(tx, [status_id], eyes)


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/v1/statuses/{id}"""
    form = await forms.decode(request, Deletion)
    view, quoted = await request.app[DB].write(
        _delete, author_id=me(request).id, status_id=id_in(request), delete_media=form.delete_media, eyes=eyes_of(request)
    )
    quote = None
    if view.shown.quote is not None:
        known = rendered(quoted, request.app[FRAGMENTS])
        quote = Quote(state=view.shown.quote.state.value, quoted_status=known[0] if known else None)
    return answers.json(_deleted(view, quote, site_of(request), viewer_id=me(request).id, now=request.app[NOW]()))


def _delete(tx: Tx, *, author_id: int, status_id: int, delete_media: bool, eyes: Eyes) -> tuple[StatusView, Gathered]:
    """What was deleted, and what it quoted, for a redraft that quotes it again."""
    view = editing.delete_status(tx, author_id=author_id, status_id=status_id, now=eyes.now, delete_media=delete_media)
    quote = view.shown.quote
    return view, gather_ids(tx, [quote.quoted_id] if quote is not None and quote.quoted_id is not None else [], eyes)


def _deleted(
    view: StatusView, quote: Quote | None, site: Site, *, viewer_id: int, now: datetime, as_text: bool = True
) -> dict[str, object]:
    """What was deleted, with its text as it was typed, for a redraft; what a boost has shown is not deleted."""
    policy = policy_of(view.status.quote_policy, view.status.visibility)
    poll = view.shown.poll
    shown: dict[str, object] = msgspec.to_builtins(head_entity(view.status))
    shown |= msgspec.to_builtins(body_entity(view.shown, site, as_text=as_text))
    shown |= msgspec.to_builtins(flags_entity(Flags(), pinnable=False))
    return shown | {
        "filtered": [],
        "account": account_entity(view.account, site),
        "poll": None if poll is None else poll_entity(poll, site, now=now, viewer_id=viewer_id, emojis=view.status.emojis),
        "quote": quote,
        "card": None,
        "quote_approval": approval_entity(policy, current_user=Approval.AUTOMATIC.value),
        "reblog": None
        if view.reblog is None
        else _deleted(view.reblog, quote, site, viewer_id=viewer_id, now=now, as_text=False),
    }


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/statuses/{id}"""
    return await read_one(request, id_in(request))


async def get_many(request: web.Request) -> web.Response:
    """GET /api/v1/statuses"""
    form = await forms.decode(request, Ids)
    if len(form.id) > MAX_IDS:
        raise Invalid("id", f"can't contain more than {MAX_IDS} items")
    return many(request, await request.app[DB].read(gather_ids, form.id, eyes_of(request)))


async def context(request: web.Request) -> web.Response:
    """GET /api/v1/statuses/{id}/context"""
    eyes = eyes_of(request)
    gathered, above, rest = await request.app[DB].read(_context, id_in(request), eyes)
    posts = rendered(gathered, request.app[FRAGMENTS])
    more = await refreshes.begun(request, rest) if rest is not None else {}
    return answers.json({"ancestors": posts[:above], "descendants": posts[above:]}, headers=caching(request) | more)


def _context(tx: Tx, status_id: int, eyes: Eyes) -> tuple[Gathered, int, Rest | None]:
    """The thread around a post, how many of its posts stand above, and for people what may be missing of it."""
    found = timelines.refs(tx, [status_id], eyes.viewer_id)
    if not found:
        raise refuse(tx, status_id, viewer_id=eyes.viewer_id)
    of, person = found[0].reblog_of_id or status_id, eyes.viewer_id is not None
    up = replies.ancestors(tx, of, limit=ABOVE if person else ANONYMOUS_ABOVE)
    down = replies.descendants(tx, of, limit=BELOW if person else ANONYMOUS_BELOW, deepest=DEEP if person else ANONYMOUS_DEEP)
    refs = timelines.wanted_refs(tx, [*up, *down], eyes.viewer_id, now=eyes.now)
    above = frozenset(up)
    rest = threads.rest_of(tx, of, now=eyes.now) if person else None
    return gather(tx, refs, eyes), sum(ref.id in above for ref in refs), rest


async def history(request: web.Request) -> web.Response:
    """GET /api/v1/statuses/{id}/history"""
    view, edits, gathered = await request.app[DB].read(_history, id_in(request), eyes_of(request))
    quote = msgspec.json.decode(rendered(gathered, request.app[FRAGMENTS])[0], type=Quoting).quote
    shown = view.shown
    forms = history_entity(shown, edits, site_of(request), quote=quote if shown.quote is not None else UNSET)
    return answers.json(forms, headers=caching(request))


def _history(tx: Tx, status_id: int, eyes: Eyes) -> tuple[StatusView, list[StatusEdit], Gathered]:
    found = timelines.refs(tx, [status_id], eyes.viewer_id)
    if not found:
        raise refuse(tx, status_id, viewer_id=eyes.viewer_id)
    view = hydrate.views(tx, [status_id])[0]
    return view, statuses.edits_of(tx, view.shown.status.id), gather(tx, found, eyes)


async def source(request: web.Request) -> web.Response:
    """GET /api/v1/statuses/{id}/source"""
    status = await request.app[DB].read(editing.own_status, id_in(request), author_id=request[CALLER].account.id)
    return answers.json(source_entity(status))


ROUTES: Final = (
    Route("POST", "/api/v1/statuses", create, Auth.user("write:statuses"), rules=(POSTING,)),
    Route("GET", "/api/v1/statuses", get_many, Auth.optional("read:statuses")),
    Route("GET", "/api/v1/statuses/{id}", get, Auth.optional("read:statuses")),
    Route("PUT", "/api/v1/statuses/{id}", edit, Auth.user("write:statuses"), rules=(POSTING,)),
    Route("DELETE", "/api/v1/statuses/{id}", delete, Auth.user("write:statuses"), rules=(DELETING,)),
    Route("GET", "/api/v1/statuses/{id}/context", context, Auth.optional("read:statuses")),
    Route("GET", "/api/v1/statuses/{id}/history", history, Auth.optional("read:statuses")),
    Route("GET", "/api/v1/statuses/{id}/source", source, Auth.user("read:statuses")),
)

"""Recommending people, and notes about them for oneself (mastodon-api.md, section 2.3)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import hdrs, web

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.paging import Page
from fedisw.services import regards
from fedisw.storage.db import Tx
from fedisw.storage.queries import people_marks
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW
from fedisw.web.mastodon.context import id_in, me, viewer_id_of, visible, visible_account
from fedisw.web.mastodon.people import Found, listed, without_blocked
from fedisw.web.mastodon.relations import changed
from fedisw.web.paging import page_of
from fedisw.web.routes import Auth, Route

PEOPLE, MOST_PEOPLE = 40, 80
ALL: Final = 1_000  # people on a list that is asked for without a limit
NO_PROOFS_SINCE: Final = "@1648598400"  # when identity proofs ended, seconds since 1970


class NoteForm(msgspec.Struct, kw_only=True):
    """`comment`; an empty one forgets the note."""

    comment: str = ""


async def endorse(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/endorse and, by its old name, /pin"""
    account_id, endorsement_id, now = me(request).id, request.app[NEW_ID](), request.app[NOW]()

    def act(tx: Tx, target: Account) -> None:
        regards.endorse(tx, account_id=account_id, target=target, endorsement_id=endorsement_id, now=now)

    return await changed(request, act)


async def unendorse(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/unendorse and, by its old name, /unpin"""
    account_id = me(request).id
    return await changed(request, lambda tx, target: people_marks.unendorse(tx, account_id=account_id, target_id=target.id))


async def note(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/note"""
    form, account_id = await forms.decode(request, NoteForm), me(request).id
    return await changed(request, lambda tx, target: regards.note(tx, account_id=account_id, target=target, comment=form.comment))


async def endorsed_by(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{id}/endorsements"""
    page = page_of(request, limit=PEOPLE, most=MOST_PEOPLE)
    found, shown = await request.app[DB].read(_endorsed_by, id_in(request), page, viewer_id=viewer_id_of(request))
    return listed(request, found, shown, page)


def _endorsed_by(tx: Tx, account_id: int, page: Page, *, viewer_id: int | None) -> tuple[Found, list[Account]]:
    account = visible_account(tx, account_id, viewer_id=viewer_id)
    if not without_blocked(tx, [account], viewer_id=viewer_id):
        return [], []
    found = people_marks.endorsed(tx, account.id, page)
    people = visible(tx, [person for _, person in found], viewer_id=viewer_id)
    return found, without_blocked(tx, people, viewer_id=viewer_id)


async def endorsed(request: web.Request) -> web.Response:
    """GET /api/v1/endorsements: all of them with `limit=0`."""
    page = page_of(request, limit=PEOPLE, most=MOST_PEOPLE)
    if request.query.get("limit") == "0":
        page = Page(limit=ALL)
    found, shown = await request.app[DB].read(_endorsed_by, me(request).id, page, viewer_id=me(request).id)
    return listed(request, found, shown, page)


async def identity_proofs(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/{id}/identity_proofs: there are none any more."""
    await request.app[DB].read(visible_account, id_in(request), viewer_id=me(request).id)
    return answers.json([], headers={"Deprecation": NO_PROOFS_SINCE, hdrs.CACHE_CONTROL: "private, no-store"})


async def email_subscriptions(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/email_subscriptions: nobody sends newsletters here."""
    raise NotFound("newsletter")


WRITE, READ = Auth.user("write:accounts"), Auth.user("read:accounts")
ROUTES: Final = (
    Route("POST", "/api/v1/accounts/{id}/endorse", endorse, WRITE),
    Route("POST", "/api/v1/accounts/{id}/unendorse", unendorse, WRITE),
    Route("POST", "/api/v1/accounts/{id}/pin", endorse, WRITE),
    Route("POST", "/api/v1/accounts/{id}/unpin", unendorse, WRITE),
    Route("POST", "/api/v1/accounts/{id}/note", note, WRITE),
    Route("GET", "/api/v1/accounts/{id}/endorsements", endorsed_by, Auth.optional("read:accounts")),
    Route("GET", "/api/v1/endorsements", endorsed, READ),
    Route("GET", "/api/v1/accounts/{id}/identity_proofs", identity_proofs, Auth.user()),
    Route("POST", "/api/v1/accounts/{id}/email_subscriptions", email_subscriptions, Auth.public()),
)

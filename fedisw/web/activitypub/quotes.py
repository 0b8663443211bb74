"""Stamps of ours: that a post may quote another (federation, section 4.12)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.quotes import QuoteState
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, quotes, statuses
from fedisw.vocab.context import with_context
from fedisw.vocab.stamps import Stamp, build_stamp
from fedisw.web.activitypub import access, answering
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route


async def show(request: web.Request) -> web.Response:
    """GET /ap/quotes/{id}: the stamp of a post that quotes one of ours; for whoever may read the quoted one."""
    form, uri = answering.form_of(request), f"{request.app[SETTINGS].origin}/ap/quotes/{request.match_info['id']}"
    found = await request.app[DB].read(_find, uri)
    if found is None:
        raise NotFound("quote", uri)
    quoting, quoted, author = found
    public = await access.admit_to_post(request, quoted.id, quoted.account_id)
    if form is Form.PAGE:
        return answering.to_page(quoted.url)
    stamp = Stamp(id=uri, author=author.uri, quoting=quoting.uri, quoted=quoted.uri)
    return answering.document(with_context(build_stamp(stamp)), form, public=public)


def _find(tx: Tx, uri: str) -> tuple[Status, Status, Account] | None:
    quote = quotes.find_by_stamp(tx, uri)
    if quote is None or quote.state is not QuoteState.ACCEPTED or quote.quoted_id is None:
        return None
    quoted = statuses.get(tx, quote.quoted_id)
    return statuses.get(tx, quote.status_id), quoted, accounts.get(tx, quoted.account_id)


ROUTES: Final = (Route("GET", "/ap/quotes/{id}", show, Auth.signed()),)

"""Stamps of ours: that somebody here may stand in a collection of another server (FEP-7aa9; federation, section 4.12)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.services import features
from fedisw.vocab.context import with_context
from fedisw.vocab.stamps import build_feature
from fedisw.web.activitypub import access, answering
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route

DIGITS: Final = 19  # of an id


async def show(request: web.Request) -> web.Response:
    """GET /ap/features/{id}: nothing once the person does not want to be found any more."""
    form, number = answering.form_of(request), request.match_info["id"]
    readable = number.isascii() and number.isdecimal() and len(number) <= DIGITS
    found = await request.app[DB].read(features.holds, int(number)) if readable else None
    if found is None:
        raise NotFound("consent", number)
    consent, account = found
    public = await access.admit_to_account(request, account.id, reach=account.reach)
    if form is Form.PAGE:
        return answering.to_page(account.url)
    uri = f"{request.app[SETTINGS].origin}{features.STAMPS}{number}"
    document = build_feature(uri, author=account.uri, collection=consent.collection_uri)
    return answering.document(with_context(document), form, public=public)


ROUTES: Final = (Route("GET", "/ap/features/{id}", show, Auth.signed()),)

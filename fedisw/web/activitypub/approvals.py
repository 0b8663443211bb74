"""Stamps of ours: that somebody elsewhere may answer, like or boost a post (federation, section 4.12)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.policies import Interaction
from fedisw.model.quotes import Approval as Verdict
from fedisw.model.statuses import Status
from fedisw.services import policies
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, approvals, marks, statuses
from fedisw.vocab.approvals import Approval, build_approval
from fedisw.vocab.context import with_context
from fedisw.web.activitypub import access, answering
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import DB, SETTINGS
from fedisw.web.routes import Auth, Route

LIKE: Final = "like-"
DIGITS: Final = 19  # of an id


async def show(request: web.Request) -> web.Response:
    """GET /ap/approvals/{id}: the stamp of an answer to, like or boost of a post of ours; for whoever may read that post."""
    form, number = answering.form_of(request), request.match_info["id"]
    uri = f"{request.app[SETTINGS].origin}{policies.STAMPS}{number}"
    found = await request.app[DB].read(_find, uri, number)
    if found is None:
        raise NotFound("approval", uri)
    approval, post = found
    public = await access.admit_to_post(request, post.id, post.account_id)
    if form is Form.PAGE:
        return answering.to_page(post.url)
    return answering.document(with_context(build_approval(approval)), form, public=public)


def _find(tx: Tx, uri: str, number: str) -> tuple[Approval, Status] | None:
    return _like(tx, uri, number.removeprefix(LIKE)) if number.startswith(LIKE) else _post(tx, uri)


def _post(tx: Tx, uri: str) -> tuple[Approval, Status] | None:
    """Of an answer or boost by somebody elsewhere."""
    thing = approvals.find(tx, uri)
    other_id = None if thing is None or thing.local else thing.reblog_of_id or thing.in_reply_to_id
    target = None if other_id is None else statuses.find(tx, other_id)
    if thing is None or target is None or not target.local:
        return None
    kind = "Reply" if thing.reblog_of_id is None else "Announce"
    return _stamp(tx, uri, kind, thing.uri, target), target


def _like(tx: Tx, uri: str, number: str) -> tuple[Approval, Status] | None:
    """A like needs no mark of its own: it stands as long as the policy lets it."""
    like = marks.favourite_by_id(tx, int(number)) if number.isascii() and number.isdecimal() and len(number) <= DIGITS else None
    target = None if like is None else statuses.find(tx, like.status_id)
    if like is None or target is None or not target.local:
        return None
    by = accounts.get(tx, like.account_id)
    if by.local or policies.verdict(tx, target, Interaction.LIKE, by) is not Verdict.AUTOMATIC:
        return None
    return _stamp(tx, uri, "Like", like.uri, target), target


def _stamp(tx: Tx, uri: str, kind: str, interaction: str, target: Status) -> Approval:
    author = accounts.get(tx, target.account_id)
    return Approval(id=uri, kind=kind, author=author.uri, interaction=interaction, target=target.uri)


ROUTES: Final = (Route("GET", "/ap/approvals/{id}", show, Auth.signed()),)

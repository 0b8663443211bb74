"""Complaints (mastodon-api.md, section 2.20)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.live.buckets import REPORTING
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.moderation import Report
from fedisw.model.urls import activity_uri
from fedisw.services import reports
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience, statuses
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, SETTINGS
from fedisw.web.mastodon.context import me, site_of, visible_account
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.report import report_entity
from fedisw.web.mastodon.instance import numbers_of, rules_of
from fedisw.web.mastodon.posts import Eyes, eyes_of
from fedisw.web.routes import Auth, Route

MAX_POSTS: Final = 100


class ReportForm(msgspec.Struct, kw_only=True):
    """What POST takes."""

    account_id: int
    status_ids: list[int] = []
    rule_ids: list[int] = []
    category: str = "other"
    comment: str = ""
    forward: bool = False


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/reports"""
    form = await forms.decode(request, ReportForm)
    known = {int(rule.id) for rule in rules_of(await numbers_of(request))}
    if not set(form.rule_ids) <= known:
        raise Invalid("rule_ids", "does not reference valid rules")
    if len(form.status_ids) > MAX_POSTS:
        raise Invalid("status_ids", f"can't contain more than {MAX_POSTS} items")
    report_id = request.app[NEW_ID]()
    uri = activity_uri(request.app[SETTINGS].origin, report_id)
    made, target = await request.app[DB].write(
        _create, form, own_id=me(request).id, report_id=report_id, uri=uri, eyes=eyes_of(request)
    )
    return answers.json(report_entity(made, target=account_entity(target, site_of(request))))


def _create(tx: Tx, form: ReportForm, *, own_id: int, report_id: int, uri: str, eyes: Eyes) -> tuple[Report, Account]:
    target = visible_account(tx, form.account_id, viewer_id=own_id)
    if target.id == own_id:
        raise Invalid("account", "cannot be your own")
    _check_posts(tx, form, own_id)
    made = reports.report(
        tx,
        account_id=own_id,
        target_id=target.id,
        status_ids=form.status_ids,
        rule_ids=form.rule_ids,
        category=form.category or "other",
        comment=form.comment,
        forward=form.forward,
        report_id=report_id,
        uri=uri,
        now=eyes.now,
    )
    return made, target


def _check_posts(tx: Tx, form: ReportForm, own_id: int) -> None:
    """All posts are of that account, and the reporter has them before their eyes (VIS-2)."""
    theirs = {status.id for status in statuses.by_ids(tx, form.status_ids) if status.account_id == form.account_id}
    if not set(form.status_ids) <= audience.readable(tx, theirs, own_id):
        raise NotFound("status")


ROUTES: Final = (Route("POST", "/api/v1/reports", create, Auth.user("write:reports"), rules=(REPORTING,)),)

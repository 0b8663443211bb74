"""Confirming a mail address, and the page of people who cannot do anything else yet (security AUT-7, AUT-10)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import new_token
from fedisw.i18n import later
from fedisw.live.buckets import MAIL_ADDRESS, MAIL_NETWORK
from fedisw.model.accounts import User
from fedisw.model.errors import Invalid
from fedisw.services import signing_in
from fedisw.tasks.mail_tokens import seal_for_mail
from fedisw.web import answers, forms
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import DB, NOW, SEALER, SETTINGS, caller_of, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.middleware.auth import refusal
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

CONFIRM_PAGE: Final = "/auth/confirm"
WAITING_PAGE: Final = "/auth/waiting"
OLD_LINK: Final = later("This link is too old, or was used already.")


class Proof(msgspec.Struct, kw_only=True):
    token: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /auth/confirm?token=…: where the mailed link leads; programs that look at links confirm nothing."""
    return _confirm_page(request, FormView(), token=request.query.get("token", ""))


async def confirm(request: web.Request) -> web.Response:
    """POST /auth/confirm"""
    token = (await forms.decode(request, Proof)).token
    token_hash = sessions.stored(request.app[SETTINGS], token)
    try:
        user = await request.app[DB].write(signing_in.confirm_address, token_hash=token_hash, now=request.app[NOW]())
    except Invalid:
        problems = {"": translator_of(request).gettext(OLD_LINK)}
        return _confirm_page(request, FormView(problems=problems), status=422)
    return _confirm_page(request, FormView(done=True), user=user)


async def waiting(request: web.Request) -> web.Response:
    """GET /auth/waiting: what somebody waits for."""
    caller = caller_of(request)
    if not refusal(caller.user, caller.account):
        return answers.see_other("/")
    return _waiting_page(request)


async def again(request: web.Request) -> web.Response:
    """POST /auth/waiting: the mail with the link once more."""
    user, token = caller_of(request).user, new_token()
    limits.take(request, MAIL_ADDRESS, user.email)
    await request.app[DB].write(
        signing_in.ask_to_confirm,
        account_id=user.id,
        token_hash=sessions.stored(request.app[SETTINGS], token),
        sealed_token=seal_for_mail(request.app[SEALER], token),
        now=request.app[NOW](),
    )
    return _waiting_page(request, notice=translator_of(request).gettext("The e-mail is on its way."))


def _confirm_page(
    request: web.Request, form: FormView, *, token: str = "", user: User | None = None, status: int = 200
) -> web.Response:
    return page(
        request,
        "auth/confirm.html",
        head=Head(title=translator_of(request).gettext("Confirm your e-mail address")),
        status=status,
        form=form,
        token=token,
        action=CONFIRM_PAGE,
        needs_approval=user is not None and user.approved_at is None,
    )


def _waiting_page(request: web.Request, *, notice: str = "") -> web.Response:
    user = caller_of(request).user
    return page(
        request,
        "auth/waiting.html",
        head=Head(title=translator_of(request).gettext("One moment, please")),
        form=FormView(notice=notice),
        disabled=user.disabled_at is not None or not caller_of(request).account.usable,
        unconfirmed=user.confirmed_at is None,
        email=user.email,
        action=WAITING_PAGE,
    )


ROUTES: Final = (
    Route("GET", CONFIRM_PAGE, show, Auth.visitor()),
    Route("POST", CONFIRM_PAGE, confirm, Auth.visitor(), rules=(MAIL_NETWORK,)),
    Route("GET", WAITING_PAGE, waiting, Auth.session(waiting=True)),
    Route("POST", WAITING_PAGE, again, Auth.session(waiting=True), rules=(MAIL_NETWORK,)),
)

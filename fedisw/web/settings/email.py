"""The section for the mail address: another one counts once its owner has opened the link (security AUT-6..8)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import new_token
from fedisw.i18n import later
from fedisw.live.buckets import MAIL_ADDRESS, MAIL_NETWORK
from fedisw.model.emails import normal_email
from fedisw.model.errors import Invalid
from fedisw.services import addresses
from fedisw.tasks.mail_tokens import seal_for_mail
from fedisw.web import forms
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import DB, NOW, SEALER, SETTINGS, caller_of, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page

KEY: Final = "email"
PAGE: Final = "/settings/email"
CONFIRM_PAGE: Final = "/auth/email"
NOT_AN_ADDRESS: Final = later("This is not an e-mail address that we can write to.")
THE_SAME: Final = later("This is your address already.")
SENT: Final = later("We have sent a link to the new address. It counts once you open the link, within 24 hours.")
OLD_LINK: Final = later("This link is too old, or was used already.")


class Wish(msgspec.Struct, kw_only=True):
    email: str = ""


class Proof(msgspec.Struct, kw_only=True):
    token: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /settings/email"""
    return _form(request, FormView())


async def ask(request: web.Request) -> web.Response:
    """POST /settings/email: the same answer whether or not the new address belongs to somebody (ENU-1)."""
    wish, words, user = await forms.decode(request, Wish), translator_of(request), caller_of(request).user
    try:
        email = normal_email(wish.email[:320])
    except Invalid:
        return _form(request, FormView(values={"email": wish.email}, problems={"email": words.gettext(NOT_AN_ADDRESS)}))
    if email == user.email:
        return _form(request, FormView(values={"email": wish.email}, problems={"email": words.gettext(THE_SAME)}))
    limits.take(request, MAIL_ADDRESS, email)
    token = new_token()
    await request.app[DB].write(
        addresses.ask_to_change,
        account_id=user.id,
        email=email,
        token_hash=sessions.stored(request.app[SETTINGS], token),
        sealed_token=seal_for_mail(request.app[SEALER], token),
        now=request.app[NOW](),
    )
    return _form(request, FormView(notice=words.gettext(SENT)))


async def show_link(request: web.Request) -> web.Response:
    """GET /auth/email?token=…: where the mailed link leads; programs that look at links change nothing."""
    return _confirm_page(request, FormView(), token=request.query.get("token", ""))


async def confirm(request: web.Request) -> web.Response:
    """POST /auth/email"""
    token_hash = sessions.stored(request.app[SETTINGS], (await forms.decode(request, Proof)).token)
    try:
        await request.app[DB].write(addresses.change, token_hash=token_hash, now=request.app[NOW]())
    except Invalid:
        return _confirm_page(request, FormView(problems={"": translator_of(request).gettext(OLD_LINK)}))
    return _confirm_page(request, FormView(done=True))


def _form(request: web.Request, form: FormView) -> web.Response:
    status = 422 if form.problems else 200
    email = caller_of(request).user.email
    return settings_page(request, "settings/email.html", here=KEY, status=status, form=form, action=PAGE, email=email)


def _confirm_page(request: web.Request, form: FormView, *, token: str = "") -> web.Response:
    return page(
        request,
        "settings/email_confirm.html",
        head=Head(title=translator_of(request).gettext("Confirm your new e-mail address")),
        status=422 if form.problems else 200,
        form=form,
        token=token,
        action=CONFIRM_PAGE,
    )


FRESH: Final = Auth.session(recent=True)
ROUTES: Final = (
    Route("GET", PAGE, show, FRESH),
    Route("POST", PAGE, ask, FRESH, rules=(MAIL_NETWORK,)),
    Route("GET", CONFIRM_PAGE, show_link, Auth.visitor()),
    Route("POST", CONFIRM_PAGE, confirm, Auth.visitor(), rules=(MAIL_NETWORK,)),
)

"""Joining by an application, and confirming the mail address there (mastodon-api.md, sections 2.2 and 2.3)."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import new_token
from fedisw.live.buckets import MAIL_ADDRESS, MAIL_NETWORK, SIGN_UP
from fedisw.model.emails import normal_email
from fedisw.model.errors import Forbidden, Invalid
from fedisw.services import oauth, signing_in
from fedisw.tasks.mail_tokens import seal_for_mail
from fedisw.web import answers, forms, joining
from fedisw.web.joining import Newcomer
from fedisw.web.keys import BEARER, CALLER, DB, NEW_ID, NOW, SEALER, SETTINGS
from fedisw.web.middleware import limits, sessions
from fedisw.web.routes import Auth, Route

BEARER_TYPE: Final = "Bearer"
OTHER_APP: Final = "This method is only available to the application the user originally signed-up with"
NOT_WAITING: Final = "This method is only available while the e-mail is awaiting confirmation"


class SignUpForm(msgspec.Struct, kw_only=True):
    """What somebody says who wants to join; `date_of_birth` as YYYY-MM-DD."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = ""
    reason: str = ""
    date_of_birth: str = ""


class EmailForm(msgspec.Struct, kw_only=True):
    """A corrected address."""

    email: str = ""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What the application calls with from now on; `created_at` in seconds since 1970."""

    access_token: str
    scope: str
    created_at: int
    token_type: str = BEARER_TYPE


async def sign_up(request: web.Request) -> web.Response:
    """POST /api/v1/accounts: the same answer whether or not the mail address is known (ENU-1)."""
    form, bearer = await forms.decode(request, SignUpForm), request[BEARER]
    account = await joining.join(request, _newcomer(form), app_id=bearer.app.id)
    if account is None:
        raise Forbidden(joining.CLOSED)
    text, settings = new_token(), request.app[SETTINGS]
    token = await request.app[DB].write(
        oauth.issue_token,
        app=bearer.app,
        account_id=account.id,
        wanted=bearer.token.scopes,
        token_id=request.app[NEW_ID](),
        token_hash=sessions.stored(settings, text),
        now=request.app[NOW](),
    )
    return answers.json(Token(access_token=text, scope=token.scopes, created_at=int(token.created_at.timestamp())))


def _newcomer(form: SignUpForm) -> Newcomer:
    return Newcomer(
        username=form.username,
        email=form.email,
        password=form.password,
        reason=form.reason,
        agreement=form.agreement,
        locale=form.locale.partition("-")[0].lower(),
        date_of_birth=_day(form.date_of_birth),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise Invalid("date_of_birth", "is invalid") from error


async def is_confirmed(request: web.Request) -> web.Response:
    """GET /api/v1/emails/check_confirmation"""
    return answers.json(request[CALLER].user.confirmed_at is not None)


async def confirm_again(request: web.Request) -> web.Response:
    """POST /api/v1/emails/confirmations: the mail once more, to a corrected address where one is given."""
    form, caller = await forms.decode(request, EmailForm), request[CALLER]
    if caller.user.app_id is None or caller.user.app_id != request[BEARER].app.id:
        raise Forbidden(OTHER_APP)
    if caller.user.confirmed_at is not None:
        raise Forbidden(NOT_WAITING)
    email = normal_email(form.email) if form.email.strip() else ""
    limits.take(request, MAIL_ADDRESS, email or caller.user.email)
    token = new_token()
    await request.app[DB].write(
        signing_in.ask_to_confirm,
        account_id=caller.user.id,
        token_hash=sessions.stored(request.app[SETTINGS], token),
        sealed_token=seal_for_mail(request.app[SEALER], token),
        email=email,
        now=request.app[NOW](),
    )
    return answers.json({})


ROUTES: Final = (
    Route("POST", "/api/v1/accounts", sign_up, Auth.app("write:accounts"), rules=(SIGN_UP,)),
    Route("GET", "/api/v1/emails/check_confirmation", is_confirmed, Auth.user("read:accounts", waiting=True)),
    Route(
        "POST",
        "/api/v1/emails/confirmations",
        confirm_again,
        Auth.user("write:accounts", waiting=True),
        rules=(MAIL_NETWORK,),
    ),
)

"""Signing in and out (security AUT-1..3, AUT-10, SES-1)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.i18n import later
from fedisw.live.buckets import SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_HOUR, SIGN_IN_NETWORK
from fedisw.model.accounts import Account, User
from fedisw.model.oauth import Session
from fedisw.services import factors, signing_in
from fedisw.web import answers, asking, forms
from fedisw.web.auth import device, entering, passkeys, second_step
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import BUCKETS, CALLER, DB, PASSWORDS, SETTINGS, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.middleware.headers import content_policy
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

WRONG: Final = later("This name or address and this password do not belong together.")
ATTEMPTS: Final = (SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_HOUR)


class SignIn(msgspec.Struct, kw_only=True):
    email: str = ""
    password: str = ""
    next: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /auth/sign_in"""
    place = answers.local_path(request.query.get("next", ""))
    if CALLER in request and "again" not in request.query:
        return answers.see_other(place)
    return await _form(request, SignIn(next=place))


async def submit(request: web.Request) -> web.Response:
    """POST /auth/sign_in: the same answer and the same work whoever exists (AUT-2)."""
    form = await forms.decode(request, SignIn)
    found = await request.app[DB].read(signing_in.find_login, form.email[:320])
    bucket = _bucket(request, form.email, found)
    for rule in ATTEMPTS:
        limits.take(request, rule, bucket)
    user = found[0] if found is not None else None
    right = await request.app[PASSWORDS].is_right(form.password, stored=user.password_hash if user is not None else None)
    if not right or found is None:
        return await _form(request, form, problem=WRONG)
    for rule in ATTEMPTS:
        request.app[BUCKETS].forget(rule, bucket)
    return await _welcome(request, form, *found)


async def sign_out(request: web.Request) -> web.Response:
    """POST /auth/sign_out: the session ends on the server, not only in the browser."""
    session: Session | None = request.get(sessions.SESSION)
    if session is not None:
        await request.app[DB].write(signing_in.end_session, token_hash=session.token_hash)
    response = answers.see_other("/")
    sessions.clear_cookie(request, response)
    return response


async def _welcome(request: web.Request, form: SignIn, user: User, account: Account) -> web.Response:
    """On to where the person wanted to go, past the second factor and what else has to be done first."""
    if (await request.app[DB].read(factors.of_account, account_id=user.id)).any:
        return await second_step.begin(request, user, place=answers.local_path(form.next))
    return await entering.let_in(request, user, place=entering.place_for(form.next, user, account), password=form.password)


def _bucket(request: web.Request, name: str, found: tuple[User, Account] | None) -> str:
    if found is None:
        return f"name:{name.strip().lower()[:320]}"
    number = device.known(request, found[1].id)
    return f"device:{number}" if number else f"account:{found[1].id}"


async def _form(request: web.Request, form: SignIn, *, problem: str = "") -> web.Response:
    words, settings = translator_of(request), request.app[SETTINGS]
    place = answers.local_path(form.next)
    asked = await asking.on_the_way(request, place)
    targets = (asked.form_target,) if asked is not None and asked.form_target else ()
    return page(
        request,
        "auth/signin.html",
        head=Head(title=words.gettext("Sign in")),
        status=422 if problem else 200,
        headers={"Content-Security-Policy": content_policy(settings, form_targets=targets)},
        form=FormView(values={"email": form.email}, problems={"": words.gettext(problem)} if problem else {}),
        next=place,
        app_name=asked.app.name if asked is not None else "",
        passkey=passkeys.question_for(request, place),
    )


ROUTES: Final = (
    Route("GET", "/auth/sign_in", show, Auth.visitor()),
    Route("POST", "/auth/sign_in", submit, Auth.visitor(), rules=(SIGN_IN_NETWORK,)),
    Route("POST", "/auth/sign_out", sign_out, Auth.visitor()),
)

"""Passwords: changed by their owner, forced after a one-time one, forgotten and set anew (security AUT-6, AUT-7, AUT-9)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto import passwords
from fedisw.crypto.tokens import new_token
from fedisw.i18n import later
from fedisw.live.buckets import MAIL_ADDRESS, MAIL_NETWORK, SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_HOUR, SIGN_IN_NETWORK
from fedisw.model.errors import Invalid
from fedisw.services import signing_in
from fedisw.tasks.mail_tokens import seal_for_mail
from fedisw.web import answers, forms
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import DB, NOW, PASSWORDS, SEALER, SETTINGS, caller_of, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.middleware.auth import CHOOSE_PAGE
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

FORGOTTEN_PAGE: Final = "/auth/password/forgotten"
RESET_PAGE: Final = "/auth/password/reset"
SIGN_IN_PAGE: Final = "/auth/sign_in"
NOT_THE_SAME: Final = later("The two new passwords are not the same.")
NOT_RIGHT: Final = later("The current password is not right.")
SAME_AS_BEFORE: Final = later("Please choose another one than before.")
OLD_LINK: Final = later("This link is too old, or was used already. You can ask for a new one.")
PROBLEMS: Final = {
    "ERR_TOO_SHORT": later("The new password needs at least 10 characters."),
    "ERR_TOO_LONG": later("The new password may have at most 256 characters."),
    "ERR_COMMON": later("This password is one of the first that others would try."),
}


class Change(msgspec.Struct, kw_only=True):
    current_password: str = ""
    password: str = ""
    password_again: str = ""
    token: str = ""
    next: str = ""


class Ask(msgspec.Struct, kw_only=True):
    email: str = ""


def problem_of(form: Change) -> tuple[str, str] | None:
    """Field and sentence of what is wrong with a new password."""
    try:
        passwords.check_new(form.password)
    except Invalid as error:
        return "password", PROBLEMS.get(error.code, error.problem)
    if form.password != form.password_again:
        return "password_again", NOT_THE_SAME
    return ("password", SAME_AS_BEFORE) if form.password == form.current_password else None


async def well_known(_request: web.Request) -> web.Response:
    """GET /.well-known/change-password: where programs that keep passwords send people."""
    return answers.see_other(CHOOSE_PAGE)


async def show(request: web.Request) -> web.Response:
    """GET /auth/password"""
    return _change_form(request, Change(next=answers.local_path(request.query.get("next", ""))))


async def change(request: web.Request) -> web.Response:
    """POST /auth/password: all other devices and apps are signed out (AUT-9)."""
    form, caller = await forms.decode(request, Change), caller_of(request)
    for rule in (SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_HOUR):
        limits.take(request, rule, f"password:{caller.account.id}")
    if not await request.app[PASSWORDS].is_right(form.current_password, stored=caller.user.password_hash):
        return _change_form(request, form, problem=("current_password", NOT_RIGHT))
    problem = problem_of(form)
    if problem is not None:
        return _change_form(request, form, problem=problem)
    await request.app[DB].write(
        signing_in.change_password,
        account_id=caller.account.id,
        password_hash=await request.app[PASSWORDS].hash(form.password),
        keep_session=caller.session.id if caller.session is not None else 0,
    )
    return answers.see_other(answers.local_path(form.next))


async def show_forgotten(request: web.Request) -> web.Response:
    """GET /auth/password/forgotten"""
    return _ask_form(request, FormView())


async def forgotten(request: web.Request) -> web.Response:
    """POST /auth/password/forgotten: the same answer whoever exists (ENU-1)."""
    email = (await forms.decode(request, Ask)).email.strip().lower()[:320]
    limits.take(request, MAIL_ADDRESS, email)
    token = new_token()
    await request.app[DB].write(
        signing_in.ask_for_reset,
        email=email,
        sealed_token=seal_for_mail(request.app[SEALER], token),
        token_hash=sessions.stored(request.app[SETTINGS], token),
        now=request.app[NOW](),
    )
    return _ask_form(request, FormView(done=True))


async def show_reset(request: web.Request) -> web.Response:
    """GET /auth/password/reset?token=…: where the mailed link leads; looking at it uses nothing up."""
    return _change_form(request, Change(token=request.query.get("token", "")))


async def reset(request: web.Request) -> web.Response:
    """POST /auth/password/reset"""
    form = await forms.decode(request, Change)
    problem = problem_of(form)
    if problem is not None:
        return _change_form(request, form, problem=problem)
    token_hash, now = sessions.stored(request.app[SETTINGS], form.token), request.app[NOW]()
    try:
        await request.app[DB].read(signing_in.person_of_reset, token_hash=token_hash, now=now)
        hashed = await request.app[PASSWORDS].hash(form.password)
        await request.app[DB].write(signing_in.reset_password, token_hash=token_hash, password_hash=hashed, now=now)
    except Invalid:
        return _ask_form(request, FormView(problems={"": translator_of(request).gettext(OLD_LINK)}), status=422)
    return answers.see_other(SIGN_IN_PAGE)


def _change_form(request: web.Request, form: Change, *, problem: tuple[str, str] | None = None) -> web.Response:
    words = translator_of(request)
    forced = not form.token and caller_of(request).user.must_change_password
    return page(
        request,
        "auth/password.html",
        head=Head(title=words.gettext("Choose a new password")),
        status=422 if problem is not None else 200,
        form=FormView(problems={} if problem is None else {problem[0]: words.gettext(problem[1])}),
        step="forced" if forced else "change",
        action=RESET_PAGE if form.token else CHOOSE_PAGE,
        token=form.token,
        next=form.next,
    )


def _ask_form(request: web.Request, form: FormView, *, status: int = 200) -> web.Response:
    head = Head(title=translator_of(request).gettext("Password forgotten?"))
    return page(request, "auth/password.html", head=head, status=status, form=form, step="ask", action=FORGOTTEN_PAGE)


ROUTES: Final = (
    Route("GET", CHOOSE_PAGE, show, Auth.session(waiting=True)),
    Route("POST", CHOOSE_PAGE, change, Auth.session(waiting=True)),
    Route("GET", FORGOTTEN_PAGE, show_forgotten, Auth.visitor()),
    Route("POST", FORGOTTEN_PAGE, forgotten, Auth.visitor(), rules=(MAIL_NETWORK,)),
    Route("GET", RESET_PAGE, show_reset, Auth.visitor()),
    Route("POST", RESET_PAGE, reset, Auth.visitor(), rules=(SIGN_IN_NETWORK,)),
    Route("GET", "/.well-known/change-password", well_known, Auth.public()),
)

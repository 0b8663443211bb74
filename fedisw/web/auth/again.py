"""The password once more, before something that cannot be taken back (security AUT-6)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.i18n import later
from fedisw.live.buckets import SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_HOUR
from fedisw.web import answers, forms
from fedisw.web.auth import entering, passkeys
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import PASSWORDS, caller_of, translator_of
from fedisw.web.middleware import limits
from fedisw.web.middleware.auth import AGAIN_PAGE
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

NOT_RIGHT: Final = later("This is not your password.")


class Again(msgspec.Struct, kw_only=True):
    password: str = ""
    next: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /auth/again"""
    return _form(request, Again(next=request.query.get("next", "")))


async def submit(request: web.Request) -> web.Response:
    """POST /auth/again: a fresh session in place of the old one (SES-1), and on."""
    form, caller = await forms.decode(request, Again), caller_of(request)
    for rule in (SIGN_IN_ACCOUNT, SIGN_IN_ACCOUNT_HOUR):
        limits.take(request, rule, f"password:{caller.account.id}")
    if not await request.app[PASSWORDS].is_right(form.password, stored=caller.user.password_hash):
        return _form(request, form, problem=NOT_RIGHT)
    session = caller.session
    factor_at = session.factor_at if session is not None else None
    place = answers.local_path(form.next)
    return await entering.let_in(request, caller.user, place=place, password=form.password, factor_at=factor_at)


def _form(request: web.Request, form: Again, *, problem: str = "") -> web.Response:
    words = translator_of(request)
    return page(
        request,
        "auth/again.html",
        head=Head(title=words.gettext("Is it you?")),
        status=422 if problem else 200,
        form=FormView(problems={"password": words.gettext(problem)} if problem else {}),
        next=answers.local_path(form.next),
        action=AGAIN_PAGE,
        passkey=passkeys.question_for(request, answers.local_path(form.next)),
    )


ROUTES: Final = (
    Route("GET", AGAIN_PAGE, show, Auth.session(waiting=True)),
    Route("POST", AGAIN_PAGE, submit, Auth.session(waiting=True)),
)

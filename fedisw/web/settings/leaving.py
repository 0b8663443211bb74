"""Deleting the own account (security PRI-2, AUT-6)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.i18n import later
from fedisw.live.buckets import SIGN_IN_ACCOUNT
from fedisw.model.errors import Conflict
from fedisw.services import people
from fedisw.web import answers, forms
from fedisw.web.frame import FormView
from fedisw.web.keys import DB, NOW, PASSWORDS, caller_of, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page

PAGE: Final = "/settings/leaving"
NOT_THE_NAME: Final = later("Please write the name of your account to say that you mean it.")
NOT_RIGHT: Final = later("This is not your password.")
LAST_OWNER: Final = later("You are the last owner of this server. Make somebody else owner first.")


class LeavingForm(msgspec.Struct, kw_only=True):
    """Name and password, both to be typed anew."""

    username: str = ""
    password: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /settings/leaving"""
    return _page(request, FormView())


async def leave(request: web.Request) -> web.Response:
    """POST /settings/leaving: hidden at once, told to every server that got something, removed in the background."""
    form, caller = await forms.decode(request, LeavingForm), caller_of(request)
    if form.username.strip().removeprefix("@").lower() != caller.account.username.lower():
        return _page(request, _problem(request, "username", NOT_THE_NAME), status=422)
    limits.take(request, SIGN_IN_ACCOUNT, f"password:{caller.account.id}")
    if not await request.app[PASSWORDS].is_right(form.password, stored=caller.user.password_hash):
        return _page(request, _problem(request, "password", NOT_RIGHT), status=422)
    try:
        await request.app[DB].write(people.delete, name=caller.account.username, now=request.app[NOW]())
    except Conflict:
        return _page(request, _problem(request, "", LAST_OWNER), status=422)
    response = answers.see_other("/")
    sessions.clear_cookie(request, response)
    return response


def _problem(request: web.Request, field: str, text: str) -> FormView:
    return FormView(problems={field: translator_of(request).gettext(text)})


def _page(request: web.Request, form: FormView, *, status: int = 200) -> web.Response:
    return settings_page(request, "settings/leaving.html", here="leaving", status=status, form=form)


ROUTES: Final = (
    Route("GET", PAGE, show, Auth.session()),
    Route("POST", PAGE, leave, Auth.session(recent=True)),
)

"""The page to join (security AUT-12)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.config import RegistrationMode
from fedisw.i18n import later
from fedisw.live.buckets import SIGN_UP
from fedisw.model.errors import Invalid
from fedisw.web import answers, forms, joining
from fedisw.web.frame import FormView, Head
from fedisw.web.house_rules import starting_rules
from fedisw.web.joining import Newcomer
from fedisw.web.keys import CALLER, translator_of
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

WORDS: Final = {
    ("username", "ERR_BLANK"): later("Please choose a name."),
    ("username", "ERR_TOO_LONG"): later("The name may have at most 30 characters."),
    ("username", "ERR_INVALID"): later("The name may hold only the letters a to z, digits and underscores."),
    ("username", "ERR_RESERVED"): later("This name is kept for the server. Please choose another one."),
    ("username", "ERR_TAKEN"): later("This name is taken. Please choose another one."),
    ("email", "ERR_BLANK"): later("Please tell us your e-mail address."),
    ("email", "ERR_INVALID"): later("This is not an e-mail address that we can write to."),
    ("email", "ERR_TOO_LONG"): later("This is not an e-mail address that we can write to."),
    ("password", "ERR_TOO_SHORT"): later("The password needs at least 10 characters."),
    ("password", "ERR_TOO_LONG"): later("The password may have at most 256 characters."),
    ("password", "ERR_COMMON"): later("This password is one of the first that others would try."),
    ("reason", "ERR_BLANK"): later("Please tell us in a sentence or two what you do."),
    ("reason", "ERR_TOO_LONG"): later("Please say it in at most 1,000 characters."),
    ("agreement", "ERR_ACCEPTED"): later("Please agree to the rules; without them it does not work."),
    ("date_of_birth", "ERR_BLANK"): later("Please tell us your date of birth."),
    ("date_of_birth", "ERR_BELOW_LIMIT"): later("You are too young to join this server."),
}


async def show(request: web.Request) -> web.Response:
    """GET /auth/sign_up"""
    return answers.see_other("/") if CALLER in request else await _form(request, FormView())


async def submit(request: web.Request) -> web.Response:
    """POST /auth/sign_up: the same answer whether or not the mail address is known (ENU-1)."""
    newcomer = await forms.decode(request, Newcomer)
    try:
        await joining.join(request, msgspec.structs.replace(newcomer, locale=translator_of(request).language))
    except Invalid as error:
        translate = translator_of(request).gettext
        found = (error, *error.others)
        problems = {one.field: translate(WORDS.get((one.field, one.code), one.problem)) for one in found}
        values = {"username": newcomer.username, "email": newcomer.email, "reason": newcomer.reason}
        return await _form(request, FormView(values=values, problems=problems), status=422)
    return await _form(request, FormView(done=True))


async def _form(request: web.Request, form: FormView, *, status: int = 200) -> web.Response:
    settings = await joining.settings_of(request)
    return page(
        request,
        "auth/signup.html",
        head=Head(title=translator_of(request).gettext("Join %(server)s", server=settings.instance.name)),
        status=status,
        form=form,
        domain=settings.account_domain,
        min_age=settings.registrations.min_age or "",
        needs_approval=settings.registrations.mode is RegistrationMode.APPROVAL,
        rule_list=starting_rules(translator_of(request)),
    )


ROUTES: Final = (
    Route("GET", "/auth/sign_up", show, Auth.visitor()),
    Route("POST", "/auth/sign_up", submit, Auth.visitor(), rules=(SIGN_UP,)),
)

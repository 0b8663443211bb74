"""The question to the person: may this application use your account? (security OAU-1..4, OAU-10)"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import new_token
from fedisw.model.accounts import STAFF
from fedisw.model.factors import Factors
from fedisw.model.oauth import Code
from fedisw.services import factors, oauth
from fedisw.web import answers, asking, forms
from fedisw.web.frame import Head
from fedisw.web.keys import DB, NOW, SETTINGS, caller_of, translator_of
from fedisw.web.middleware import sessions
from fedisw.web.middleware.auth import GoTo
from fedisw.web.middleware.headers import content_policy
from fedisw.web.oauth.words import in_words
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

FACTORS_PAGE: Final = "/settings/factors"
SIGN_IN_AGAIN: Final = "/auth/sign_in?again=1&next="


class Decision(msgspec.Struct, kw_only=True):
    decision: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /oauth/authorize"""
    query = await forms.decode(request, asking.Query)
    if query.force_login:
        return answers.see_other(SIGN_IN_AGAIN + quote(_without_force(request), safe=""))
    try:
        asked = await asking.read(request, query)
        await _check_staff(request, asked)
    except asking.Refused as refused:
        return answers.see_other(refused.location)
    return _question(request, asked)


async def decide(request: web.Request) -> web.Response:
    """POST /oauth/authorize: everything is checked again, the form is only paper."""
    query, decision = await forms.decode(request, asking.Query), await forms.decode(request, Decision)
    try:
        asked = await asking.read(request, query)
        await _check_staff(request, asked)
    except asking.Refused as refused:
        return answers.see_other(refused.location)
    if decision.decision != "allow":
        said = "The resource owner or authorization server denied the request."
        return answers.see_other("/" if asked.shows_code else asked.location(error="access_denied", error_description=said))
    code = await _new_code(request, asked)
    if asked.shows_code:
        head = Head(title=translator_of(request).gettext("Your code"))
        return page(request, "oauth/code.html", head=head, code=code, app_name=asked.app.name)
    return answers.see_other(asked.location(code=code))


async def _new_code(request: web.Request, asked: asking.Request) -> str:
    code = new_token()
    row = Code(
        code_hash=sessions.stored(request.app[SETTINGS], code),
        app_id=asked.app.id,
        account_id=caller_of(request).account.id,
        redirect_uri=asked.redirect_uri,
        scopes=" ".join(asked.scopes),
        challenge=asked.query.code_challenge,
        created_at=request.app[NOW](),
    )
    await request.app[DB].write(oauth.issue_code, code=row)
    return code


async def _check_staff(request: web.Request, asked: asking.Request) -> None:
    """`admin:` scopes are for staff who signed in with a second factor (AUT-14, OAU-7).

    Raises:
        Refused: the person is no staff.
        GoTo: they are, and set a second factor up first, or sign in with it.
    """
    if not any(scope.startswith("admin:") for scope in asked.scopes):
        return
    caller = caller_of(request)
    if caller.user.role not in STAFF:
        said = "Staff scopes are for the people who run this server."
        raise asking.Refused(asked.location(error="invalid_scope", error_description=said))
    if caller.session is not None and caller.session.factor_at is not None:
        return
    known: Factors = await request.app[DB].read(factors.of_account, account_id=caller.account.id)
    raise GoTo(SIGN_IN_AGAIN + quote(_without_force(request), safe="") if known.any else FACTORS_PAGE)


def _question(request: web.Request, asked: asking.Request) -> web.Response:
    words, settings = translator_of(request), request.app[SETTINGS]
    targets = (asked.form_target,) if asked.form_target else ()
    parts = urlsplit(asked.redirect_uri)
    return page(
        request,
        "oauth/consent.html",
        head=Head(title=words.gettext("Let %(app)s use your account?", app=asked.app.name)),
        headers={"Content-Security-Policy": content_policy(settings, form_targets=targets)},
        app_name=asked.app.name,
        scope_words=in_words(asked.scopes, words),
        redirect_host="" if asked.shows_code else parts.hostname or f"{parts.scheme}:",
        hidden=asked.hidden,
    )


def _without_force(request: web.Request) -> str:
    kept = [(name, value) for name, value in request.query.items() if name != "force_login"]
    return str(request.rel_url.with_query(kept))


ROUTES: Final = (
    Route("GET", asking.PATH, show, Auth.session()),
    Route("POST", asking.PATH, decide, Auth.session()),
)

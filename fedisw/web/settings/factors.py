"""The section in which people protect their sign-in by a second factor (security AUT-4, AUT-6, AUT-14)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Final, Literal

import msgspec
from aiohttp import web

from fedisw.crypto import otp
from fedisw.i18n import later
from fedisw.live.buckets import SECOND_FACTOR
from fedisw.model.accounts import STAFF
from fedisw.model.errors import Invalid
from fedisw.model.factors import Factors, Totp
from fedisw.services import factors, signing_in
from fedisw.text import qr
from fedisw.web import answers, forms
from fedisw.web.frame import FormView
from fedisw.web.keys import DB, NOW, SETTINGS, caller_of, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.passkeys import site_of
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page
from fedisw.web.totps import sealed_in_form, sealed_secret

KEY: Final = "factors"
PAGE: Final = "/settings/factors"
APP_PAGE: Final = f"{PAGE}/app"
WRONG: Final = later("This code is not right. Apps show a new one every 30 seconds; please type the one that you see now.")
OLD: Final = later("This page has grown old. Please begin again.")
FRESH: Final = Auth.session(recent=True)


class Change(msgspec.Struct, kw_only=True):
    what: Literal["remove_app", "remove_passkey", "codes"]
    id: int = 0


class Setup(msgspec.Struct, kw_only=True):
    code: str = ""
    setup: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /settings/factors"""
    caller = caller_of(request)
    known: Factors = await request.app[DB].read(factors.of_account, account_id=caller.account.id)
    return settings_page(
        request,
        "settings/factors.html",
        here=KEY,
        factors=known,
        passkeys_work=site_of(request.app[SETTINGS]) is not None,
        staff=caller.user.role in STAFF,
    )


async def change(request: web.Request) -> web.Response:
    """POST /settings/factors: something is taken away, or the recovery codes are made anew."""
    form, account = await forms.decode(request, Change), caller_of(request).account
    db = request.app[DB]
    match form.what:
        case "remove_app":
            await db.write(factors.remove_totp, account_id=account.id)
        case "remove_passkey":
            await db.write(factors.remove_passkey, account_id=account.id, passkey_id=form.id)
        case "codes":
            codes = otp.new_recovery_codes()
            await db.write(factors.renew_codes, account_id=account.id, code_hashes=hashed(request, codes), now=request.app[NOW]())
            return codes_page(request, codes)
    return answers.see_other(PAGE)


async def show_app(request: web.Request) -> web.Response:
    """GET /settings/factors/app: a new secret, which counts only when the app has shown a code of it."""
    return _app_form(request, otp.new_secret())


async def add_app(request: web.Request) -> web.Response:
    """POST /settings/factors/app"""
    form, account, now = await forms.decode(request, Setup), caller_of(request).account, request.app[NOW]()
    limits.take(request, SECOND_FACTOR, account.id)
    try:
        secret = sealed_in_form(request.app, account.id, form.setup)
    except Invalid:
        return _app_form(request, otp.new_secret(), problem=OLD)
    step = otp.step_of(form.code, secret=secret, now=now)
    if step is None:
        return _app_form(request, secret, problem=WRONG)
    totp = Totp(
        account_id=account.id, secret_sealed=sealed_secret(request.app, account.id, secret), created_at=now, last_step=step
    )
    codes = otp.new_recovery_codes()
    stored = await request.app[DB].write(factors.add_totp, totp=totp, code_hashes=hashed(request, codes), now=now)
    await prove_session(request)
    return codes_page(request, codes) if stored else answers.see_other(PAGE)


def hashed(request: web.Request, codes: list[str]) -> list[bytes]:
    """What is stored of recovery codes."""
    return [sessions.stored(request.app[SETTINGS], otp.plain_recovery_code(code)) for code in codes]


def codes_page(request: web.Request, codes: list[str]) -> web.Response:
    """The recovery codes, which are shown this once."""
    title = translator_of(request).gettext("Your recovery codes")
    return settings_page(request, "settings/codes.html", here=KEY, title=title, codes=codes)


async def prove_session(request: web.Request) -> None:
    """This browser has just shown a second factor."""
    session = caller_of(request).session
    if session is not None:
        await request.app[DB].write(signing_in.prove_session, session_id=session.id, now=request.app[NOW]())


def _app_form(request: web.Request, secret: str, *, problem: str = "") -> web.Response:
    words, settings, account = translator_of(request), request.app[SETTINGS], caller_of(request).account
    handle = f"@{account.username}@{settings.account_domain}"
    link = otp.link(secret, account=handle, issuer=settings.instance.name)
    return settings_page(
        request,
        "settings/app.html",
        here=KEY,
        title=words.gettext("Add an authenticator app"),
        status=422 if problem else 200,
        form=FormView(problems={"code": words.gettext(problem)} if problem else {}),
        action=APP_PAGE,
        picture=qr.picture(link),
        link=link,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        setup=urlsafe_b64encode(sealed_secret(request.app, account.id, secret)).decode("ascii"),
    )


ROUTES: Final = (
    Route("GET", PAGE, show, FRESH),
    Route("POST", PAGE, change, FRESH),
    Route("GET", APP_PAGE, show_app, FRESH),
    Route("POST", APP_PAGE, add_app, FRESH),
)

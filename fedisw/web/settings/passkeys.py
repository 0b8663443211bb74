"""The page on which a browser makes a passkey; it needs a script, so the section works without it (security AUT-4, AUT-6)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto import otp, passkeys
from fedisw.i18n import later
from fedisw.model.errors import Conflict, Invalid, NotFound
from fedisw.model.factors import Factors, Passkey
from fedisw.services import factors
from fedisw.text.names import clean_name
from fedisw.web import answers, forms
from fedisw.web.frame import FormView
from fedisw.web.keys import DB, NEW_ID, NOW, SETTINGS, caller_of, translator_of
from fedisw.web.passkeys import challenge_key, person_number, site_of
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.factors import KEY, codes_page, hashed, prove_session
from fedisw.web.settings.factors import PAGE as SECTION
from fedisw.web.settings.places import settings_page

PAGE: Final = f"{SECTION}/passkey"
MAX_NAME: Final = 60  # characters
UNNAMED: Final = later("Passkey")
WRONG: Final = later("That did not work. Please try again.")
FRESH: Final = Auth.session(recent=True)


class New(msgspec.Struct, kw_only=True):
    name: str = ""
    challenge: str = ""
    credential: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /settings/factors/passkey"""
    return await _form(request)


async def add(request: web.Request) -> web.Response:
    """POST /settings/factors/passkey"""
    form = await forms.decode(request, New)
    codes = otp.new_recovery_codes()
    try:
        stored = await _store(request, form, codes)
    except (Invalid, Conflict):
        return await _form(request, problem=WRONG)
    await prove_session(request)
    return codes_page(request, codes) if stored else answers.see_other(SECTION)


async def _store(request: web.Request, form: New, codes: list[str]) -> bool:
    settings, account, now = request.app[SETTINGS], caller_of(request).account, request.app[NOW]()
    site, challenge = _site(request), passkeys.decode(form.challenge)
    if not passkeys.is_ours(challenge, _purpose(account.id), key=challenge_key(settings), now=now):
        raise Invalid("challenge", WRONG)
    made = passkeys.check_new(form.credential, challenge=challenge, site=site)
    passkey = Passkey(
        id=request.app[NEW_ID](),
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=clean_name(form.name)[:MAX_NAME] or translator_of(request).gettext(UNNAMED),
        created_at=now,
    )
    return await request.app[DB].write(
        factors.add_passkey, passkey=passkey, challenge=challenge, code_hashes=hashed(request, codes), now=now
    )


async def _form(request: web.Request, *, problem: str = "") -> web.Response:
    words, settings, account = translator_of(request), request.app[SETTINGS], caller_of(request).account
    known: Factors = await request.app[DB].read(factors.of_account, account_id=account.id)
    challenge = passkeys.new_challenge(_purpose(account.id), key=challenge_key(settings), now=request.app[NOW]())
    options = passkeys.invitation(
        challenge,
        site=_site(request),
        person=person_number(settings, account.id),
        name=f"@{account.username}@{settings.account_domain}",
        shown=account.display_name or account.username,
        known=[passkey.credential_id for passkey in known.passkeys],
    )
    return settings_page(
        request,
        "settings/passkey.html",
        here=KEY,
        title=words.gettext("Add a passkey"),
        status=422 if problem else 200,
        form=FormView(problems={"": words.gettext(problem)} if problem else {}),
        action=PAGE,
        options=options,
        challenge=passkeys.encode(challenge),
    )


def _site(request: web.Request) -> passkeys.Site:
    site = site_of(request.app[SETTINGS])
    if site is None:
        raise NotFound("page", PAGE)
    return site


def _purpose(account_id: int) -> str:
    return f"add {account_id}"


ROUTES: Final = (Route("GET", PAGE, show, FRESH), Route("POST", PAGE, add, FRESH))

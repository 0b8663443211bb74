"""Signing in with a passkey: it is device and person in one, so it needs no password (security AUT-4, AUT-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto import passkeys
from fedisw.i18n import later
from fedisw.live.buckets import SIGN_IN_NETWORK
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Invalid
from fedisw.model.factors import Passkey
from fedisw.services import factors
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
from fedisw.storage.queries import factors as rows
from fedisw.web import answers, forms
from fedisw.web.auth import between, entering
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import DB, NOW, SETTINGS, translator_of
from fedisw.web.passkeys import challenge_key, site_of
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

PAGE: Final = "/auth/passkey"
WRONG: Final = later("The passkey did not work. You can try again, or use your password.")


class Proof(msgspec.Struct, kw_only=True):
    challenge: str = ""
    credential: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the button for a passkey needs; `options` is JSON for the browser."""

    options: str
    challenge: str
    next: str
    action: str = PAGE


def question_for(request: web.Request, place: str, *, allowed: Iterable[bytes] = ()) -> Question | None:
    """The question for a page from which somebody can go on with a passkey; None where passkeys cannot work."""
    site = site_of(request.app[SETTINGS])
    if site is None:
        return None
    challenge = passkeys.new_challenge(passkeys.ENTER, key=challenge_key(request.app[SETTINGS]), now=request.app[NOW]())
    asked = passkeys.question(challenge, site=site, allowed=allowed)
    return Question(options=asked, challenge=passkeys.encode(challenge), next=place)


async def submit(request: web.Request) -> web.Response:
    """POST /auth/passkey: the same answer whatever is wrong."""
    form = await forms.decode(request, Proof)
    try:
        user, account = await _prove(request, form)
    except Invalid:
        return _refused(request, form)
    place, now = entering.place_for(form.next, user, account), request.app[NOW]()
    response = await entering.let_in(request, user, place=place, factor_at=now)
    between.clear_cookie(request, response)
    return response


async def _prove(request: web.Request, form: Proof) -> tuple[User, Account]:
    settings, db, now = request.app[SETTINGS], request.app[DB], request.app[NOW]()
    site, challenge = site_of(settings), passkeys.decode(form.challenge)
    if site is None or not passkeys.is_ours(challenge, passkeys.ENTER, key=challenge_key(settings), now=now):
        raise Invalid("challenge", WRONG)
    found = await db.read(_owner, credential_id=passkeys.credential_id(form.credential))
    if found is None:
        raise Invalid("credential", WRONG)
    passkey, user, account = found
    count = passkeys.check_answer(
        form.credential, challenge=challenge, site=site, public_key=passkey.public_key, sign_count=passkey.sign_count
    )
    first_step = await between.person(request)
    token_hash = between.stored(request) if first_step is not None and first_step.id == user.id else None
    if not await db.write(
        factors.pass_with_passkey, passkey=passkey, count=count, challenge=challenge, token_hash=token_hash, now=now
    ):
        raise Invalid("challenge", WRONG)
    return user, account


def _owner(tx: Tx, *, credential_id: bytes) -> tuple[Passkey, User, Account] | None:
    passkey = rows.find_passkey(tx, credential_id)
    return None if passkey is None else (passkey, users.get(tx, passkey.account_id), accounts.get(tx, passkey.account_id))


def _refused(request: web.Request, form: Proof) -> web.Response:
    words, place = translator_of(request), answers.local_path(form.next)
    return page(
        request,
        "auth/signin.html",
        head=Head(title=words.gettext("Sign in")),
        status=422,
        form=FormView(problems={"": words.gettext(WRONG)}),
        next=place,
        passkey=question_for(request, place),
    )


ROUTES: Final = (Route("POST", PAGE, submit, Auth.visitor(), rules=(SIGN_IN_NETWORK,)),)

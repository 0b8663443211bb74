"""The second step of a sign-in: a code of an authenticator app, a recovery code, or a passkey (security AUT-4, AUT-5)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import msgspec
from aiohttp import web

from fedisw.crypto import otp
from fedisw.crypto.tokens import new_token
from fedisw.i18n import later
from fedisw.live.buckets import SECOND_FACTOR, SIGN_IN_NETWORK
from fedisw.model.accounts import Account, User
from fedisw.model.factors import Factors, PendingSignIn, Totp
from fedisw.services import factors
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from fedisw.storage.queries import factors as rows
from fedisw.web import answers, asking, forms
from fedisw.web.auth import between, entering, passkeys
from fedisw.web.frame import FormView, Head
from fedisw.web.keys import DB, NOW, SETTINGS, translator_of
from fedisw.web.middleware import limits, sessions
from fedisw.web.middleware.auth import SIGN_IN_PAGE
from fedisw.web.middleware.headers import content_policy
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route
from fedisw.web.totps import secret_in

PAGE: Final = "/auth/second_step"
WRONG: Final = later("This code is not right, or was used already. Apps show a new one every 30 seconds.")
MAX_CODE: Final = 40  # characters


class Code(msgspec.Struct, kw_only=True):
    code: str = ""
    next: str = ""


async def begin(request: web.Request, user: User, *, place: str) -> web.Response:
    """The password was right: remember that on the server, and ask for more."""
    token = new_token()
    pending = PendingSignIn(
        token_hash=sessions.stored(request.app[SETTINGS], token), account_id=user.id, created_at=request.app[NOW]()
    )
    await request.app[DB].write(factors.begin_second_step, pending=pending)
    response = answers.see_other(f"{PAGE}?next={quote(place, safe='')}")
    between.set_cookie(request, response, token)
    return response


async def show(request: web.Request) -> web.Response:
    """GET /auth/second_step"""
    user = await between.person(request)
    form = Code(next=request.query.get("next", ""))
    return _back(form) if user is None else await _form(request, user, form)


async def submit(request: web.Request) -> web.Response:
    """POST /auth/second_step: five tries in five minutes for each account, from wherever (AUT-4)."""
    form, user = await forms.decode(request, Code), await between.person(request)
    if user is None:
        return _back(form)
    limits.take(request, SECOND_FACTOR, user.id)
    account, totp = await request.app[DB].read(_protected, account_id=user.id)
    if not await _passes(request, user, totp, form.code[:MAX_CODE]):
        return await _form(request, user, form, problem=WRONG)
    response = await entering.let_in(
        request, user, place=entering.place_for(form.next, user, account), factor_at=request.app[NOW]()
    )
    between.clear_cookie(request, response)
    return response


async def _passes(request: web.Request, user: User, totp: Totp | None, code: str) -> bool:
    """Whether the code is right, and is now used up together with the sign-in that it was for."""
    db, now, token_hash = request.app[DB], request.app[NOW](), between.stored(request)
    step = otp.step_of(code, secret=secret_in(request.app, totp), now=now) if totp is not None else None
    if step is not None:
        return await db.write(factors.pass_with_step, account_id=user.id, step=step, token_hash=token_hash)
    code_hash = sessions.stored(request.app[SETTINGS], otp.plain_recovery_code(code))
    return await db.write(factors.pass_with_recovery, account_id=user.id, code_hash=code_hash, token_hash=token_hash, now=now)


async def _form(request: web.Request, user: User, form: Code, *, problem: str = "") -> web.Response:
    words, place = translator_of(request), answers.local_path(form.next)
    known: Factors = await request.app[DB].read(factors.of_account, account_id=user.id)
    asked = await asking.on_the_way(request, place)
    targets = (asked.form_target,) if asked is not None and asked.form_target else ()
    allowed = [passkey.credential_id for passkey in known.passkeys]
    return page(
        request,
        "auth/second_step.html",
        head=Head(title=words.gettext("One more step")),
        status=422 if problem else 200,
        headers={"Content-Security-Policy": content_policy(request.app[SETTINGS], form_targets=targets)},
        form=FormView(problems={"code": words.gettext(problem)} if problem else {}),
        next=place,
        action=PAGE,
        app=known.totp,
        passkey=passkeys.question_for(request, place, allowed=allowed) if allowed else None,
    )


def _back(form: Code) -> web.Response:
    return answers.see_other(f"{SIGN_IN_PAGE}?next={quote(answers.local_path(form.next), safe='')}")


def _protected(tx: Tx, *, account_id: int) -> tuple[Account, Totp | None]:
    return accounts.get(tx, account_id), rows.totp(tx, account_id)


ROUTES: Final = (
    Route("GET", PAGE, show, Auth.visitor()),
    Route("POST", PAGE, submit, Auth.visitor(), rules=(SIGN_IN_NETWORK,)),
)

"""Becoming a member, by the page or by an application: the same checks and answers (AUT-1, AUT-8, AUT-12, ENU-1)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

import msgspec
from aiohttp import web

from fedisw.config import RegistrationMode, Settings
from fedisw.crypto import passwords
from fedisw.crypto.tokens import new_token
from fedisw.i18n import LANGUAGES
from fedisw.live.buckets import MAIL_ADDRESS
from fedisw.model.accounts import Account, User
from fedisw.model.emails import normal_email
from fedisw.model.errors import Forbidden, Invalid
from fedisw.model.handles import check_username
from fedisw.services import newcomers, registrations, signup
from fedisw.tasks.mail_tokens import seal_for_mail
from fedisw.web.keys import DB, NEW_ID, NOW, PASSWORDS, SEALER, SETTINGS
from fedisw.web.middleware import limits, sessions

NOWHERE: Final = "address.invalid"  # no mail can go there (RFC 2606)
MAX_REASON: Final = 1_000  # characters
CLOSED: Final = "This server does not take new members at the moment"


class Newcomer(msgspec.Struct, kw_only=True, frozen=True):
    """What somebody says who wants to join."""

    username: str = ""
    email: str = ""
    password: str = ""
    reason: str = ""
    agreement: bool = False
    locale: str = ""
    date_of_birth: date | None = None


async def join(request: web.Request, newcomer: Newcomer, *, app_id: int | None = None) -> Account | None:
    """Make an account that waits for its mail address, and where the server asks for it for approval.

    Returns:
        None when the address belongs to somebody: they are mailed, and the caller answers as if all was well (ENU-1).
        For an application there is always an account, which waits for an address then.

    Raises:
        Forbidden: nobody can join now.
        Invalid: with all that is wrong with the form.
        TooMany: too many mails to this address.
    """
    now = request.app[NOW]()
    settings = await settings_of(request)
    if settings.registrations.mode not in (RegistrationMode.OPEN, RegistrationMode.APPROVAL):
        raise Forbidden(CLOSED)
    problems = problems_of(newcomer, settings, today=now.date())
    if problems:
        first, *others = problems
        raise Invalid(first.field, first.problem, code=first.code, others=tuple(others))
    email = normal_email(newcomer.email)
    limits.take(request, MAIL_ADDRESS, email)  # its owner is written to, whoever asks (AUT-7)
    account = newcomers.new_person(settings.origin, account_id=request.app[NEW_ID](), username=newcomer.username.strip(), now=now)
    token = new_token()
    user = User(
        id=account.id,
        email=email,
        password_hash=await request.app[PASSWORDS].hash(newcomer.password),
        locale=newcomer.locale if newcomer.locale in LANGUAGES else LANGUAGES[0],
        created_at=now,
        approved_at=now if settings.registrations.mode is RegistrationMode.OPEN else None,
        sign_up_reason=newcomer.reason.strip(),
        confirm_token_hash=sessions.stored(settings, token),
        confirm_sent_at=now,
        app_id=app_id,
    )
    actor_keys = await asyncio.to_thread(newcomers.new_keys, account, sealer=request.app[SEALER], now=now)
    sealed = seal_for_mail(request.app[SEALER], token)
    made = await request.app[DB].write(
        signup.sign_up,
        account=account,
        user=user,
        actor_keys=actor_keys,
        sealed_token=sealed,
        stand_in="" if app_id is None else f"{account.id}@{NOWHERE}",
        now=now,
    )
    return account if made else None


async def settings_of(request: web.Request) -> Settings:
    """The settings with the mode of registration that counts at the moment (AUT-12)."""
    settings = request.app[SETTINGS]
    if settings.registrations.mode is not RegistrationMode.OPEN:
        return settings
    return await request.app[DB].read(registrations.settings_now, settings=settings, now=request.app[NOW]())


def problems_of(newcomer: Newcomer, settings: Settings, *, today: date) -> list[Invalid]:
    """All that is wrong, but for what only the database knows."""
    checks = (
        lambda: check_username(newcomer.username.strip(), host_words=host_words(settings)),
        lambda: normal_email(newcomer.email),
        lambda: passwords.check_new(newcomer.password),
        lambda: _check_reason(newcomer, settings),
        lambda: _check_agreement(newcomer),
        lambda: _check_age(newcomer, settings.registrations.min_age, today),
    )
    problems = []
    for check in checks:
        try:
            check()
        except Invalid as problem:
            problems.append(problem)
    return problems


def host_words(settings: Settings) -> frozenset[str]:
    """Words of our own host names, which nobody may be called (AUT-13)."""
    names = (settings.origin.host, settings.account_domain.partition(":")[0])
    return frozenset(label for name in names for label in (*name.split("."), name.replace(".", "_")))


def _check_reason(newcomer: Newcomer, settings: Settings) -> None:
    if len(newcomer.reason) > MAX_REASON:
        raise Invalid("reason", f"is too long (maximum is {MAX_REASON} characters)", code="ERR_TOO_LONG")
    if settings.registrations.mode is RegistrationMode.APPROVAL and not newcomer.reason.strip():
        raise Invalid("reason", "can't be blank", code="ERR_BLANK")


def _check_agreement(newcomer: Newcomer) -> None:
    if not newcomer.agreement:
        raise Invalid("agreement", "must be accepted", code="ERR_ACCEPTED")


def _check_age(newcomer: Newcomer, least: int, today: date) -> None:
    if not least:
        return
    born = newcomer.date_of_birth
    if born is None:
        raise Invalid("date_of_birth", "can't be blank", code="ERR_BLANK")
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years < least or born > today:
        raise Invalid("date_of_birth", "is below the age limit", code="ERR_BELOW_LIMIT")

"""Mail to our own people: plain text in their language, sent by the admin's mail server, into a folder, or not at all."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from fedisw.config import Settings
from fedisw.i18n import Translator, later, translator
from fedisw.jobs.work import SendMail
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Forbidden, Unreachable
from fedisw.observe.logging import logger
from fedisw.services.addresses import NEW_MAIL, WANTED_MAIL
from fedisw.services.factors import CHANGED_MAIL, RECOVERY_MAIL
from fedisw.services.signing_in import CONFIRM_MAIL, RESET_MAIL
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, factors, users
from fedisw.tasks.house import House
from fedisw.tasks.mail_tokens import open_for_mail

SECONDS: Final = 60.0  # for one mail
PORTS: Final = {"smtp": 587, "smtps": 465}
FINAL: Final = 500  # SMTP answers from here on will not change (RFC 5321, section 4.2.1)
CONFIRM_PAGE, RESET_PAGE = "/auth/confirm", "/auth/password/reset"
SIGN_IN_PAGE, FORGOTTEN_PAGE = "/auth/sign_in", "/auth/password/forgotten"
FACTORS_PAGE, NEW_ADDRESS_PAGE = "/settings/factors", "/auth/email"

Parts = tuple[str, tuple[str, ...]]  # subject, paragraphs
Template = Callable[[Translator, dict[str, str]], Parts]

log = logger("mail")


def _confirm(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Confirm your e-mail address for %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, signed up at %(server)s with this e-mail address.", **fields),
            words.gettext("Please open this link within 24 hours to confirm it:"),
            fields["link"],
            words.gettext("If it was not you, you need to do nothing."),
        ),
    )


def _known_address(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("You already have an account at %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, tried to sign up at %(server)s with this e-mail address.", **fields),
            words.gettext("You have an account here already, %(handle)s. You can sign in here:", **fields),
            fields["sign_in"],
            words.gettext("If you have forgotten your password, you can choose a new one:"),
            fields["forgotten"],
        ),
    )


def _approved(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Welcome to %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Your account %(handle)s is ready. You can sign in here:", **fields),
            fields["sign_in"],
            words.gettext("We are glad that you are here."),
        ),
    )


def _reset(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Choose a new password for %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, asked for a new password for %(handle)s.", **fields),
            words.gettext("Please open this link within an hour to choose one:"),
            fields["link"],
            words.gettext("If it was not you, you need to do nothing; your password stays as it is."),
        ),
    )


def _factors_changed(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("The way to sign in at %(server)s has changed", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext(
                "A second factor of your account %(handle)s was added, changed or removed. You see them all here:", **fields
            ),
            fields["factors"],
            words.gettext("If it was not you, choose a new password at once:"),
            fields["forgotten"],
        ),
    )


def _recovery_used(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("A recovery code was used at %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, has signed in as %(handle)s with a recovery code.", **fields),
            words.gettext("If it was not you, choose a new password at once:"),
            fields["forgotten"],
        ),
    )


def _address_wanted(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Another e-mail address is wanted for your account at %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("Somebody, probably you, asked us to use another e-mail address for %(handle)s.", **fields),
            words.gettext("If it was not you, choose a new password at once:"),
            fields["forgotten"],
        ),
    )


def _new_address(words: Translator, fields: dict[str, str]) -> Parts:
    return (
        words.gettext("Confirm your new e-mail address for %(server)s", **fields),
        (
            words.gettext("Hello %(name)s,", **fields),
            words.gettext("You asked us to use this e-mail address for %(handle)s.", **fields),
            words.gettext("Please open this link within 24 hours to confirm it:"),
            fields["link"],
            words.gettext("If it was not you, you need to do nothing."),
        ),
    )


TEMPLATES: Final[dict[str, tuple[Template, str]]] = {  # with the page of the link, if it has one of its own
    CONFIRM_MAIL: (_confirm, CONFIRM_PAGE),
    "known_address": (_known_address, ""),
    "approved": (_approved, ""),
    RESET_MAIL: (_reset, RESET_PAGE),
    WANTED_MAIL: (_address_wanted, ""),
    NEW_MAIL: (_new_address, NEW_ADDRESS_PAGE),
    CHANGED_MAIL: (_factors_changed, ""),
    RECOVERY_MAIL: (_recovery_used, ""),
}
FOOTER: Final = later("This mail was sent by %(server)s, %(origin)s, because of something that concerns your account.")


async def send(house: House, job: SendMail) -> None:
    """Send one mail, unless its receiver is gone. Twice: it is sent twice.

    Raises:
        Unreachable: the mail server is not there, or busy.
        Forbidden: it refuses this mail.
        Unsealable: the token was sealed with another key.
    """
    found = await house.db.read(_receiver, job)
    if found is None:
        return
    user, account = found
    token = open_for_mail(house.sealer, job.token) if job.token else ""
    message = compose(house.settings, job.template, user=user, account=account, token=token, now=house.now())
    await _post(house.settings, message)
    log.info("mail.sent", template=job.template, account=account.id)


def compose(settings: Settings, template: str, *, user: User, account: Account, token: str, now: datetime) -> EmailMessage:
    """The mail in the language of its receiver.

    Args:
        template: a key of TEMPLATES.
        token: for the link, empty where the mail has none.
    """
    make, page = TEMPLATES[template]
    words, origin = translator(user.locale), str(settings.origin)
    fields = {
        "server": settings.instance.name,
        "origin": origin,
        "name": account.display_name.strip() or account.username,
        "handle": f"@{account.username}@{settings.account_domain}",
        "link": f"{origin}{page}?token={token}",
        "sign_in": f"{origin}{SIGN_IN_PAGE}",
        "forgotten": f"{origin}{FORGOTTEN_PAGE}",
        "factors": f"{origin}{FACTORS_PAGE}",
    }
    subject, paragraphs = make(words, fields)
    message = EmailMessage(policy=SMTP)
    message["From"] = _sender(settings)
    message["To"] = Address(addr_spec=user.email)
    message["Subject"] = _one_line(subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{settings.origin.host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer of a machine
    message.set_content("\n\n".join((*paragraphs, f"-- \n{words.gettext(FOOTER, **fields)}")) + "\n")
    message["Content-Language"] = words.language  # after the content, which takes all such fields away
    return message


def _receiver(tx: Tx, job: SendMail) -> tuple[User, Account] | None:
    """Whom to write to; a link that confirms a new address goes there, while it is still wanted."""
    user, account = users.find(tx, job.account_id), accounts.find(tx, job.account_id)
    if user is None or account is None:
        return None
    if job.template != NEW_MAIL:
        return user, account
    wanted = factors.email_change_of(tx, user.id)
    return None if wanted is None else (replace(user, email=wanted.email), account)


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail.sender)
    return Address(display_name=_one_line(name or settings.instance.name), addr_spec=address)


def _one_line(text: str) -> str:
    return " ".join(text.split())


async def _post(settings: Settings, message: EmailMessage) -> None:
    scheme, _, rest = settings.mail.url.partition(":")
    match scheme:
        case "file":
            await asyncio.to_thread(_write, Path(unquote(rest.removeprefix("//"))), message)
        case "smtp" | "smtps":
            await _smtp(settings, message)
        case _:  # neither address nor link may stand in a log (LOG-1)
            log.warning("mail.not_sent", reason="mail.url is log: no mail leaves this server")


def _write(folder: Path, message: EmailMessage) -> None:
    """One file a mail, for its owner only; it has its name when it is complete."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{secrets.token_hex(16)}.eml"
    descriptor = os.open(folder / f".{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
    (folder / f".{name}").rename(folder / name)


async def _smtp(settings: Settings, message: EmailMessage) -> None:
    parts, password = urlsplit(settings.mail.url), settings.secrets.mail_password
    try:
        await aiosmtplib.send(
            message,
            hostname=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=password.reveal() if password is not None and parts.username else None,
            use_tls=parts.scheme == "smtps",
            start_tls=True if parts.scheme == "smtp" and parts.username else None,  # a password never goes in the clear
            local_hostname=settings.origin.host,
            timeout=SECONDS,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        if all(refusal.code >= FINAL for refusal in error.recipients):
            raise Forbidden("the mail server refuses the receiver") from error
        raise Unreachable("the mail server is busy") from error
    except aiosmtplib.SMTPResponseException as error:
        if error.code >= FINAL and not isinstance(error, aiosmtplib.SMTPAuthenticationError):
            raise Forbidden("the mail server refuses the mail") from error
        raise Unreachable("the mail server refuses us for now") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unreachable("the mail server is not reachable") from error

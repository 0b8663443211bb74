"""Mail to our own people: plain text in their language, sent by the admin's mail server, into a folder, or not at all."""

from __future__ import annotations

import asyncio
import os
import secrets
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
from fedisw.i18n import translator
from fedisw.jobs.work import SendMail
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Forbidden, Unreachable
from fedisw.observe.logging import logger
from fedisw.services.addresses import NEW_MAIL
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, factors, users
from fedisw.tasks.house import House
from fedisw.tasks.mail_texts import FOOTER, TEMPLATES
from fedisw.tasks.mail_tokens import open_for_mail

SECONDS: Final = 60.0  # for one mail
PORTS: Final = {"smtp": 587, "smtps": 465}
FINAL: Final = 500  # SMTP answers from here on will not change (RFC 5321, section 4.2.1)
SIGN_IN_PAGE, FORGOTTEN_PAGE = "/auth/sign_in", "/auth/password/forgotten"
FACTORS_PAGE: Final = "/settings/factors"

log = logger("mail")


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


async def reach(settings: Settings, *, seconds: float = SECONDS) -> None:
    """Say hello to the mail server and sign in there, without sending anything.

    Raises:
        Unreachable: it is not there, or does not take our name and password.
    """
    parts, password = urlsplit(settings.mail.url), settings.secrets.mail_password
    client = aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=password.reveal() if password is not None and parts.username else None,
        use_tls=parts.scheme == "smtps",
        start_tls=True if parts.scheme == "smtp" and parts.username else None,
        local_hostname=settings.origin.host,
        timeout=seconds,
    )
    try:
        async with client:
            pass
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Unreachable("the mail server does not take our name and password") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unreachable("the mail server is not reachable") from error


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

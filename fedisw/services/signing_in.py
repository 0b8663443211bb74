"""Signing in and out, passwords, and mail addresses (security AUT). Hashing and checking happen before, at the edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fedisw.jobs.work import SendMail
from fedisw.live import topics
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.oauth import Session
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, factors, oauth, sessions, users

RESET_VALID: Final = timedelta(hours=1)
CONFIRM_VALID: Final = timedelta(hours=24)
RESET_MAIL: Final = "reset_password"
CONFIRM_MAIL: Final = "confirm_address"
OLD_LINK: Final = "is too old, or was used already"


def find_login(tx: Tx, name: str) -> tuple[User, Account] | None:
    """Who signs in with this mail address or name; two looks whoever exists (AUT-2)."""
    name = name.strip()
    if "@" in name.strip("@"):
        user = users.find_by_email(tx, name.lower())
        account = accounts.find(tx, user.id if user is not None else 0)
    else:
        account = accounts.find_local(tx, name.strip("@"))
        user = users.find(tx, account.id if account is not None else 0)
    return None if user is None or account is None else (user, account)


def begin_session(tx: Tx, *, session: Session, password_hash: str | None, replaced: bytes | None, now: datetime) -> None:
    """Sign somebody in.

    Args:
        session: the new one.
        password_hash: the password hashed anew, when the parameters have risen (AUT-1).
        replaced: the session that the browser had; it ends (SES-1).
    """
    if replaced is not None:
        sessions.remove(tx, replaced)
    user = users.get(tx, session.account_id)
    users.replace(tx, replace(user, password_hash=password_hash or user.password_hash, last_active_at=now))
    sessions.add(tx, session)


def prove_session(tx: Tx, *, session_id: int, now: datetime) -> None:
    """The browser of this session has shown a second factor."""
    sessions.prove(tx, session_id, at=now)


def end_session(tx: Tx, *, token_hash: bytes) -> None:
    """Sign out; doing it twice changes nothing."""
    sessions.remove(tx, token_hash)


def end_one(tx: Tx, *, account_id: int, session_id: int) -> None:
    """Sign one browser of a person out; NotFound for one that is not theirs."""
    if not sessions.remove_one(tx, account_id, session_id=session_id):
        raise NotFound("session", session_id)


def end_others(tx: Tx, *, account_id: int, keep_session: int) -> None:
    """Sign all browsers of a person out but one; apps stay."""
    sessions.remove_others(tx, account_id, keep=keep_session)
    factors.remove_all_pending(tx, account_id)


def change_password(tx: Tx, *, account_id: int, password_hash: str, must_change: bool = False, keep_session: int = 0) -> None:
    """Set a password and end everything that rested on the old one (AUT-9).

    Args:
        must_change: it is a one-time password: another is chosen at the next sign-in.
        keep_session: id of the session that may stay, or 0.
    """
    user = users.get(tx, account_id)
    users.replace(
        tx,
        replace(user, password_hash=password_hash, must_change_password=must_change, reset_token_hash=None, reset_sent_at=None),
    )
    end_everything(tx, account_id=account_id, keep_session=keep_session)


def end_everything(tx: Tx, *, account_id: int, keep_session: int = 0) -> None:
    """End a person's tokens, streams, and all sessions but one."""
    sessions.remove_others(tx, account_id, keep=keep_session)
    factors.remove_all_pending(tx, account_id)
    for token_id in oauth.remove_other_tokens(tx, account_id):
        tx.publish(topics.token(token_id), topics.encode(topics.Ended()))
    tx.publish(topics.account(account_id), topics.encode(topics.Ended()))


def ask_for_reset(tx: Tx, *, email: str, token_hash: bytes, sealed_token: str, now: datetime) -> None:
    """Mail a link for a new password, if there is somebody with this address; nobody is told which (ENU-1).

    Args:
        sealed_token: the token itself, sealed: only the mail has it in the clear.
    """
    user = users.find_by_email(tx, email)
    if user is None or user.disabled_at is not None:
        return
    users.replace(tx, replace(user, reset_token_hash=token_hash, reset_sent_at=now))
    tx.enqueue(SendMail(account_id=user.id, template=RESET_MAIL, token=sealed_token))


def person_of_reset(tx: Tx, *, token_hash: bytes, now: datetime) -> User:
    """Whose password a mailed link may set; Invalid for a link that is too old or was used."""
    user = users.find_by_reset_token(tx, token_hash)
    if user is None or user.reset_sent_at is None or now - user.reset_sent_at > RESET_VALID:
        raise Invalid("token", OLD_LINK)
    return user


def reset_password(tx: Tx, *, token_hash: bytes, password_hash: str, now: datetime) -> User:
    """Set the password of whoever got the link; the link is used up.

    Raises:
        Invalid: the link is too old or was used.
    """
    user = person_of_reset(tx, token_hash=token_hash, now=now)
    change_password(tx, account_id=user.id, password_hash=password_hash)
    return user


def ask_to_confirm(tx: Tx, *, account_id: int, token_hash: bytes, sealed_token: str, now: datetime, email: str = "") -> bool:
    """Mail the link for the address again; False when it is confirmed already.

    Args:
        email: a corrected address; one that somebody else has changes nothing, with the same answer (ENU-1).
    """
    user = users.get(tx, account_id)
    if user.confirmed_at is not None:
        return False
    if email and email != user.email and users.find_by_email(tx, email) is not None:
        return True
    users.replace(tx, replace(user, email=email or user.email, confirm_token_hash=token_hash, confirm_sent_at=now))
    tx.enqueue(SendMail(account_id=account_id, template=CONFIRM_MAIL, token=sealed_token))
    return True


def confirm_address(tx: Tx, *, token_hash: bytes, now: datetime) -> User:
    """The person has opened the link: the address is theirs.

    Returns:
        The user as it is now; `approved_at` may still be missing.

    Raises:
        Invalid: the link is too old or was used.
    """
    user = users.find_by_confirm_token(tx, token_hash)
    if user is None or user.confirm_sent_at is None or now - user.confirm_sent_at > CONFIRM_VALID:
        raise Invalid("token", OLD_LINK)
    confirmed = replace(user, confirmed_at=now, confirm_token_hash=None, confirm_sent_at=None)
    users.replace(tx, confirmed)
    return confirmed

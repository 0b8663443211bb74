"""Becoming a member, confirming an address, and passwords. Hashing is done before, by the edge (style, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fedisw.jobs.work import SendMail
from fedisw.live import topics
from fedisw.model.accounts import Account, ActorKey, User
from fedisw.model.errors import Conflict, Invalid, NotFound
from fedisw.model.notifications import Marker, NotificationType
from fedisw.services import notifications
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys, names, oauth, sessions, users
from fedisw.storage.queries import notifications as notification_rows

CONFIRM_FOR = timedelta(hours=24)
RESET_FOR = timedelta(hours=1)


def name_is_free(tx: Tx, username: str) -> bool:
    """Whether nobody has, or ever had, this name."""
    return accounts.find_local(tx, username) is None and not names.is_taken(tx, username)


def sign_up(
    tx: Tx, *, account: Account, user: User, actor_keys: Sequence[ActorKey], confirm_token: str = "", now: datetime
) -> bool:
    """Make a local account with its keys, unconfirmed unless `user` says otherwise.

    Args:
        account: checked by model/handles.py; no counters yet.
        user: `confirm_token_hash` belongs to `confirm_token`, which only the mail carries.

    Returns:
        False when the address belongs to somebody: nothing was made, and its owner is mailed instead, so that the
        answer to the stranger is the same (ENU-1).

    Raises:
        Invalid: the name is taken.
    """
    if not name_is_free(tx, account.username):
        raise Invalid("username", "has already been taken", code="ERR_TAKEN")
    known = users.find_by_email(tx, user.email)
    if known is not None:
        tx.enqueue(SendMail(account_id=known.id, template="known_address"))
        return False
    accounts.add(tx, account)
    users.add(tx, user)
    for key in actor_keys:
        keys.add(tx, key)
    for timeline in ("home", "notifications"):  # Elk fails without them (mastodon-api.md, section 2.14)
        notification_rows.put_marker(
            tx, Marker(account_id=account.id, timeline=timeline, last_read_id=0, version=0, updated_at=now)
        )
    if user.confirmed_at is None:
        tx.enqueue(SendMail(account_id=account.id, template="confirm", token=confirm_token))
    if user.approved_at is None:
        notifications.for_staff(tx, kind=NotificationType.ADMIN_SIGN_UP, from_id=account.id, now=now)
    return True


def confirm(tx: Tx, *, token_hash: bytes, now: datetime) -> User:
    """The address is the person's; NotFound for an unknown, used or old token (AUT-7)."""
    user = users.find_by_confirm_token(tx, token_hash)
    if user is None or user.confirm_sent_at is None or now - user.confirm_sent_at > CONFIRM_FOR:
        raise NotFound("token")
    changed = replace(user, confirmed_at=user.confirmed_at or now, confirm_token_hash=None)
    users.replace(tx, changed)
    return changed


def send_confirmation(tx: Tx, *, account_id: int, token: str, token_hash: bytes, now: datetime, email: str = "") -> bool:
    """Mail the confirmation again, to a corrected address if given; False when there is nothing to confirm."""
    user = users.get(tx, account_id)
    if user.confirmed_at is not None:
        return False
    address = email or user.email
    if email and users.find_by_email(tx, email) not in (None, user):
        return True  # somebody else's address: the same answer, no mail (ENU-1)
    users.replace(tx, replace(user, email=address, confirm_token_hash=token_hash, confirm_sent_at=now))
    tx.enqueue(SendMail(account_id=account_id, template="confirm", token=token))
    return True


def approve(tx: Tx, *, account_id: int, now: datetime) -> User:
    """Staff let a waiting person in.

    Raises:
        NotFound: nobody here.
        Conflict: nobody who waits.
    """
    user = users.get(tx, account_id)
    if user.approved_at is not None:
        raise Conflict("this account is not waiting for approval")
    changed = replace(user, approved_at=now)
    users.replace(tx, changed)
    tx.enqueue(SendMail(account_id=account_id, template="approved"))
    return changed


def reject(tx: Tx, *, account_id: int) -> None:
    """Staff do not let a waiting person in: the request is forgotten and the name is free again.

    Raises:
        NotFound: nobody here.
        Conflict: nobody who waits.
    """
    user = users.get(tx, account_id)
    if user.approved_at is not None:
        raise Conflict("this account is not waiting for approval")
    accounts.remove(tx, account_id)


def request_reset(tx: Tx, *, email: str, token: str, token_hash: bytes, now: datetime) -> None:
    """Mail a link to set a new password; silent when the address is unknown (ENU-1)."""
    user = users.find_by_email(tx, email)
    if user is None or user.disabled_at is not None:
        return
    users.replace(tx, replace(user, reset_token_hash=token_hash, reset_sent_at=now))
    tx.enqueue(SendMail(account_id=user.id, template="reset", token=token))


def reset_password(tx: Tx, *, token_hash: bytes, password_hash: str, now: datetime) -> User:
    """Set a password by mailed link; all else that was signed in ends (AUT-9). NotFound for a bad token."""
    user = users.find_by_reset_token(tx, token_hash)
    if user is None or user.reset_sent_at is None or now - user.reset_sent_at > RESET_FOR:
        raise NotFound("token")
    return set_password(tx, account_id=user.id, password_hash=password_hash)


def set_password(
    tx: Tx, *, account_id: int, password_hash: str, must_change: bool = False, keep_session: int = 0, keep_token: int = 0
) -> User:
    """Give a person a new password; other sessions, tokens and their streams end within 5 s (AUT-9)."""
    user = users.get(tx, account_id)
    changed = replace(
        user, password_hash=password_hash, must_change_password=must_change, reset_token_hash=None, reset_sent_at=None
    )
    users.replace(tx, changed)
    end_proofs(tx, account_id=account_id, keep_session=keep_session, keep_token=keep_token)
    return changed


def end_proofs(tx: Tx, *, account_id: int, keep_session: int = 0, keep_token: int = 0) -> None:
    """End all sessions and tokens of a person but the named ones, and their streams."""
    sessions.remove_others(tx, account_id, keep=keep_session)
    for token_id in oauth.remove_other_tokens(tx, account_id, keep=keep_token):
        tx.publish(topics.token(token_id), topics.encode(topics.Ended()))

"""Becoming a member. Hashing is done before, by the edge (style, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fedisw.jobs.work import SendMail
from fedisw.model.accounts import Account, ActorKey, User
from fedisw.model.errors import Conflict, Invalid
from fedisw.model.notifications import Marker, NotificationType
from fedisw.services import notifications
from fedisw.services.signing_in import CONFIRM_MAIL
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys, names, users
from fedisw.storage.queries import notifications as notification_rows


def name_is_free(tx: Tx, username: str) -> bool:
    """Whether nobody has, or ever had, this name, and nobody has one that looks like it (federation, section 8.5)."""
    taken = accounts.find_local(tx, username) is not None or names.is_taken(tx, username)
    return not taken and not accounts.looks_taken(tx, username)


def sign_up(
    tx: Tx,
    *,
    account: Account,
    user: User,
    actor_keys: Sequence[ActorKey],
    sealed_token: str = "",
    stand_in: str = "",
    now: datetime,
) -> bool:
    """Make a local account with its keys, unconfirmed unless `user` says otherwise.

    Args:
        account: checked by model/handles.py; no counters yet.
        user: `confirm_token_hash` belongs to the token that only the mail carries in the clear.
        sealed_token: that token, sealed.
        stand_in: for applications, which get a token at once: an address of nobody, under which the account is made
            where the given one belongs to somebody, so that a token, too, says nothing; it can be corrected.

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
        if not stand_in:
            return False
        user = replace(user, email=stand_in, confirm_token_hash=None, confirm_sent_at=None)
    accounts.add(tx, account)
    users.add(tx, user)
    for key in actor_keys:
        keys.add(tx, key)
    for timeline in ("home", "notifications"):  # Elk fails without them (mastodon-api.md, section 2.14)
        notification_rows.put_marker(
            tx, Marker(account_id=account.id, timeline=timeline, last_read_id=0, version=0, updated_at=now)
        )
    if user.confirmed_at is None and known is None:
        tx.enqueue(SendMail(account_id=account.id, template=CONFIRM_MAIL, token=sealed_token))
    if user.approved_at is None:
        notifications.for_staff(tx, kind=NotificationType.ADMIN_SIGN_UP, from_id=account.id, now=now)
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

"""Changing a mail address: the new one is written to and counts once its owner has answered (security AUT-6..8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from fedisw.jobs.work import SendMail
from fedisw.model.accounts import User
from fedisw.model.errors import Invalid
from fedisw.model.factors import EmailChange
from fedisw.services.signing_in import CONFIRM_VALID, OLD_LINK
from fedisw.storage.db import Tx
from fedisw.storage.queries import factors, users

WANTED_MAIL: Final = "address_wanted"
NEW_MAIL: Final = "new_address"


def ask_to_change(tx: Tx, *, account_id: int, email: str, token_hash: bytes, sealed_token: str, now: datetime) -> None:
    """Mail a link to the new address and a warning to the old one; one that somebody has is left in peace (ENU-1).

    Args:
        email: checked and in its normal form; it replaces a wish before.
        sealed_token: the link's token, which only the mail has in the clear.
    """
    tx.enqueue(SendMail(account_id=account_id, template=WANTED_MAIL))
    if users.find_by_email(tx, email) is not None:
        return
    factors.put_email_change(tx, EmailChange(account_id=account_id, email=email, token_hash=token_hash, created_at=now))
    tx.enqueue(SendMail(account_id=account_id, template=NEW_MAIL, token=sealed_token))


def change(tx: Tx, *, token_hash: bytes, now: datetime) -> User:
    """The link was opened: the new address is the person's. Mailed links for the old one end.

    Raises:
        Invalid: the link is too old, was used, or the address has become somebody else's.
    """
    wanted = factors.email_change(tx, token_hash)
    if wanted is None or now - wanted.created_at > CONFIRM_VALID or users.find_by_email(tx, wanted.email) is not None:
        raise Invalid("token", OLD_LINK)
    user = users.get(tx, wanted.account_id)
    changed = replace(
        user,
        email=wanted.email,
        confirmed_at=user.confirmed_at or now,
        confirm_token_hash=None,
        confirm_sent_at=None,
        reset_token_hash=None,
        reset_sent_at=None,
    )
    users.replace(tx, changed)
    factors.remove_email_change(tx, user.id)
    return changed

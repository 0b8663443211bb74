"""Second factors: setting them up, the second step of a sign-in, and taking them away (security AUT-4..6).

Codes are checked against secrets at the edge; here they are used up, each once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from fedisw.jobs.work import SendMail
from fedisw.model.accounts import User
from fedisw.model.errors import Conflict, Invalid, NotFound
from fedisw.model.factors import Factors, Passkey, PendingSignIn, RecoveryCode, Totp
from fedisw.storage.db import Tx
from fedisw.storage.queries import factors, sessions

PENDING_FOR: Final = timedelta(minutes=10)
MAX_PASSKEYS: Final = 20
CHANGED_MAIL: Final = "factors_changed"
RECOVERY_MAIL: Final = "recovery_used"


def begin_second_step(tx: Tx, *, pending: PendingSignIn) -> None:
    """The password was right; the person now has ten minutes for the second factor."""
    factors.add_pending(tx, pending)


def person_between_steps(tx: Tx, *, token_hash: bytes, now: datetime) -> User | None:
    """Whose second factor is awaited; None for a sign-in that is unknown, over or too old."""
    found = factors.pending(tx, token_hash)
    return None if found is None or now - found[0].created_at > PENDING_FOR else found[1]


def pass_with_step(tx: Tx, *, account_id: int, step: int, token_hash: bytes) -> bool:
    """The code of an authenticator app was right; False when it was used before."""
    if not factors.use_step(tx, account_id, step=step):
        return False
    return factors.remove_pending(tx, token_hash)


def pass_with_recovery(tx: Tx, *, account_id: int, code_hash: bytes, token_hash: bytes, now: datetime) -> bool:
    """Use up a recovery code, and tell its owner; False for a wrong or used one."""
    if not factors.use_code(tx, account_id, code_hash=code_hash, at=now):
        return False
    tx.enqueue(SendMail(account_id=account_id, template=RECOVERY_MAIL))
    return factors.remove_pending(tx, token_hash)


def pass_with_passkey(tx: Tx, *, passkey: Passkey, count: int, challenge: bytes, token_hash: bytes | None, now: datetime) -> bool:
    """A passkey has answered its challenge.

    Args:
        count: what the device counts now.
        token_hash: the sign-in that it was the second step of, if any.

    Returns:
        False when the challenge was answered before.
    """
    if not factors.use_challenge(tx, challenge, at=now):
        return False
    factors.use_passkey(tx, passkey.id, count=count, at=now)
    if token_hash is not None:
        factors.remove_pending(tx, token_hash)
    return True


def add_totp(tx: Tx, *, totp: Totp, code_hashes: Iterable[bytes], now: datetime) -> bool:
    """Protect an account by an authenticator app, in place of the one before.

    Args:
        code_hashes: of recovery codes; they are stored where the account has none.

    Returns:
        Whether the codes were stored: only then the person is shown them.
    """
    factors.put_totp(tx, totp)
    return _changed(tx, totp.account_id, code_hashes, now)


def add_passkey(tx: Tx, *, passkey: Passkey, challenge: bytes, code_hashes: Iterable[bytes], now: datetime) -> bool:
    """Protect an account by a passkey; the rest is as `add_totp`.

    Raises:
        Conflict: the passkey is somebody's, the challenge was answered before, or there are too many.
    """
    known = factors.of_account(tx, passkey.account_id).passkeys
    if len(known) >= MAX_PASSKEYS or factors.find_passkey(tx, passkey.credential_id) is not None:
        raise Conflict("this passkey is known already, or there are too many")
    if not factors.use_challenge(tx, challenge, at=now):
        raise Conflict("this answer came before")
    factors.add_passkey(tx, passkey)
    return _changed(tx, passkey.account_id, code_hashes, now)


def renew_codes(tx: Tx, *, account_id: int, code_hashes: Iterable[bytes], now: datetime) -> None:
    """New recovery codes; the old ones end. Invalid where nothing asks for a second factor."""
    if not factors.of_account(tx, account_id).any:
        raise Invalid("codes", "there is no second factor")
    factors.remove_codes(tx, account_id)
    _add_codes(tx, account_id, code_hashes, now)


def remove_totp(tx: Tx, *, account_id: int) -> None:
    """Take the authenticator app away; silent when there is none."""
    if factors.remove_totp(tx, account_id):
        _removed(tx, account_id)


def remove_passkey(tx: Tx, *, account_id: int, passkey_id: int) -> None:
    """Take a passkey away; NotFound for one that is not this account's."""
    if not factors.remove_passkey(tx, account_id, passkey_id=passkey_id):
        raise NotFound("passkey", passkey_id)
    _removed(tx, account_id)


def of_account(tx: Tx, *, account_id: int) -> Factors:
    """What protects an account beside its password."""
    return factors.of_account(tx, account_id)


def _changed(tx: Tx, account_id: int, code_hashes: Iterable[bytes], now: datetime) -> bool:
    tx.enqueue(SendMail(account_id=account_id, template=CHANGED_MAIL))
    if factors.of_account(tx, account_id).codes_left:
        return False
    factors.remove_codes(tx, account_id)
    _add_codes(tx, account_id, code_hashes, now)
    return True


def _removed(tx: Tx, account_id: int) -> None:
    tx.enqueue(SendMail(account_id=account_id, template=CHANGED_MAIL))
    if not factors.of_account(tx, account_id).any:
        factors.remove_codes(tx, account_id)
        sessions.forget_factors(tx, account_id)


def _add_codes(tx: Tx, account_id: int, code_hashes: Iterable[bytes], now: datetime) -> None:
    for code_hash in code_hashes:
        factors.add_code(tx, RecoveryCode(code_hash=code_hash, account_id=account_id, created_at=now))

"""Second factors and sign-ins between their two steps (AUT-4, AUT-5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.accounts import User
from fedisw.model.factors import EmailChange, Factors, Passkey, PendingSignIn, RecoveryCode, Totp
from fedisw.storage.db import Tx
from fedisw.storage.dialect import insert_or_ignore, insert_or_update
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import users
from fedisw.storage.tables.factors import email_changes, passkeys, pending_sign_ins, recovery_codes, totps, used_challenges

T, R, P, S, U, E = totps.c, recovery_codes.c, passkeys.c, pending_sign_ins.c, used_challenges.c, email_changes.c
WHO: ColumnElement[int] = bindparam("account_id")

TOTP = Query(Totp, select(totps).where(T.account_id == WHO))
PUT_TOTP = Command(insert_or_update(totps, key=("account_id",), update=("secret_sealed", "created_at", "last_step")))
USE_STEP = Command(
    update(totps).where(T.account_id == WHO, T.last_step < bindparam("step")).values(last_step=bindparam("new_step"))
)
REMOVE_TOTP = Command(delete(totps).where(T.account_id == WHO))
ADD_CODE = Command(insert(recovery_codes))
USE_CODE = Command(
    update(recovery_codes)
    .where(R.code_hash == bindparam("code"), R.account_id == WHO, R.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
CODES_LEFT = Query(int, select(func.count()).select_from(recovery_codes).where(R.account_id == WHO, R.used_at.is_(None)))
REMOVE_CODES = Command(delete(recovery_codes).where(R.account_id == WHO))
PASSKEYS = Query(Passkey, select(passkeys).where(P.account_id == WHO).order_by(P.id))
PASSKEY = Query(Passkey, select(passkeys).where(P.credential_id == bindparam("credential_id")))
ADD_PASSKEY = Command(insert(passkeys))
USE_PASSKEY = Command(
    update(passkeys).where(P.id == bindparam("key")).values(sign_count=bindparam("count"), last_used_at=bindparam("at"))
)
REMOVE_PASSKEY = Command(delete(passkeys).where(P.id == bindparam("id"), P.account_id == WHO))
ADD_PENDING = Command(insert(pending_sign_ins))
PENDING = Query(
    tuple[PendingSignIn, User],
    select(*S, *users.c).join(users, users.c.id == S.account_id).where(S.token_hash == bindparam("token_hash")),
)
REMOVE_PENDING = Command(delete(pending_sign_ins).where(S.token_hash == bindparam("token_hash")))
REMOVE_ALL_PENDING = Command(delete(pending_sign_ins).where(S.account_id == WHO))
PRUNE_PENDING = Command(delete(pending_sign_ins).where(S.created_at < bindparam("before")))
USE_CHALLENGE = Command(insert_or_ignore(used_challenges))
PRUNE_CHALLENGES = Command(delete(used_challenges).where(U.used_at < bindparam("before")))
EMAIL_CHANGE = Query(EmailChange, select(email_changes).where(E.token_hash == bindparam("token_hash")))
EMAIL_CHANGE_OF = Query(EmailChange, select(email_changes).where(E.account_id == WHO))
PUT_EMAIL_CHANGE = Command(insert_or_update(email_changes, key=("account_id",), update=("email", "token_hash", "created_at")))
REMOVE_EMAIL_CHANGE = Command(delete(email_changes).where(E.account_id == WHO))
PRUNE_EMAIL_CHANGES = Command(delete(email_changes).where(E.created_at < bindparam("before")))


def of_account(tx: Tx, account_id: int) -> Factors:
    """What protects an account beside its password."""
    return Factors(
        totp=totp(tx, account_id) is not None,
        passkeys=tuple(tx.all(PASSKEYS, account_id=account_id)),
        codes_left=tx.one(CODES_LEFT, account_id=account_id) or 0,
    )


def totp(tx: Tx, account_id: int) -> Totp | None:
    """The authenticator app of an account."""
    return tx.one(TOTP, account_id=account_id)


def put_totp(tx: Tx, row: Totp) -> None:
    """Store an authenticator app in place of the one before."""
    tx.exec(PUT_TOTP, row)


def use_step(tx: Tx, account_id: int, *, step: int) -> bool:
    """Use up the code of a step; False when it, or a newer one, was used before."""
    return tx.exec(USE_STEP, account_id=account_id, step=step, new_step=step) == 1


def remove_totp(tx: Tx, account_id: int) -> bool:
    """Forget the authenticator app; False when there was none."""
    return tx.exec(REMOVE_TOTP, account_id=account_id) == 1


def add_code(tx: Tx, row: RecoveryCode) -> None:
    """Store one recovery code."""
    tx.exec(ADD_CODE, row)


def use_code(tx: Tx, account_id: int, *, code_hash: bytes, at: datetime) -> bool:
    """Use up a recovery code; False when it is not one of this account, or was used."""
    return tx.exec(USE_CODE, account_id=account_id, code=code_hash, at=at) == 1


def remove_codes(tx: Tx, account_id: int) -> None:
    """Forget all recovery codes of an account."""
    tx.exec(REMOVE_CODES, account_id=account_id)


def find_passkey(tx: Tx, credential_id: bytes) -> Passkey | None:
    """The passkey with this id of the device's."""
    return tx.one(PASSKEY, credential_id=credential_id)


def add_passkey(tx: Tx, row: Passkey) -> None:
    """Store a new passkey."""
    tx.exec(ADD_PASSKEY, row)


def use_passkey(tx: Tx, passkey_id: int, *, count: int, at: datetime) -> None:
    """The passkey was used."""
    tx.exec(USE_PASSKEY, key=passkey_id, count=count, at=at)


def remove_passkey(tx: Tx, account_id: int, *, passkey_id: int) -> bool:
    """Forget a passkey of this account; False when it has no such one."""
    return tx.exec(REMOVE_PASSKEY, id=passkey_id, account_id=account_id) == 1


def add_pending(tx: Tx, row: PendingSignIn) -> None:
    """Remember that somebody's password was right."""
    tx.exec(ADD_PENDING, row)


def pending(tx: Tx, token_hash: bytes) -> tuple[PendingSignIn, User] | None:
    """A sign-in that awaits its second factor, with its person."""
    return tx.one(PENDING, token_hash=token_hash)


def remove_pending(tx: Tx, token_hash: bytes) -> bool:
    """The sign-in is over; False when it was."""
    return tx.exec(REMOVE_PENDING, token_hash=token_hash) == 1


def remove_all_pending(tx: Tx, account_id: int) -> None:
    """End all sign-ins of a person that are under way."""
    tx.exec(REMOVE_ALL_PENDING, account_id=account_id)


def use_challenge(tx: Tx, challenge: bytes, *, at: datetime) -> bool:
    """Use up a challenge; False when it was used before."""
    return tx.exec(USE_CHALLENGE, challenge=challenge, used_at=at) == 1


def email_change(tx: Tx, token_hash: bytes) -> EmailChange | None:
    """The change that a mailed token confirms."""
    return tx.one(EMAIL_CHANGE, token_hash=token_hash)


def email_change_of(tx: Tx, account_id: int) -> EmailChange | None:
    """The change that a person has asked for."""
    return tx.one(EMAIL_CHANGE_OF, account_id=account_id)


def put_email_change(tx: Tx, row: EmailChange) -> None:
    """Store a wanted change in place of the one before."""
    tx.exec(PUT_EMAIL_CHANGE, row)


def remove_email_change(tx: Tx, account_id: int) -> None:
    """The change is made, or not wanted any more."""
    tx.exec(REMOVE_EMAIL_CHANGE, account_id=account_id)


def prune(tx: Tx, *, pending_before: datetime, challenges_before: datetime, changes_before: datetime) -> int:
    """Forget what was never finished; how many rows."""
    return (
        tx.exec(PRUNE_PENDING, before=pending_before)
        + tx.exec(PRUNE_CHALLENGES, before=challenges_before)
        + tx.exec(PRUNE_EMAIL_CHANGES, before=changes_before)
    )

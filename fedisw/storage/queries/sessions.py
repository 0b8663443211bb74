"""Signed-in browsers (SES-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, or_, select, update

from fedisw.model.accounts import Account, User
from fedisw.model.oauth import Session
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import accounts, users
from fedisw.storage.tables.oauth import sessions

C = sessions.c

HOLDER = Query(
    tuple[Session, User, Account],
    select(*C, *users.c, *accounts.c)
    .join(users, users.c.id == C.account_id)
    .join(accounts, accounts.c.id == C.account_id)
    .where(C.token_hash == bindparam("token_hash")),
)
INSERT = Command(insert(sessions))
TOUCH = Command(update(sessions).where(C.id == bindparam("key")).values(seen_at=bindparam("at")))
REMOVE = Command(delete(sessions).where(C.token_hash == bindparam("token_hash")))
REMOVE_OTHERS = Query(
    int, delete(sessions).where(C.account_id == bindparam("account_id"), C.id != bindparam("keep")).returning(C.id)
)
FORGET_FACTORS = Command(update(sessions).where(C.account_id == bindparam("who")).values(factor_at=None))
PROVE = Command(update(sessions).where(C.id == bindparam("key")).values(factor_at=bindparam("at")))
OF_ACCOUNT = Query(Session, select(sessions).where(C.account_id == bindparam("account_id")).order_by(C.seen_at.desc(), C.id))
REMOVE_ONE = Command(delete(sessions).where(C.account_id == bindparam("account_id"), C.id == bindparam("id")))
PRUNE = Command(delete(sessions).where(or_(C.seen_at < bindparam("idle"), C.created_at < bindparam("oldest"))))


def holder(tx: Tx, token_hash: bytes) -> tuple[Session, User, Account] | None:
    """A session with the person it belongs to."""
    return tx.one(HOLDER, token_hash=token_hash)


def add(tx: Tx, session: Session) -> None:
    """Store a new session."""
    tx.exec(INSERT, session)


def touch(tx: Tx, session_id: int, *, at: datetime) -> None:
    """The browser was here; asked at most once an hour by the caller."""
    tx.exec(TOUCH, key=session_id, at=at)


def remove(tx: Tx, token_hash: bytes) -> bool:
    """Sign out; False when there was no such session."""
    return tx.exec(REMOVE, token_hash=token_hash) == 1


def remove_others(tx: Tx, account_id: int, *, keep: int = 0) -> list[int]:
    """End all sessions of a person but one; their ids."""
    return tx.all(REMOVE_OTHERS, account_id=account_id, keep=keep)


def of_account(tx: Tx, account_id: int) -> list[Session]:
    """All signed-in browsers of a person, the one that was here last first."""
    return tx.all(OF_ACCOUNT, account_id=account_id)


def remove_one(tx: Tx, account_id: int, *, session_id: int) -> bool:
    """Sign a browser of this person out; False when it is none of theirs."""
    return tx.exec(REMOVE_ONE, account_id=account_id, id=session_id) == 1


def prove(tx: Tx, session_id: int, *, at: datetime) -> None:
    """A second factor was given in this browser."""
    tx.exec(PROVE, key=session_id, at=at)


def forget_factors(tx: Tx, account_id: int) -> None:
    """No session of this person counts as one with a second factor any more."""
    tx.exec(FORGET_FACTORS, who=account_id)


def prune(tx: Tx, *, idle: datetime, oldest: datetime) -> int:
    """Forget sessions not seen since `idle` or made before `oldest`."""
    return tx.exec(PRUNE, idle=idle, oldest=oldest)

"""Whom a person does not want to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.accounts import Account
from fedisw.model.paging import Page
from fedisw.model.relations import Mute
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import mutes

C = mutes.c
_NEW = insert(mutes).values({column.name: bindparam(column.name) for column in C})

PUT = Command(
    _NEW.on_conflict_do_update(
        index_elements=[C.account_id, C.target_id],
        set_={"hides_notifications": _NEW.excluded.hides_notifications, "expires_at": _NEW.excluded.expires_at},
    )
)
REMOVE = Command(delete(mutes).where(C.account_id == bindparam("account_id"), C.target_id == bindparam("target_id")))
FIND = Query(
    Mute,
    select(mutes).where(
        C.account_id == bindparam("account_id"),
        C.target_id == bindparam("target_id"),
        or_(C.expires_at.is_(None), C.expires_at > bindparam("now")),
    ),
)
PAGE = Query(
    tuple[Mute, Account],
    select(*C, *accounts.c)
    .join(accounts, accounts.c.id == C.target_id)
    .where(
        C.account_id == bindparam("account_id"),
        C.id < bindparam("below"),
        C.id > bindparam("above"),
        or_(C.expires_at.is_(None), C.expires_at > bindparam("now")),
    )
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
PRUNE = Command(delete(mutes).where(C.expires_at < bindparam("now")))


def put(tx: Tx, mute: Mute) -> None:
    """Mute somebody, or change how."""
    tx.exec(PUT, mute)


def remove(tx: Tx, *, account_id: int, target_id: int) -> bool:
    """End it; False when there was none."""
    return tx.exec(REMOVE, account_id=account_id, target_id=target_id) == 1


def find(tx: Tx, *, account_id: int, target_id: int, now: datetime) -> Mute | None:
    """The mute that is in force."""
    return tx.one(FIND, account_id=account_id, target_id=target_id, now=now)


def page(tx: Tx, account_id: int, window: Page, *, now: datetime) -> list[tuple[Mute, Account]]:
    """Whom a person mutes now, newest first; the mute's id pages them."""
    return tx.all(PAGE, account_id=account_id, below=window.below, above=window.above, now=now, limit=window.limit)


def prune(tx: Tx, *, now: datetime) -> int:
    """Forget mutes that ended."""
    return tx.exec(PRUNE, now=now)

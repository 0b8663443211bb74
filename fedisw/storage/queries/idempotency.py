"""Answers to client writes that carried an Idempotency-Key (reliability, section 3.1)."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.statuses import idempotency

C = idempotency.c


class Answer(msgspec.Struct):
    """What a key stood for."""

    body_hash: bytes
    status_id: int


CLAIM = Command(insert(idempotency).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
FIND = Query(Answer, select(C.body_hash, C.status_id).where(C.account_id == bindparam("account_id"), C.key == bindparam("key")))
FOLLOW = Command(
    update(idempotency)
    .where(C.account_id == bindparam("owner"), C.status_id == bindparam("before"))
    .values(status_id=bindparam("after"))
)
PRUNE = Command(delete(idempotency).where(C.created_at < bindparam("before")))


def claim(tx: Tx, *, account_id: int, key: str, body_hash: bytes, status_id: int, now: datetime) -> Answer | None:
    """Take a key for a new post; what it stands for already, or None when it was free."""
    taken = tx.exec(CLAIM, account_id=account_id, key=key, body_hash=body_hash, status_id=status_id, created_at=now) == 1
    return None if taken else tx.one(FIND, account_id=account_id, key=key)


def follow(tx: Tx, *, account_id: int, scheduled_id: int, status_id: int) -> None:
    """What waited was posted: its key stands for the post now."""
    tx.exec(FOLLOW, owner=account_id, before=scheduled_id, after=status_id)


def prune(tx: Tx, *, before: datetime) -> int:
    """Forget keys used before then (24 h)."""
    return tx.exec(PRUNE, before=before)

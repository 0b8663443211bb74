"""Ids that were deleted (ING-7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.peers import Tombstone
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.peers import tombstones

C = tombstones.c

BY_URI = Query(Tombstone, select(tombstones).where(C.uri == bindparam("uri")))
ADD = Command(insert(tombstones).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
PRUNE = Command(delete(tombstones).where(C.deleted_at < bindparam("before"), C.account_id.is_(None)))


def find(tx: Tx, uri: str) -> Tombstone | None:
    """The tombstone of this id."""
    return tx.one(BY_URI, uri=uri)


def exists(tx: Tx, uri: str) -> bool:
    """Whether the id was deleted."""
    return find(tx, uri) is not None


def add(tx: Tx, tombstone: Tombstone) -> bool:
    """Remember a deleted id; False when it was remembered already."""
    return tx.exec(ADD, tombstone) == 1


def prune(tx: Tx, *, before: datetime) -> int:
    """Forget remote ids deleted before; our own stay for ever (410)."""
    return tx.exec(PRUNE, before=before)

"""Signatures that were accepted inside the clock window: the same bytes have no second effect (SIG-8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command
from fedisw.storage.tables.peers import replays

C = replays.c

ADD = Command(insert(replays).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
PRUNE = Command(delete(replays).where(C.seen_at < bindparam("before")))


def add(tx: Tx, signature_hash: bytes, *, now: datetime) -> bool:
    """Remember a signature; False when it was seen before."""
    return tx.exec(ADD, signature_hash=signature_hash, seen_at=now) == 1


def prune(tx: Tx, *, before: datetime) -> int:
    """Forget those that the clock refuses by now; twice the longest window (12 hours past, 1 hour future) is safe."""
    return tx.exec(PRUNE, before=before)

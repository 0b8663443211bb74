"""Activities that took effect, and things that were taken back before they came (ING-10, ING-7; reliability, section 3.4).

Both are texts in one table. An id that took effect stands for itself. A thing that its owner took back before it
arrived is the owner's id, a space and the thing's id: nobody can use up what belongs to another, and no URL holds
a space.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.peers import applied

C = applied.c

FIND = Query(str, select(C.activity_id).where(C.activity_id == bindparam("text")))
ADD = Command(insert(applied).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
PRUNE_IDS = Command(delete(applied).where(C.applied_at < bindparam("before"), C.activity_id.not_like(bindparam("spaced"))))
PRUNE_ALL = Command(delete(applied).where(C.applied_at < bindparam("before")))


def add(tx: Tx, activity_id: str, *, now: datetime) -> bool:
    """This activity takes effect now; False when it did before."""
    return tx.exec(ADD, activity_id=activity_id, applied_at=now) == 1


def exists(tx: Tx, activity_id: str) -> bool:
    """Whether this activity took effect."""
    return tx.one(FIND, text=activity_id) is not None


def withdraw(tx: Tx, *, owner_uri: str, uri: str, now: datetime) -> bool:
    """The owner took back (deleted, undid) what has not arrived yet; False when that is known."""
    return add(tx, f"{owner_uri} {uri}", now=now)


def is_withdrawn(tx: Tx, *, owner_uri: str, uri: str) -> bool:
    """Whether the owner took this back before it arrived."""
    return exists(tx, f"{owner_uri} {uri}")


def prune(tx: Tx, *, ids_before: datetime, withdrawn_before: datetime) -> int:
    """Forget ids (kept 30 days) and what was taken back early (kept a year)."""
    return tx.exec(PRUNE_IDS, before=ids_before, spaced="% %") + tx.exec(PRUNE_ALL, before=withdrawn_before)

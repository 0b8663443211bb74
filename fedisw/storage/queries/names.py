"""Names that nobody may register again (AUT-13)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import taken_names

C = taken_names.c

FIND = Query(str, select(C.name).where(C.name == bindparam("name")))
TAKE = Command(insert(taken_names).values(name=bindparam("name"), taken_at=bindparam("at")).on_conflict_do_nothing())


def is_taken(tx: Tx, name: str) -> bool:
    """Whether the name belonged to an account that is gone."""
    return tx.one(FIND, name=name.lower()) is not None


def take(tx: Tx, name: str, *, at: datetime) -> None:
    """Reserve a name for ever."""
    tx.exec(TAKE, name=name.lower(), at=at)

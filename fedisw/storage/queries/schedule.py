"""When each entry of the plan runs next (jobs/schedule.py)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from fedisw.storage.db import Tx
from fedisw.storage.dialect import insert_or_ignore
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.base import Millis
from fedisw.storage.tables.jobs import schedule

C = schedule.c

ALL = Query(tuple[str, datetime], select(C.name, C.next_run))
BEGIN = Command(insert_or_ignore(schedule))
MOVE = Command(
    update(schedule)
    .where(C.name == bindparam("entry"), C.next_run == bindparam("seen", type_=Millis()))
    .values(next_run=bindparam("later"))
)


def next_runs(tx: Tx) -> dict[str, datetime]:
    """The plan as it stands."""
    return dict(tx.all(ALL))


def move_on(tx: Tx, name: str, *, seen: datetime | None, next_run: datetime) -> bool:
    """Set the next time, unless somebody else did since `seen` was read; True when it was us."""
    if seen is None:
        return tx.exec(BEGIN, None, name=name, next_run=next_run) == 1
    return tx.exec(MOVE, None, entry=name, seen=seen, later=next_run) == 1

"""A small field of its own for tests of the engine, on the tables of jobs and schedule, which stand alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from fedisw.storage.db import Tx
from fedisw.storage.dialect import insert_or_ignore
from fedisw.storage.statements import Command, Query, TextIn
from fedisw.storage.tables.jobs import schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the plan."""

    name: str
    next_run: datetime


ALL = Query(Entry, select(schedule).order_by(schedule.c.name))
BY_NAME = Query(Entry, select(schedule).where(schedule.c.name == bindparam("name")))
BY_NAMES = Query(Entry, select(schedule).where(TextIn(schedule.c.name, "names")).order_by(schedule.c.name))
COUNT = Query(int, select(func.count()).select_from(schedule))
INSERT = Command(insert(schedule))
INSERT_ONCE = Command(insert_or_ignore(schedule))
MOVE = Command(update(schedule).where(schedule.c.name == bindparam("entry")).values(next_run=bindparam("later")))


def names(tx: Tx) -> list[str]:
    """All names, sorted."""
    return [entry.name for entry in tx.all(ALL)]


def add(tx: Tx, name: str, now: datetime) -> str:
    """Insert a row, tell the bus, and give the name back."""
    tx.exec(INSERT, Entry(name=name, next_run=now))
    tx.publish("added", name.encode())
    return name

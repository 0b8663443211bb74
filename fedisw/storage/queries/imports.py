"""Files of other servers that are worked through line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.portability import imports

C = imports.c
NOTHING_LEFT = b"[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file: `done` of its `total` lines are worked through, `failed` of these in vain; `replaces`: what it lacks goes."""

    id: int
    account_id: int
    kind: str
    replaces: bool
    lines: tuple[tuple[str, ...], ...]
    total: int
    done: int = 0
    failed: int = 0
    created_at: datetime
    finished_at: datetime | None = None


ADD = Command(insert(imports).values({column.name: bindparam(column.name) for column in C}))
BY_ID = Query(Import, select(imports).where(C.id == bindparam("id")))
LATEST = Query(
    Import, select(imports).where(C.account_id == bindparam("account_id")).order_by(C.id.desc()).limit(bindparam("limit"))
)
STEP = Command(
    update(imports)
    .where(C.id == bindparam("key"), C.done == bindparam("before"))
    .values(done=bindparam("done"), failed=C.failed + bindparam("failed"))
)
FINISH = Command(update(imports).where(C.id == bindparam("key")).values(finished_at=bindparam("at"), lines=bindparam("nothing")))


def add(tx: Tx, value: Import) -> None:
    """A file came."""
    tx.exec(ADD, value)


def find(tx: Tx, import_id: int) -> Import | None:
    """The file with this id."""
    return tx.one(BY_ID, id=import_id)


def latest(tx: Tx, account_id: int, *, limit: int) -> list[Import]:
    """The newest files of a person."""
    return tx.all(LATEST, account_id=account_id, limit=limit)


def step(tx: Tx, import_id: int, *, before: int, done: int, failed: int) -> bool:
    """Lines up to `done` are worked through; False when that was noted already."""
    return tx.exec(STEP, key=import_id, before=before, done=done, failed=failed) == 1


def finish(tx: Tx, import_id: int, *, now: datetime) -> None:
    """All lines are worked through; they are forgotten."""
    tx.exec(FINISH, key=import_id, at=now, nothing=NOTHING_LEFT)

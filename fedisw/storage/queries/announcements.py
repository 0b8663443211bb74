"""What everybody on the server is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as put

from fedisw.model.announcements import Announcement, Reaction
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.announcements import announcement_reactions, announcement_reads, announcements

A, D, R = announcements.c, announcement_reads.c, announcement_reactions.c
MOST = 100  # announcements that are shown at once
_CURRENT = and_(A.published_at <= bindparam("now"), or_(A.ends_at.is_(None), A.ends_at > bindparam("now")))
_ONE = and_(
    R.announcement_id == bindparam("announcement_id"), R.name == bindparam("name"), R.account_id == bindparam("account_id")
)

CURRENT = Query(Announcement, select(announcements).where(_CURRENT).order_by(A.published_at, A.id).limit(MOST))
BY_ID = Query(Announcement, select(announcements).where(A.id == bindparam("id"), _CURRENT))
READ = Query(int, select(D.announcement_id).where(D.account_id == bindparam("account_id"), IdIn(D.announcement_id, "ids")))
REACTIONS = Query(
    Reaction,
    select(
        R.announcement_id,
        R.name,
        func.count().label("count"),
        (func.max(case((R.account_id == bindparam("account_id"), 1), else_=0)) == 1).label("me"),
    )
    .where(IdIn(R.announcement_id, "ids"))
    .group_by(R.announcement_id, R.name)
    .order_by(R.announcement_id, func.min(R.created_at), R.name),
)
ADD = Command(insert(announcements))
CHANGE = Command(
    update(announcements)
    .where(A.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("content", "starts_at", "ends_at", "all_day", "updated_at")})
)
REMOVE = Command(delete(announcements).where(A.id == bindparam("id")))
MARK_READ = Command(
    put(announcement_reads).values({column.name: bindparam(column.name) for column in D}).on_conflict_do_nothing()
)
REACT = Command(
    put(announcement_reactions).values({column.name: bindparam(column.name) for column in R}).on_conflict_do_nothing()
)
UNREACT = Command(delete(announcement_reactions).where(_ONE))


def current(tx: Tx, *, now: datetime) -> list[Announcement]:
    """What is told now, oldest first."""
    return tx.all(CURRENT, now=now)


def find(tx: Tx, announcement_id: int, *, now: datetime) -> Announcement | None:
    """One that is told now."""
    return tx.one(BY_ID, id=announcement_id, now=now)


def read_by(tx: Tx, account_id: int, ids: Sequence[int]) -> set[int]:
    """Which of these a person has read."""
    return set(tx.all(READ, account_id=account_id, ids=list(ids))) if ids else set()


def reactions(tx: Tx, ids: Sequence[int], *, account_id: int) -> list[Reaction]:
    """What people think of these, the first emoji of each first."""
    return tx.all(REACTIONS, ids=list(ids), account_id=account_id) if ids else []


def add(tx: Tx, announcement: Announcement) -> None:
    """Store a new one."""
    tx.exec(ADD, announcement)


def change(tx: Tx, announcement: Announcement) -> bool:
    """Store an edited one; False when it is gone."""
    names = ("content", "starts_at", "ends_at", "all_day", "updated_at")
    return tx.exec(CHANGE, key=announcement.id, **{name: getattr(announcement, name) for name in names}) == 1


def remove(tx: Tx, announcement_id: int) -> bool:
    """Take it back; False when it is gone."""
    return tx.exec(REMOVE, id=announcement_id) == 1


def mark_read(tx: Tx, announcement_id: int, *, account_id: int) -> None:
    """A person has read it."""
    tx.exec(MARK_READ, announcement_id=announcement_id, account_id=account_id)


def react(tx: Tx, announcement_id: int, name: str, *, account_id: int, now: datetime) -> bool:
    """A person chose an emoji; False when they had."""
    return tx.exec(REACT, announcement_id=announcement_id, name=name, account_id=account_id, created_at=now) == 1


def unreact(tx: Tx, announcement_id: int, name: str, *, account_id: int) -> bool:
    """A person takes an emoji back; False when they had not chosen it."""
    return tx.exec(UNREACT, announcement_id=announcement_id, name=name, account_id=account_id) == 1

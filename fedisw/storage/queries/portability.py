"""What goes into copies of a person's own data, and the copies themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import list_members, lists
from fedisw.storage.tables.portability import archives
from fedisw.storage.tables.relations import blocks, bookmarks, favourites, follows, host_blocks, mutes
from fedisw.storage.tables.statuses import statuses

A, C = accounts.c, archives.c
MOST = 50_000  # lines of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A copy of everything of a person; `size` in bytes."""

    id: int
    account_id: int
    size: int
    created_at: datetime
    ready_at: datetime | None = None


class Followed(msgspec.Struct):
    """Somebody whom a person follows, and how."""

    username: str
    host: str | None
    shows_reblogs: bool
    notifies: bool
    languages: tuple[str, ...]


class Muted(msgspec.Struct):
    """Somebody whom a person mutes."""

    username: str
    host: str | None
    hides_notifications: bool


class Listed(msgspec.Struct):
    """Somebody on a list of a person."""

    title: str
    username: str
    host: str | None


class Handle(msgspec.Struct):
    """An account; `host` is None for ours."""

    username: str
    host: str | None


_WHO: ColumnElement[Any] = bindparam("account_id")
_MOST: ColumnElement[Any] = bindparam("limit")
FOLLOWED = Query(
    Followed,
    select(A.username, A.host, follows.c.shows_reblogs, follows.c.notifies, follows.c.languages)
    .join(follows, follows.c.target_id == A.id)
    .where(follows.c.follower_id == _WHO, follows.c.accepted)
    .order_by(follows.c.id)
    .limit(_MOST),
)
MUTED = Query(
    Muted,
    select(A.username, A.host, mutes.c.hides_notifications)
    .join(mutes, mutes.c.target_id == A.id)
    .where(mutes.c.account_id == _WHO)
    .order_by(mutes.c.id)
    .limit(_MOST),
)
BLOCKED = Query(
    Handle,
    select(A.username, A.host)
    .join(blocks, blocks.c.target_id == A.id)
    .where(blocks.c.account_id == _WHO)
    .order_by(blocks.c.id)
    .limit(_MOST),
)
HOSTS = Query(str, select(host_blocks.c.host).where(host_blocks.c.account_id == _WHO).order_by(host_blocks.c.id).limit(_MOST))
LISTED = Query(
    Listed,
    select(lists.c.title, A.username, A.host)
    .join(list_members, list_members.c.list_id == lists.c.id)
    .join(accounts, A.id == list_members.c.account_id)
    .where(lists.c.account_id == _WHO)
    .order_by(lists.c.id, list_members.c.id)
    .limit(_MOST),
)
SAVED = Query(
    tuple[int, str],
    select(statuses.c.id, statuses.c.uri)
    .join(bookmarks, bookmarks.c.status_id == statuses.c.id)
    .where(bookmarks.c.account_id == _WHO)
    .order_by(bookmarks.c.id)
    .limit(_MOST),
)
LIKED = Query(
    tuple[int, str],
    select(statuses.c.id, statuses.c.uri)
    .join(favourites, favourites.c.status_id == statuses.c.id)
    .where(favourites.c.account_id == _WHO)
    .order_by(favourites.c.id)
    .limit(_MOST),
)
ADD = Command(insert(archives).values({column.name: bindparam(column.name) for column in C}))
FINISH = Command(update(archives).where(C.id == bindparam("key")).values(size=bindparam("size"), ready_at=bindparam("ready_at")))
BY_ID = Query(Archive, select(archives).where(C.id == bindparam("id")))
LATEST = Query(Archive, select(archives).where(C.account_id == _WHO).order_by(C.id.desc()).limit(1))
REMOVE_OLD = Command(delete(archives).where(C.created_at < bindparam("before")))
THOSE_LEFT = Query(int, select(C.id).where(IdIn(C.id, "ids")))


def followed(tx: Tx, account_id: int) -> list[Followed]:
    """Whom a person follows, oldest first."""
    return tx.all(FOLLOWED, account_id=account_id, limit=MOST)


def muted(tx: Tx, account_id: int) -> list[Muted]:
    """Whom a person mutes, oldest first."""
    return tx.all(MUTED, account_id=account_id, limit=MOST)


def blocked(tx: Tx, account_id: int) -> list[Handle]:
    """Whom a person blocks, oldest first."""
    return tx.all(BLOCKED, account_id=account_id, limit=MOST)


def hosts(tx: Tx, account_id: int) -> list[str]:
    """Servers that a person blocks, oldest first."""
    return tx.all(HOSTS, account_id=account_id, limit=MOST)


def listed(tx: Tx, account_id: int) -> list[Listed]:
    """Who is on which list of a person."""
    return tx.all(LISTED, account_id=account_id, limit=MOST)


def saved(tx: Tx, account_id: int) -> list[tuple[int, str]]:
    """Ids, ours and theirs, of the posts that a person saved, oldest first."""
    return tx.all(SAVED, account_id=account_id, limit=MOST)


def liked(tx: Tx, account_id: int) -> list[tuple[int, str]]:
    """Ids, ours and theirs, of the posts that a person liked, oldest first."""
    return tx.all(LIKED, account_id=account_id, limit=MOST)


def add(tx: Tx, archive: Archive) -> None:
    """A copy is asked for."""
    tx.exec(ADD, archive)


def finish(tx: Tx, archive_id: int, *, size: int, now: datetime) -> None:
    """The file is there."""
    tx.exec(FINISH, key=archive_id, size=size, ready_at=now)


def find(tx: Tx, archive_id: int) -> Archive | None:
    """The copy with this id."""
    return tx.one(BY_ID, id=archive_id)


def latest(tx: Tx, account_id: int) -> Archive | None:
    """The newest copy of a person."""
    return tx.one(LATEST, account_id=account_id)


def remove_old(tx: Tx, *, before: datetime) -> int:
    """Forget copies that had their week."""
    return tx.exec(REMOVE_OLD, before=before)


def those_left(tx: Tx, ids: Iterable[int]) -> set[int]:
    """Which of these copies are still known."""
    wanted: Sequence[int] = list(ids)
    return set(tx.all(THOSE_LEFT, ids=wanted)) if wanted else set()

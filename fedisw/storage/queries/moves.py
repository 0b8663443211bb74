"""Moves of accounts, and whom they concern here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.relations import Block, Follow, Mute
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.moving import moves
from fedisw.storage.tables.relations import blocks, follows, mutes

C = moves.c
ADD = Command(insert(moves).values({column.name: bindparam(column.name) for column in C}))
LAST = Query(datetime | None, select(func.max(C.created_at).label("last_at")).where(C.account_id == bindparam("account_id")))
FOLLOWS = Query(Follow, select(follows).where(follows.c.target_id == bindparam("target_id"), IdIn(follows.c.follower_id, "ids")))
BLOCKS = Query(
    Block,
    select(blocks)
    .join(accounts, accounts.c.id == blocks.c.account_id)
    .where(blocks.c.target_id == bindparam("target_id"), blocks.c.id > bindparam("after"), accounts.c.host.is_(None))
    .order_by(blocks.c.id)
    .limit(bindparam("limit")),
)
MUTES = Query(
    Mute,
    select(mutes)
    .where(mutes.c.target_id == bindparam("target_id"), mutes.c.id > bindparam("after"))
    .order_by(mutes.c.id)
    .limit(bindparam("limit")),
)


def add(tx: Tx, *, move_id: int, account_id: int, target_uri: str, now: datetime) -> None:
    """An account has moved."""
    tx.exec(ADD, id=move_id, account_id=account_id, target_uri=target_uri, created_at=now)


def last_at(tx: Tx, account_id: int) -> datetime | None:
    """When an account moved last."""
    return tx.one(LAST, account_id=account_id)


def follows_of(tx: Tx, target_id: int, follower_ids: Sequence[int]) -> list[Follow]:
    """What these followers wanted to see of an account."""
    return tx.all(FOLLOWS, target_id=target_id, ids=list(follower_ids)) if follower_ids else []


def blocks_here(tx: Tx, target_id: int, *, after: int, limit: int) -> list[Block]:
    """Blocks of an account by people here, by id."""
    return tx.all(BLOCKS, target_id=target_id, after=after, limit=limit)


def mutes_of(tx: Tx, target_id: int, *, after: int, limit: int) -> list[Mute]:
    """Mutes of an account, by id."""
    return tx.all(MUTES, target_id=target_id, after=after, limit=limit)

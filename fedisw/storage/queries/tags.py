"""Hashtags by their folded names."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from fedisw.model.statuses import Tag
from fedisw.storage.db import Tx
from fedisw.storage.statements import Query
from fedisw.storage.tables.statuses import tags

C = tags.c
LAST = "\U0010ffff"  # sorts behind every character of a tag

BY_NAME = Query(Tag, select(tags).where(C.name == bindparam("name")))
BEGINNING = Query(
    Tag,
    select(tags)
    .where(C.name >= bindparam("first"), C.name < bindparam("last"))
    .order_by(func.length(C.name), C.name)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)


def find(tx: Tx, name: str) -> Tag | None:
    """The tag with this folded name, if somebody used it."""
    return tx.one(BY_NAME, name=name)


def beginning_with(tx: Tx, prefix: str, *, limit: int, offset: int = 0) -> list[Tag]:
    """Tags whose folded names begin so, the shortest first."""
    return tx.all(BEGINNING, first=prefix, last=prefix + LAST, limit=limit, offset=offset)

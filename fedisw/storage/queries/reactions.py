"""Reactions to posts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.reactions import Reaction, ReactionCount
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.reactions import reactions
from fedisw.storage.tables.relations import favourites

C, F = reactions.c, favourites.c
_OWN = (C.status_id == bindparam("status_id"), C.account_id == bindparam("account_id"))

ADD = Command(insert_or_ignore(reactions).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
BY_URI = Query(
    Reaction,
    select(reactions).where(C.account_id == bindparam("account_id"), C.uri == bindparam("uri"), C.uri != "").limit(1),
)
OWN = Query(Reaction, select(reactions).where(*_OWN).order_by(C.id))
REMOVE = Command(delete(reactions).where(C.id == bindparam("id")))
COUNTS = Query(
    ReactionCount,
    select(C.status_id, C.content, func.max(C.picture).label("picture"), func.count().label("count"))
    .where(IdIn(C.status_id, "ids"), C.content != "")
    .group_by(C.status_id, C.content)
    .order_by(func.count().desc(), func.min(C.id)),
)
NAME_LIKE = Command(
    update(favourites)
    .where(F.status_id == bindparam("on_status"), F.account_id == bindparam("by"))
    .values(uri=bindparam("new_uri"))
)


def add(tx: Tx, reaction: Reaction) -> bool:
    """Store it; False when the account said that to the post before."""
    return tx.exec(ADD, reaction) == 1


def by_uri(tx: Tx, uri: str, *, account_id: int) -> Reaction | None:
    """The reaction that this account made with this activity id."""
    return tx.one(BY_URI, uri=uri, account_id=account_id)


def own(tx: Tx, *, status_id: int, account_id: int) -> list[Reaction]:
    """All that an account said to a post, oldest first."""
    return tx.all(OWN, status_id=status_id, account_id=account_id)


def remove(tx: Tx, reaction_id: int) -> bool:
    """Take one away."""
    return tx.exec(REMOVE, id=reaction_id) == 1


def counts(tx: Tx, ids: Iterable[int]) -> list[ReactionCount]:
    """What is said to these posts and how often, the most frequent first."""
    wanted = list(ids)
    return tx.all(COUNTS, ids=wanted) if wanted else []


def name_like(tx: Tx, *, status_id: int, account_id: int, uri: str) -> None:
    """The like of a post stands for another activity of the account from now on."""
    tx.exec(NAME_LIKE, on_status=status_id, by=account_id, new_uri=uri)

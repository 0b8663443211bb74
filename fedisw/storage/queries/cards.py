"""Previews of pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_change

from fedisw.model.cards import Card
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.cards import cards
from fedisw.storage.tables.statuses import statuses

C = cards.c

BY_IDS = Query(Card, select(cards).where(IdIn(C.id, "ids")))
BY_URL = Query(Card, select(cards).where(C.url == bindparam("url")))
_put = insert_or_change(cards).values({column.name: bindparam(column.name) for column in C})
PUT = Command(
    _put.on_conflict_do_update(
        index_elements=[C.url], set_={column.name: _put.excluded[column.name] for column in C if column.name not in ("id", "url")}
    )
)
SHOW = Command(
    update(statuses)
    .where(statuses.c.id == bindparam("key"), statuses.c.card_id.is_distinct_from(bindparam("card")))
    .values(card_id=bindparam("card"), revision=statuses.c.revision + 1)
)
_old = (
    select(C.id)
    .where(C.fetched_at < bindparam("before"), ~exists().where(statuses.c.card_id == C.id))
    .limit(bindparam("limit"))
    .scalar_subquery()
)
PRUNE = Command(delete(cards).where(C.id.in_(_old)))


def by_ids(tx: Tx, ids: Iterable[int]) -> list[Card]:
    """Those that exist, in no particular order."""
    wanted = list(ids)
    return tx.all(BY_IDS, ids=wanted) if wanted else []


def find(tx: Tx, url: str) -> Card | None:
    """What is known of a page."""
    return tx.one(BY_URL, url=url)


def put(tx: Tx, card: Card) -> None:
    """Store what a page says of itself now; the first id stays."""
    tx.exec(PUT, card)


def show(tx: Tx, status_id: int, card_id: int | None) -> bool:
    """A post shows this preview, or none; False when it does already."""
    return tx.exec(SHOW, key=status_id, card=card_id) == 1


def prune(tx: Tx, *, before: datetime, limit: int = 500) -> int:
    """Forget pages that no post shows and that were read before then."""
    return tx.exec(PRUNE, before=before, limit=limit)

"""Collections of accounts and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as put

from fedisw.model.collections import Collection, CollectionItem, ItemState
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.collections import collection_items, collections

C, K = collections.c, collection_items.c
CHANGED = ("name", "description", "language", "sensitive", "discoverable", "tag_name", "updated_at")

BY_ID = Query(Collection, select(collections).where(C.id == bindparam("id")))
OF_ACCOUNT = Query(
    Collection,
    select(collections)
    .where(C.account_id == bindparam("account_id"), or_(C.discoverable, bindparam("hidden") == 1))
    .order_by(C.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)
WITH_ACCOUNT = Query(
    Collection,
    select(collections)
    .join(collection_items, K.collection_id == C.id)
    .join(accounts, accounts.c.id == C.account_id)
    .where(K.account_id == bindparam("account_id"), K.state == ItemState.ACCEPTED, accounts.c.suspended_at.is_(None))
    .order_by(C.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)
COUNT = Query(int, select(func.count()).select_from(collections).where(C.account_id == bindparam("account_id")))
ITEMS = Query(CollectionItem, select(collection_items).where(IdIn(K.collection_id, "ids")).order_by(K.id))
ITEM = Query(
    CollectionItem, select(collection_items).where(K.id == bindparam("id"), K.collection_id == bindparam("collection_id"))
)
ADD = Command(insert(collections))
CHANGE = Command(update(collections).where(C.id == bindparam("key")).values({name: bindparam(name) for name in CHANGED}))
REMOVE = Command(delete(collections).where(C.id == bindparam("id")))
ADD_ITEM = Command(put(collection_items).values({column.name: bindparam(column.name) for column in K}).on_conflict_do_nothing())
REMOVE_ITEM = Command(delete(collection_items).where(K.id == bindparam("id")))
SET_STATE = Command(update(collection_items).where(K.id == bindparam("key")).values(state=bindparam("state")))


def find(tx: Tx, collection_id: int) -> Collection | None:
    """By id."""
    return tx.one(BY_ID, id=collection_id)


def of_account(tx: Tx, account_id: int, *, hidden: bool, limit: int, offset: int) -> list[Collection]:
    """What an account recommends, newest first; `hidden`: also what it does not show on its profile."""
    return tx.all(OF_ACCOUNT, account_id=account_id, hidden=int(hidden), limit=limit, offset=offset)


def with_account(tx: Tx, account_id: int, *, limit: int, offset: int) -> list[Collection]:
    """Collections in which an account stands, newest first."""
    return tx.all(WITH_ACCOUNT, account_id=account_id, limit=limit, offset=offset)


def count(tx: Tx, account_id: int) -> int:
    """How many an account has."""
    return tx.one(COUNT, account_id=account_id) or 0


def items(tx: Tx, ids: Sequence[int]) -> list[CollectionItem]:
    """What stands in these collections, in the order it was added; in one statement."""
    return tx.all(ITEMS, ids=list(ids)) if ids else []


def item(tx: Tx, item_id: int, *, collection_id: int) -> CollectionItem | None:
    """One item of a collection."""
    return tx.one(ITEM, id=item_id, collection_id=collection_id)


def add(tx: Tx, collection: Collection) -> None:
    """Store a new one."""
    tx.exec(ADD, collection)


def change(tx: Tx, collection: Collection) -> None:
    """Store a changed one."""
    tx.exec(CHANGE, key=collection.id, **{name: getattr(collection, name) for name in CHANGED})


def remove(tx: Tx, collection_id: int) -> None:
    """Forget it and what stands in it."""
    tx.exec(REMOVE, id=collection_id)


def add_item(tx: Tx, item: CollectionItem) -> bool:
    """Put an account into it; False when it is there."""
    return tx.exec(ADD_ITEM, item) == 1


def remove_item(tx: Tx, item_id: int) -> None:
    """Take an account out."""
    tx.exec(REMOVE_ITEM, id=item_id)


def set_state(tx: Tx, item_id: int, state: ItemState) -> None:
    """Show an item, or not any more."""
    tx.exec(SET_STATE, key=item_id, state=state)

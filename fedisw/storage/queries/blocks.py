"""Who blocks whom, and which servers a person does not want to hear from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.accounts import Account
from fedisw.model.paging import Page
from fedisw.model.relations import Block
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import blocks, host_blocks

C, H = blocks.c, host_blocks.c
_PAIR = and_(C.account_id == bindparam("by"), C.target_id == bindparam("of"))
_BACK = and_(C.account_id == bindparam("of"), C.target_id == bindparam("by"))

EXISTS = Query(int, select(C.id).where(_PAIR))
EITHER = Query(int, select(C.id).where(or_(_PAIR, _BACK)).limit(1))
AROUND = Query(
    int,
    union_all(
        select(C.target_id.label("other_id")).where(C.account_id == bindparam("viewer_id"), IdIn(C.target_id, "ids")),
        select(C.account_id.label("other_id")).where(C.target_id == bindparam("viewer_id"), IdIn(C.account_id, "ids")),
    ),
)
BY_ID = Query(Block, select(blocks).where(C.id == bindparam("id")))
BY_URI = Query(Block, select(blocks).where(C.uri == bindparam("uri"), C.account_id == bindparam("account_id")).limit(1))
INSERT_ONCE = Command(insert(blocks).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
REMOVE = Query(Block, delete(blocks).where(_PAIR).returning(*C))
PAGE = Query(
    tuple[int, Account],
    select(C.id.label("block_id"), *accounts.c)
    .join(accounts, accounts.c.id == C.target_id)
    .where(C.account_id == bindparam("account_id"), C.id < bindparam("below"), C.id > bindparam("above"))
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
PUT_HOST = Command(insert(host_blocks).values({column.name: bindparam(column.name) for column in H}).on_conflict_do_nothing())
REMOVE_HOST = Command(delete(host_blocks).where(H.account_id == bindparam("account_id"), H.host == bindparam("host")))
HOSTS = Query(
    tuple[int, str],
    select(H.id, H.host)
    .where(H.account_id == bindparam("account_id"), H.id < bindparam("below"), H.id > bindparam("above"))
    .order_by(H.id.desc())
    .limit(bindparam("limit")),
)
HOST_BLOCKED = Query(int, select(H.id).where(H.account_id == bindparam("account_id"), H.host == bindparam("host")))


def exists(tx: Tx, *, by: int, of: int) -> bool:
    """Whether `by` blocks `of`."""
    return tx.one(EXISTS, by=by, of=of) is not None


def either(tx: Tx, first: int, second: int) -> bool:
    """Whether one of the two blocks the other (VIS-3)."""
    return tx.one(EITHER, by=first, of=second) is not None


def around(tx: Tx, viewer_id: int, ids: Sequence[int]) -> set[int]:
    """Which of these accounts block the viewer or are blocked by the viewer, in one statement (VIS-3)."""
    return set(tx.all(AROUND, viewer_id=viewer_id, ids=list(ids))) if ids else set()


def find_by_id(tx: Tx, block_id: int) -> Block | None:
    """The block with this id of ours."""
    return tx.one(BY_ID, id=block_id)


def find_by_uri(tx: Tx, uri: str, *, account_id: int) -> Block | None:
    """The block of an account that was made by this activity."""
    return tx.one(BY_URI, uri=uri, account_id=account_id)


def insert_once(tx: Tx, block: Block) -> bool:
    """Store it unless it stands; False when it does."""
    return tx.exec(INSERT_ONCE, block) == 1


def remove(tx: Tx, *, by: int, of: int) -> Block | None:
    """End it; what it was."""
    return tx.one(REMOVE, by=by, of=of)


def page(tx: Tx, account_id: int, window: Page) -> list[tuple[int, Account]]:
    """Whom an account blocks, newest first, each with the hidden id that pages them."""
    return tx.all(PAGE, account_id=account_id, below=window.below, above=window.above, limit=window.limit)


def put_host(tx: Tx, *, account_id: int, host: str, block_id: int, now: datetime) -> bool:
    """A person does not want to hear from a server; False when that was so already."""
    return tx.exec(PUT_HOST, account_id=account_id, host=host, id=block_id, created_at=now) == 1


def remove_host(tx: Tx, *, account_id: int, host: str) -> bool:
    """The person wants to hear from it again."""
    return tx.exec(REMOVE_HOST, account_id=account_id, host=host) == 1


def hosts(tx: Tx, account_id: int, window: Page) -> list[tuple[int, str]]:
    """Servers that a person blocks, newest first, with the hidden id that pages them."""
    return tx.all(HOSTS, account_id=account_id, below=window.below, above=window.above, limit=window.limit)


def host_blocked(tx: Tx, *, account_id: int, host: str) -> bool:
    """Whether a person blocks that server."""
    return tx.one(HOST_BLOCKED, account_id=account_id, host=host) is not None

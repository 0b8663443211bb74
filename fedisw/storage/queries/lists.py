"""Lists of a person and who is on them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.lists import ListMember, RepliesPolicy, UserList
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import list_members, lists

C, M = lists.c, list_members.c

OF_ACCOUNT = Query(UserList, select(lists).where(C.account_id == bindparam("account_id")).order_by(C.id))
OWN = Query(UserList, select(lists).where(C.id == bindparam("id"), C.account_id == bindparam("account_id")))
COUNT = Query(int, select(func.count()).select_from(lists).where(C.account_id == bindparam("account_id")))
INSERT = Command(insert(lists))
CHANGE = Command(
    update(lists)
    .where(C.id == bindparam("key"))
    .values(title=bindparam("title"), replies_policy=bindparam("replies_policy"), exclusive=bindparam("exclusive"))
)
REMOVE = Command(delete(lists).where(C.id == bindparam("id"), C.account_id == bindparam("account_id")))
MEMBERS = Query(
    tuple[int, Account],
    select(M.id.label("member_id"), *accounts.c)
    .join(accounts, accounts.c.id == M.account_id)
    .where(M.list_id == bindparam("list_id"), M.id < bindparam("below"), M.id > bindparam("above"))
    .order_by(M.id.desc())
    .limit(bindparam("limit")),
)
ADD_MEMBER = Command(
    insert_or_ignore(list_members).values({column.name: bindparam(column.name) for column in M}).on_conflict_do_nothing()
)
REMOVE_MEMBERS = Command(delete(list_members).where(M.list_id == bindparam("list_id"), IdIn(M.account_id, "ids")))
REMOVE_FROM_ALL = Command(
    delete(list_members).where(
        M.account_id == bindparam("account_id"), M.list_id.in_(select(C.id).where(C.account_id == bindparam("owner_id")))
    )
)
WITH_MEMBER = Query(
    UserList,
    select(lists)
    .join(list_members, M.list_id == C.id)
    .where(C.account_id == bindparam("owner_id"), M.account_id == bindparam("account_id"))
    .order_by(C.id),
)


def of_account(tx: Tx, account_id: int) -> list[UserList]:
    """A person's lists, oldest first."""
    return tx.all(OF_ACCOUNT, account_id=account_id)


def own(tx: Tx, list_id: int, *, account_id: int) -> UserList:
    """A list of this person; NotFound for everybody else's (VIS-9)."""
    found = tx.one(OWN, id=list_id, account_id=account_id)
    if found is None:
        raise NotFound("list", list_id)
    return found


def count(tx: Tx, account_id: int) -> int:
    """How many lists the person has."""
    return tx.one(COUNT, account_id=account_id) or 0


def add(tx: Tx, user_list: UserList) -> None:
    """Store a new list."""
    tx.exec(INSERT, user_list)


def change(tx: Tx, list_id: int, *, title: str, replies_policy: RepliesPolicy, exclusive: bool) -> None:
    """Change what a list is called and does."""
    tx.exec(CHANGE, key=list_id, title=title, replies_policy=replies_policy, exclusive=exclusive)


def remove(tx: Tx, list_id: int, *, account_id: int) -> bool:
    """Take a list away; False when it is not this person's."""
    return tx.exec(REMOVE, id=list_id, account_id=account_id) == 1


def members(tx: Tx, list_id: int, page: Page) -> list[tuple[int, Account]]:
    """Who is on a list, newest first, each with the hidden id that pages them."""
    return tx.all(MEMBERS, list_id=list_id, below=page.below, above=page.above, limit=page.limit)


def add_member(tx: Tx, member: ListMember) -> bool:
    """Put somebody on a list; False when already on it."""
    return tx.exec(ADD_MEMBER, member) == 1


def remove_members(tx: Tx, list_id: int, account_ids: Sequence[int]) -> int:
    """Take people off a list; how many were on it."""
    return tx.exec(REMOVE_MEMBERS, list_id=list_id, ids=list(account_ids))


def remove_from_all(tx: Tx, *, owner_id: int, account_id: int) -> int:
    """Take somebody off all lists of one person."""
    return tx.exec(REMOVE_FROM_ALL, owner_id=owner_id, account_id=account_id)


def with_member(tx: Tx, *, owner_id: int, account_id: int) -> list[UserList]:
    """The person's lists that hold this account."""
    return tx.all(WITH_MEMBER, owner_id=owner_id, account_id=account_id)

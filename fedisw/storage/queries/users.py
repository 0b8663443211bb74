"""Local people: how they sign in and what they set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from fedisw.model.accounts import Account, Role, User
from fedisw.model.errors import NotFound
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts, users
from fedisw.storage.tables.base import Millis

C = users.c

BY_ID = Query(User, select(users).where(C.id == bindparam("id")))
BY_EMAIL = Query(User, select(users).where(C.email == bindparam("email")))
BY_CONFIRM = Query(User, select(users).where(C.confirm_token_hash == bindparam("token_hash")))
BY_RESET = Query(User, select(users).where(C.reset_token_hash == bindparam("token_hash")))
INSERT = Command(insert(users))
REMOVE = Command(delete(users).where(C.id == bindparam("id")))
REPLACE = Command(
    update(users)
    .where(C.id == bindparam("key"))
    .values({column.name: bindparam(column.name) for column in C if column.name not in ("id", "created_at")})
)
TOUCH = Command(update(users).where(C.id == bindparam("key")).values(last_active_at=bindparam("at")))
STAFF = Query(
    int, select(C.id).where(C.role.in_([Role.OWNER, Role.ADMIN, Role.MODERATOR]), C.disabled_at.is_(None)).order_by(C.id)
)
ALL = Query(
    tuple[User, Account],
    select(*C, *accounts.c)
    .join(accounts, accounts.c.id == C.id)
    .where(C.id > bindparam("after"))
    .order_by(C.id)
    .limit(bindparam("limit")),
)
WAITING = Query(int, select(C.id).where(IdIn(C.id, "ids"), or_(C.confirmed_at.is_(None), C.approved_at.is_(None))))
WITH_ROLE = Query(int, select(func.count()).select_from(users).where(C.role == bindparam("role")))
FIRST_WITH_ROLE = Query(int, select(C.id).where(C.role == bindparam("role"), C.disabled_at.is_(None)).order_by(C.id).limit(1))
STAFF_ACTIVE = Query(
    int,
    select(C.id)
    .where(
        C.role.in_([Role.OWNER, Role.ADMIN, Role.MODERATOR]),
        C.disabled_at.is_(None),
        func.coalesce(C.last_active_at, C.created_at) >= bindparam("since", type_=Millis),
    )
    .limit(1),
)
ACTIVE_SINCE = Query(int, select(func.count()).select_from(users).where(C.last_active_at >= bindparam("since")))
USABLE = Query(int, select(func.count()).select_from(users).where(C.confirmed_at.is_not(None), C.approved_at.is_not(None)))


def find(tx: Tx, account_id: int) -> User | None:
    """The user behind a local account."""
    return tx.one(BY_ID, id=account_id)


def get(tx: Tx, account_id: int) -> User:
    """The same; NotFound."""
    found = find(tx, account_id)
    if found is None:
        raise NotFound("user", account_id)
    return found


def find_by_email(tx: Tx, email: str) -> User | None:
    """By normalised address (AUT-8)."""
    return tx.one(BY_EMAIL, email=email)


def find_by_confirm_token(tx: Tx, token_hash: bytes) -> User | None:
    """Whose address a mailed token confirms."""
    return tx.one(BY_CONFIRM, token_hash=token_hash)


def find_by_reset_token(tx: Tx, token_hash: bytes) -> User | None:
    """Whose password a mailed token may set anew."""
    return tx.one(BY_RESET, token_hash=token_hash)


def add(tx: Tx, user: User) -> None:
    """Store a new user."""
    tx.exec(INSERT, user)


def replace(tx: Tx, user: User) -> None:
    """Store a changed user."""
    values = {column.name: getattr(user, column.name) for column in C if column.name not in ("id", "created_at")}
    tx.exec(REPLACE, key=user.id, **values)


def remove(tx: Tx, account_id: int) -> None:
    """Forget how a person signs in; their account is another row."""
    tx.exec(REMOVE, id=account_id)


def touch(tx: Tx, account_id: int, *, at: datetime) -> None:
    """The person was here; asked at most once an hour by the caller."""
    tx.exec(TOUCH, key=account_id, at=at)


def staff_ids(tx: Tx) -> list[int]:
    """Accounts of owners, admins and moderators."""
    return tx.all(STAFF)


def page(tx: Tx, *, after: int = 0, limit: int = 100) -> list[tuple[User, Account]]:
    """All users by id, those above `after`."""
    return tx.all(ALL, after=after, limit=limit)


def waiting(tx: Tx, ids: Sequence[int]) -> set[int]:
    """Which of these people are not confirmed or not approved yet."""
    return set(tx.all(WAITING, ids=list(ids))) if ids else set()


def count_with_role(tx: Tx, role: Role) -> int:
    """How many hold this role."""
    return tx.one(WITH_ROLE, role=role) or 0


def first_with_role(tx: Tx, role: Role) -> int | None:
    """The oldest account with this role that may sign in."""
    return tx.one(FIRST_WITH_ROLE, role=role)


def active_since(tx: Tx, since: datetime) -> int:
    """How many people were here since then (NodeInfo)."""
    return tx.one(ACTIVE_SINCE, since=since) or 0


def staff_was_active(tx: Tx, *, since: datetime) -> bool:
    """Whether somebody of the staff was here since then; who was never here counts from when they were made."""
    return tx.one(STAFF_ACTIVE, since=since) is not None


def usable_count(tx: Tx) -> int:
    """How many people are confirmed and approved."""
    return tx.one(USABLE) or 0

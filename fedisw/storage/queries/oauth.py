"""Applications, codes and tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, insert, select, update

from fedisw.model.accounts import Account, User
from fedisw.model.oauth import App, Code, Token
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts, users
from fedisw.storage.tables.oauth import apps, codes, tokens

A, C, T = apps.c, codes.c, tokens.c

APP_BY_CLIENT = Query(App, select(apps).where(A.client_id == bindparam("client_id")))
APP_BY_ID = Query(App, select(apps).where(A.id == bindparam("id")))
APPS_BY_IDS = Query(App, select(apps).where(IdIn(A.id, "ids")))
ADD_APP = Command(insert(apps))
PRUNE_APPS = Command(delete(apps).where(A.created_at < bindparam("before"), A.last_used_at.is_(None)))
ADD_CODE = Command(insert(codes))
REDEEM = Query(
    Code,
    update(codes)
    .where(C.code_hash == bindparam("key"), C.token_id.is_(None))
    .values(token_id=bindparam("new_token_id"))
    .returning(*C),
)
CODE = Query(Code, select(codes).where(C.code_hash == bindparam("code_hash")))
PRUNE_CODES = Command(delete(codes).where(C.created_at < bindparam("before")))
ADD_TOKEN = Command(insert(tokens))
TOKEN = Query(Token, select(tokens).where(T.token_hash == bindparam("token_hash")))
HOLDER = Query(
    tuple[Token, App, User | None, Account | None],
    select(*T, *A, *users.c, *accounts.c)
    .join(apps, A.id == T.app_id)
    .outerjoin(users, users.c.id == T.account_id)
    .outerjoin(accounts, accounts.c.id == T.account_id)
    .where(T.token_hash == bindparam("token_hash")),
    remembered=1_024,  # asked for by every request
)
TOUCH_APP = Command(update(apps).where(A.id == bindparam("key")).values(last_used_at=bindparam("at")))
TOUCH_TOKEN = Command(update(tokens).where(T.id == bindparam("key")).values(last_used_at=bindparam("at")))
REMOVE_TOKEN = Command(delete(tokens).where(T.id == bindparam("id")))
OF_ACCOUNT = Query(int, select(T.id).where(T.account_id == bindparam("account_id")))
REMOVE_OTHERS = Query(
    int, delete(tokens).where(and_(T.account_id == bindparam("account_id"), T.id != bindparam("keep"))).returning(T.id)
)


GRANTED = Query(
    tuple[Token, App],
    select(*T, *A).join(apps, A.id == T.app_id).where(T.account_id == bindparam("account_id")).order_by(A.name, T.id),
)
REMOVE_OF_APP = Query(
    int, delete(tokens).where(T.account_id == bindparam("account_id"), T.app_id == bindparam("app_id")).returning(T.id)
)
REMOVE_CODES = Command(
    delete(codes).where(C.account_id == bindparam("account_id"), C.app_id == bindparam("app_id"), C.token_id.is_(None))
)


def find_app(tx: Tx, client_id: str) -> App | None:
    """The application with this client id."""
    return tx.one(APP_BY_CLIENT, client_id=client_id)


def app_by_id(tx: Tx, app_id: int) -> App | None:
    """The application with this id of ours."""
    return tx.one(APP_BY_ID, id=app_id)


def apps_by_ids(tx: Tx, ids: Iterable[int]) -> list[App]:
    """Those that exist."""
    wanted = list(ids)
    return tx.all(APPS_BY_IDS, ids=wanted) if wanted else []


def add_app(tx: Tx, app: App) -> None:
    """Store a new application."""
    tx.exec(ADD_APP, app)


def prune_apps(tx: Tx, *, before: datetime) -> int:
    """Forget applications that nobody ever used (OAU-11)."""
    return tx.exec(PRUNE_APPS, before=before)


def add_code(tx: Tx, code: Code) -> None:
    """Store a fresh code."""
    tx.exec(ADD_CODE, code)


def redeem(tx: Tx, code_hash: bytes, *, token_id: int) -> Code | None:
    """Use a code up, in one statement; None when it is unknown or was used before (OAU-4)."""
    return tx.one(REDEEM, key=code_hash, new_token_id=token_id)


def find_code(tx: Tx, code_hash: bytes) -> Code | None:
    """A code, used or not."""
    return tx.one(CODE, code_hash=code_hash)


def prune_codes(tx: Tx, *, before: datetime) -> int:
    """Forget old codes."""
    return tx.exec(PRUNE_CODES, before=before)


def add_token(tx: Tx, token: Token) -> None:
    """Store a new token."""
    tx.exec(ADD_TOKEN, token)


def find_token(tx: Tx, token_hash: bytes) -> Token | None:
    """The token with this hash."""
    return tx.one(TOKEN, token_hash=token_hash)


def holder(tx: Tx, token_hash: bytes) -> tuple[Token, App, User | None, Account | None] | None:
    """A token with its application and whom it stands for, in one statement."""
    return tx.one(HOLDER, token_hash=token_hash)


def touch(tx: Tx, token: Token, *, at: datetime) -> None:
    """Token and application were used; asked at most once an hour by the caller."""
    tx.exec(TOUCH_TOKEN, key=token.id, at=at)
    tx.exec(TOUCH_APP, key=token.app_id, at=at)


def remove_token(tx: Tx, token_id: int) -> bool:
    """End a token; False when it had ended."""
    return tx.exec(REMOVE_TOKEN, id=token_id) == 1


def token_ids(tx: Tx, account_id: int) -> list[int]:
    """All tokens of a person."""
    return tx.all(OF_ACCOUNT, account_id=account_id)


def remove_other_tokens(tx: Tx, account_id: int, *, keep: int = 0) -> list[int]:
    """End all tokens of a person but one; the ids that ended (their streams must close)."""
    return tx.all(REMOVE_OTHERS, account_id=account_id, keep=keep)


def of_account(tx: Tx, account_id: int) -> list[tuple[Token, App]]:
    """All tokens of a person with their applications, by the name of the application."""
    return tx.all(GRANTED, account_id=account_id)


def remove_app_tokens(tx: Tx, account_id: int, *, app_id: int) -> list[int]:
    """End all tokens that a person gave to an application; the ids that ended."""
    return tx.all(REMOVE_OF_APP, account_id=account_id, app_id=app_id)


def remove_codes(tx: Tx, account_id: int, *, app_id: int) -> None:
    """Forget codes of a person for an application that were not used yet."""
    tx.exec(REMOVE_CODES, account_id=account_id, app_id=app_id)

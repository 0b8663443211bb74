"""Followers of one account that live on one server, by their ids: what two servers compare (FEP-8fcf)."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, func, select

from fedisw.model.accounts import Account
from fedisw.model.relations import Follow
from fedisw.storage.db import Tx
from fedisw.storage.statements import Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import follows

A, C = accounts.c, follows.c
MOST = 25_000  # followers in all: Mastodon compares no more from there on (federation, section 5.5)

_PREFIX = bindparam("prefix", type_=Text())
AT_ORIGIN = Query(
    str,
    select(A.uri)
    .join(follows, C.follower_id == A.id)
    .where(
        C.target_id == bindparam("target_id"),
        C.accepted,
        func.substr(A.uri, 1, func.length(_PREFIX)) == _PREFIX,  # texts are ordered differently by each database
        A.deleted_at.is_(None),
    )
    .limit(bindparam("limit")),
)
HERE = Query(
    tuple[Follow, Account],
    select(*C, *A)
    .join(accounts, A.id == C.follower_id)
    .where(C.target_id == bindparam("target_id"), C.accepted, A.host.is_(None), A.deleted_at.is_(None))
    .order_by(C.id)
    .limit(bindparam("limit")),
)


def at_origin(tx: Tx, target_id: int, *, origin: str) -> list[str]:
    """Ids of accepted followers that begin with `origin` (`https://beta.test`), at most 25,000, in no order."""
    return tx.all(AT_ORIGIN, target_id=target_id, prefix=f"{origin}/", limit=MOST)


def here(tx: Tx, target_id: int) -> list[tuple[Follow, Account]]:
    """Our own people who follow an account, at most 25,000."""
    return tx.all(HERE, target_id=target_id, limit=MOST)

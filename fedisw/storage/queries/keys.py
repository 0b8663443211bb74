"""Signature keys of accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select

from fedisw.model.accounts import ActorKey
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import actor_keys

C = actor_keys.c

BY_KEY_ID = Query(ActorKey, select(actor_keys).where(C.key_id == bindparam("key_id")))
OF_ACCOUNT = Query(ActorKey, select(actor_keys).where(C.account_id == bindparam("account_id")).order_by(C.kind.desc(), C.key_id))
INSERT = Command(insert(actor_keys))
REMOVE_ALL = Command(delete(actor_keys).where(C.account_id == bindparam("account_id")))
REMOVE = Command(delete(actor_keys).where(C.key_id == bindparam("key_id")))


def find(tx: Tx, key_id: str) -> ActorKey | None:
    """The key with this id, whoever owns it."""
    return tx.one(BY_KEY_ID, key_id=key_id)


def of_account(tx: Tx, account_id: int) -> list[ActorKey]:
    """All keys of an account, RSA before Ed25519."""
    return tx.all(OF_ACCOUNT, account_id=account_id)


def add(tx: Tx, key: ActorKey) -> None:
    """Store one key."""
    tx.exec(INSERT, key)


def replace(tx: Tx, account_id: int, keys: Sequence[ActorKey]) -> None:
    """The account has these keys and no others; a key id that another account held is taken from it."""
    tx.exec(REMOVE_ALL, account_id=account_id)
    for key in keys:
        tx.exec(REMOVE, key_id=key.key_id)
        tx.exec(INSERT, key)

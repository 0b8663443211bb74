"""Signature keys of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from fedisw.model.accounts import ActorKey, RetiredKey
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import actor_keys, retired_keys

C, R = actor_keys.c, retired_keys.c

BY_KEY_ID = Query(ActorKey, select(actor_keys).where(C.key_id == bindparam("key_id")))
OF_ACCOUNT = Query(ActorKey, select(actor_keys).where(C.account_id == bindparam("account_id")).order_by(C.kind.desc(), C.key_id))
INSERT = Command(insert(actor_keys))
REMOVE_ALL = Command(delete(actor_keys).where(C.account_id == bindparam("account_id")))
RETIRE = Command(insert(retired_keys))
RETIRED = Query(RetiredKey, select(retired_keys).where(R.activity_uri == bindparam("activity_uri")))
PRUNE = Command(delete(retired_keys).where(R.retired_at < bindparam("before")))
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


def retire(tx: Tx, key: RetiredKey) -> None:
    """Keep a key that was replaced, for the activity that tells so."""
    tx.exec(RETIRE, key)


def retired(tx: Tx, activity_uri: str) -> RetiredKey | None:
    """The key that signs this activity, if it tells of a change of keys."""
    return tx.one(RETIRED, activity_uri=activity_uri)


def prune_retired(tx: Tx, *, before: datetime) -> int:
    """Destroy keys that were replaced before then: what they were kept for is delivered or given up."""
    return tx.exec(PRUNE, before=before)

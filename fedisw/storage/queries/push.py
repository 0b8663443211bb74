"""Web Push subscriptions: one a token; gone with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import BindParameter

from fedisw.model.push import PushPolicy, PushSubscription
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.push import push_subscriptions

C = push_subscriptions.c

_NEW: dict[str, BindParameter[object]] = {column.name: bindparam(column.name) for column in C if column.name != "id"}
ADD = Query(PushSubscription, insert(push_subscriptions).values(_NEW).returning(*C))
OF_TOKEN = Query(PushSubscription, select(push_subscriptions).where(C.token_id == bindparam("token_id")))
BY_ID = Query(PushSubscription, select(push_subscriptions).where(C.id == bindparam("id")))
OF_ACCOUNTS = Query(PushSubscription, select(push_subscriptions).where(IdIn(C.account_id, "ids")).order_by(C.id))
CHANGE = Query(
    PushSubscription,
    update(push_subscriptions)
    .where(C.token_id == bindparam("token"))
    .values(alerts=bindparam("alerts"), policy=bindparam("policy"), updated_at=bindparam("now"))
    .returning(*C),
)
SEAL = Command(update(push_subscriptions).where(C.id == bindparam("key")).values(sealed=bindparam("sealed")))
REMOVE = Command(delete(push_subscriptions).where(C.id == bindparam("id")))
REMOVE_OF_TOKEN = Command(delete(push_subscriptions).where(C.token_id == bindparam("token_id")))


def put(tx: Tx, subscription: PushSubscription) -> PushSubscription:
    """The subscription of a token, instead of an earlier one; its id is given by the database."""
    remove_of_token(tx, subscription.token_id)
    made = tx.one(ADD, **{name: getattr(subscription, name) for name in _NEW})
    return made or subscription


def seal(tx: Tx, subscription_id: int, sealed: bytes) -> None:
    """Keep its secrets, which are bound to its id."""
    tx.exec(SEAL, key=subscription_id, sealed=sealed)


def of_token(tx: Tx, token_id: int) -> PushSubscription | None:
    """The subscription of a token."""
    return tx.one(OF_TOKEN, token_id=token_id)


def find(tx: Tx, subscription_id: int) -> PushSubscription | None:
    """By id."""
    return tx.one(BY_ID, id=subscription_id)


def of_accounts(tx: Tx, account_ids: Sequence[int]) -> list[PushSubscription]:
    """All subscriptions of these people, in one statement."""
    return tx.all(OF_ACCOUNTS, ids=list(account_ids)) if account_ids else []


def change(tx: Tx, token_id: int, *, alerts: Mapping[str, bool], policy: PushPolicy, now: datetime) -> PushSubscription | None:
    """What it sends from now on; None when there is none."""
    return tx.one(CHANGE, token=token_id, alerts=alerts, policy=policy, now=now)


def remove(tx: Tx, subscription_id: int) -> bool:
    """The push service does not know it any more."""
    return tx.exec(REMOVE, id=subscription_id) == 1


def remove_of_token(tx: Tx, token_id: int) -> bool:
    """The person does not want to be told there any more."""
    return tx.exec(REMOVE_OF_TOKEN, token_id=token_id) == 1

"""What is kept of activities and deliveries that are over for long (federation, section 8.7; security PRI-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.peers import DeliveryState, OutboundActivity
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.peers import activities, deliveries, reached

C, V = deliveries.c, activities.c
_earlier, _other = deliveries.alias("earlier"), activities.alias("other")
_took_it = or_(
    _earlier.c.state.in_((DeliveryState.DELIVERED, DeliveryState.REFUSED, DeliveryState.EXPIRED)), _earlier.c.attempts > 0
)

UNSETTLED = Query(
    OutboundActivity,
    select(activities)
    .where(
        V.settled_at.is_(None),
        V.created_at < bindparam("before"),
        ~exists().where(C.activity_id == V.id, C.state == DeliveryState.WAITING),
    )
    .order_by(V.created_at)
    .limit(bindparam("limit")),
)
REMEMBER = Command(
    insert(reached)
    .from_select(
        ["account_id", "inbox", "host", "shared"],
        select(V.account_id, C.inbox, C.host, C.shared)
        .join(deliveries, C.activity_id == V.id)
        .where(V.id == bindparam("activity_id"))
        .distinct(),
    )
    .on_conflict_do_nothing()
)
FORGET_ACCOUNT = Command(delete(reached).where(reached.c.account_id == bindparam("account_id")))
IDS_ABOUT = Query(int, select(V.id).where(V.object_uri == bindparam("object_uri"), V.account_id == bindparam("account_id")))
REMOVE = Command(delete(activities).where(IdIn(V.id, "ids")))
REMOVE_REPEATED = Command(
    delete(deliveries).where(
        C.activity_id == bindparam("activity_id"),
        exists().where(
            _other.c.object_uri == bindparam("object_uri"),
            _other.c.account_id == bindparam("account_id"),
            _earlier.c.activity_id == _other.c.id,
            _earlier.c.inbox == C.inbox,
            _earlier.c.id < C.id,
            _took_it,
        ),
    )
)
HAS_DELIVERIES = Query(int, select(C.id).where(C.activity_id == bindparam("activity_id")).limit(1))
SETTLE = Command(update(activities).where(V.id == bindparam("key")).values(settled_at=bindparam("now"), body=bindparam("kept")))


def unsettled(tx: Tx, *, before: datetime, limit: int) -> list[OutboundActivity]:
    """Activities made before that nobody has looked at since, oldest first; not those that are still being sent."""
    return tx.all(UNSETTLED, before=before, limit=limit)


def remember(tx: Tx, activity_id: int) -> None:
    """Where an activity went is kept for the end of its account."""
    tx.exec(REMEMBER, activity_id=activity_id)


def forget_account(tx: Tx, account_id: int) -> None:
    """The account has ended, and everybody was told."""
    tx.exec(FORGET_ACCOUNT, account_id=account_id)


def ids_about(tx: Tx, *, object_uri: str, account_id: int) -> list[int]:
    """All that an account sent about an object."""
    return tx.all(IDS_ABOUT, object_uri=object_uri, account_id=account_id)


def remove(tx: Tx, ids: Sequence[int]) -> None:
    """Activities and their deliveries."""
    tx.exec(REMOVE, ids=list(ids))


def remove_repeated(tx: Tx, activity: OutboundActivity) -> bool:
    """Deliveries to inboxes that got something about the object before; whether any are left."""
    tx.exec(REMOVE_REPEATED, activity_id=activity.id, object_uri=activity.object_uri, account_id=activity.account_id)
    return tx.one(HAS_DELIVERIES, activity_id=activity.id) is not None


def settle(tx: Tx, activity: OutboundActivity, *, body: bytes, now: datetime) -> None:
    """It stays, with this body."""
    tx.exec(SETTLE, key=activity.id, kept=body, now=now)

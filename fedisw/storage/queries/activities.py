"""Activities of ours as they are sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.peers import OutboundActivity
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.base import Millis
from fedisw.storage.tables.peers import activities, deliveries

C = activities.c

BY_ID = Query(OutboundActivity, select(activities).where(C.id == bindparam("id")))
BY_IDS = Query(OutboundActivity, select(activities).where(IdIn(C.id, "ids")))
BY_URI = Query(OutboundActivity, select(activities).where(C.uri == bindparam("uri")))
INSERT_ONCE = Command(insert(activities).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
ABOUT = Query(
    int,
    select(C.id)
    .where(C.object_uri == bindparam("object_uri"), C.account_id == bindparam("account_id"), C.type == bindparam("kind"))
    .limit(1),
)
NEWEST = Query(
    OutboundActivity,
    select(activities)
    .where(C.object_uri == bindparam("object_uri"), C.account_id == bindparam("account_id"), C.type == bindparam("kind"))
    .order_by(C.created_at.desc())
    .limit(1),
)
PASSED_ON_BY = Query(
    int, select(C.account_id).where(C.object_uri == bindparam("object_uri"), C.type == "Create").order_by(C.id).limit(1)
)
FORGET_TEXT = Command(
    update(activities)
    .where(C.object_uri == bindparam("about"), C.account_id == bindparam("by"), C.type.in_(("Create", "Update")))
    .values(body=b"")
)
RENEW = Command(
    update(activities)
    .where(C.id == bindparam("key"), C.signed_until == bindparam("before", type_=Millis()))
    .values(
        body=bindparam("body"),
        body_sha256=bindparam("body_sha256"),
        signed_until=bindparam("signed_until", type_=Millis()),
    )
)
REPLACE_BODY = Command(
    update(activities)
    .where(C.uri == bindparam("of"))
    .values(body=bindparam("new_body"), body_sha256=bindparam("new_sha256"), signed_until=bindparam("until", type_=Millis()))
)
SENT_TO_HOST = Query(
    int,
    select(deliveries.c.id)
    .where(  # hosts are in lower case: this keeps SQLite from walking all deliveries of a host
        deliveries.c.activity_id == bindparam("activity_id"), func.lower(deliveries.c.host) == bindparam("host")
    )
    .limit(1),
)


def put_once(tx: Tx, activity: OutboundActivity) -> OutboundActivity:
    """Store it; when one with its uri is there already, that one."""
    if tx.exec(INSERT_ONCE, activity) == 1:
        return activity
    found = find_by_uri(tx, activity.uri)
    if found is None:
        raise ValueError(f"an activity is neither stored nor there: {activity.uri}")
    return found


def find(tx: Tx, activity_id: int) -> OutboundActivity | None:
    """The activity with this id of the table."""
    return tx.one(BY_ID, id=activity_id)


def by_ids(tx: Tx, ids: Iterable[int]) -> list[OutboundActivity]:
    """Those that exist, in no particular order."""
    wanted = sorted(set(ids))
    return tx.all(BY_IDS, ids=wanted) if wanted else []


def find_by_uri(tx: Tx, uri: str) -> OutboundActivity | None:
    """The activity with this id on the wire."""
    return tx.one(BY_URI, uri=uri)


def was_made(tx: Tx, *, account_id: int, kind: str, object_uri: str) -> bool:
    """Whether the account made an activity of this type about the object."""
    return tx.one(ABOUT, account_id=account_id, kind=kind, object_uri=object_uri) is not None


def passed_on_by(tx: Tx, object_uri: str) -> int | None:
    """The account of ours in whose name the Create of somebody else's post was passed on; None when it was not."""
    return tx.one(PASSED_ON_BY, object_uri=object_uri)


def newest(tx: Tx, *, account_id: int, kind: str, object_uri: str) -> OutboundActivity | None:
    """The last activity of this type that the account made about the object."""
    return tx.one(NEWEST, account_id=account_id, kind=kind, object_uri=object_uri)


def forget_text(tx: Tx, *, account_id: int, object_uri: str) -> int:
    """The object was deleted: what we sent of it is kept no longer; who got it still is."""
    return tx.exec(FORGET_TEXT, by=account_id, about=object_uri)


def renew(tx: Tx, renewed: OutboundActivity, *, before: datetime) -> OutboundActivity | None:
    """Its signature ended at `before` and was made anew; the one that is stored now, of several made at once the first."""
    tx.exec(
        RENEW,
        key=renewed.id,
        before=before,
        body=renewed.body,
        body_sha256=renewed.body_sha256,
        signed_until=renewed.signed_until,
    )
    return find(tx, renewed.id)


def replace_body(tx: Tx, activity: OutboundActivity) -> None:
    """What is sent of an activity from now on; nothing when it was not stored."""
    tx.exec(
        REPLACE_BODY,
        of=activity.uri,
        new_body=activity.body,
        new_sha256=activity.body_sha256,
        until=activity.signed_until,
    )


def sent_to(tx: Tx, *, activity_id: int, host: str) -> bool:
    """Whether somebody at this host was to get the activity."""
    return tx.one(SENT_TO_HOST, activity_id=activity_id, host=host) is not None

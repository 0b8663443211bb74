"""Deliveries: one activity to one inbox, each ending in exactly one visible state (P-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, literal, or_, select, union, union_all, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.jobs import JobState
from fedisw.model.peers import Delivery, DeliveryState
from fedisw.storage.db import Tx
from fedisw.storage.queries import job_keeping
from fedisw.storage.queries.recipients import Inbox
from fedisw.storage.statements import Command, IdIn, Query, TextIn
from fedisw.storage.tables.base import Millis
from fedisw.storage.tables.jobs import LIVE, jobs
from fedisw.storage.tables.peers import activities, deliveries, readers
from fedisw.storage.tables.peers import reached as reached_rows
from fedisw.storage.tables.statuses import statuses

C, V, J, R = deliveries.c, activities.c, jobs.c, readers.c
MAX_REASON = 200  # characters
RELEASED = 500  # jobs in one statement

_ended = bindparam("ended_at", type_=Millis())
_about = (V.object_uri == bindparam("object_uri"), V.account_id == bindparam("account_id"))
_read = (R.object_uri == bindparam("object_uri"), R.account_id == bindparam("account_id"))
_tried = or_(C.state.in_((DeliveryState.DELIVERED, DeliveryState.REFUSED, DeliveryState.EXPIRED)), C.attempts > 0)

BY_ID = Query(Delivery, select(deliveries).where(C.id == bindparam("id")))
ADD_ONCE = Command(insert(deliveries).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
AMONG = Query(Delivery, select(deliveries).where(IdIn(C.id, "ids")).order_by(C.id))
END = Command(
    update(deliveries)
    .where(C.id == bindparam("key"))
    .values(
        state=bindparam("to"),
        attempts=C.attempts + bindparam("tries"),
        refusals=C.refusals + bindparam("refused"),
        answer=func.coalesce(bindparam("status", type_=C.answer.type), C.answer),
        reason=bindparam("why"),
        ended_at=_ended,
    )
)
END_DELIVERED = Command(
    update(deliveries)
    .where(C.id == bindparam("key"))
    .values(
        state=DeliveryState.DELIVERED,
        attempts=C.attempts + 1,
        answer=func.coalesce(bindparam("status", type_=C.answer.type), C.answer),
        reason="",
        ended_at=_ended,
    )
)
FAIL = Command(
    update(deliveries)
    .where(C.id == bindparam("key"))
    .values(
        state=bindparam("to"),
        attempts=C.attempts + 1,
        refusals=C.refusals + bindparam("refused"),
        answer=bindparam("status", type_=C.answer.type),
        reason=bindparam("why"),
        ended_at=_ended,
    )
)
UNSENT = Query(
    Delivery,
    select(*C)
    .join(activities, V.id == C.activity_id)
    .where(*_about, C.state == DeliveryState.WAITING, C.id > bindparam("after"))
    .order_by(C.id)
    .limit(bindparam("limit")),
)
_got = union(
    select(C.inbox.label("url"), C.host, C.shared)
    .join(activities, V.id == C.activity_id)
    .where(*_about, _tried, C.inbox > bindparam("after")),
    select(R.inbox, R.host, R.shared).where(*_read, R.inbox > bindparam("after")),
).subquery("got")
REACHED = Query(Inbox, select(_got.c.url, _got.c.host, _got.c.shared).order_by(_got.c.url).limit(bindparam("limit")))
_sent_to = union(
    select(C.inbox.label("url"), C.host, C.shared)
    .join(activities, V.id == C.activity_id)
    .where(V.account_id == bindparam("account_id"), C.inbox > bindparam("after")),
    select(reached_rows.c.inbox, reached_rows.c.host, reached_rows.c.shared).where(
        reached_rows.c.account_id == bindparam("account_id"), reached_rows.c.inbox > bindparam("after")
    ),
    select(R.inbox, R.host, R.shared).where(R.account_id == bindparam("account_id"), R.inbox > bindparam("after")),
).subquery("sent_to")
REACHED_BY = Query(
    Inbox,
    select(_sent_to.c.url, _sent_to.c.host, _sent_to.c.shared).order_by(_sent_to.c.url).limit(bindparam("limit")),
)
REACHED_ONE = Query(
    int,
    union_all(
        select(C.id).join(activities, V.id == C.activity_id).where(*_about, _tried, C.inbox == bindparam("inbox")),
        select(literal(1)).where(*_read, R.inbox == bindparam("inbox")),
    ).limit(1),
)
NOTE_READER = Command(insert(readers).on_conflict_do_nothing())
FORGET_READERS = Command(delete(readers).where(*_read))


class LiveJob(msgspec.Struct, frozen=True):
    """A job that is not over: which, and how far."""

    id: int
    key: str
    state: JobState


JOBS = Query(
    LiveJob,
    select(J.id, J.key.label("key"), J.state).where(TextIn(J.key, "keys"), J.state.in_(LIVE)).with_for_update(),
)
RELEASE = Command(
    update(jobs)
    .where(
        J.id.in_(
            select(J.id)
            .where(J.host == bindparam("host"), J.queue == "delivery", J.state == JobState.WAITING, ~J.behind)
            .order_by(J.id)
            .limit(RELEASED)
            .scalar_subquery()
        )
    )
    .values(state=JobState.READY, run_at=bindparam("now", type_=Millis()))
)
HURRY = Command(  # those that are about to be put back because the host was left alone
    update(jobs).where(J.host == bindparam("host"), J.queue == "delivery", J.state == JobState.RUNNING).values(again=True)
)
DEAD = Query(
    bytes,
    select(J.payload)
    .where(
        J.kind.in_(("Deliver", "DeliverErasure")),
        J.state == JobState.DEAD,
        J.finished_at > bindparam("since", type_=Millis()),
    )
    .order_by(J.finished_at)
    .limit(bindparam("limit")),
)
GIVE_UP = Command(
    update(deliveries)
    .where(IdIn(C.id, "ids"), C.state == DeliveryState.WAITING)
    .values(state=DeliveryState.EXPIRED, reason="its job was given up", ended_at=_ended)
)


class Tally(msgspec.Struct, frozen=True):
    """How many deliveries of a post stand in a state."""

    state: DeliveryState
    count: int


OF_STATUS = Query(
    Tally,
    select(C.state, func.count().label("count"))
    .join(activities, V.id == C.activity_id)
    .join(statuses, statuses.c.id == V.status_id)
    .where(V.status_id == bindparam("status_id"), V.object_uri == statuses.c.uri)  # not of answers that we pass on
    .group_by(C.state),
)


class _DeliveryId(msgspec.Struct):
    """What we need of a job's payload."""

    delivery_id: int


def find(tx: Tx, delivery_id: int) -> Delivery | None:
    """The delivery with this id."""
    return tx.one(BY_ID, id=delivery_id)


def among(tx: Tx, ids: Sequence[int]) -> list[Delivery]:
    """Those of these that exist."""
    return tx.all(AMONG, ids=list(ids)) if ids else []


def add(tx: Tx, *, activity_id: int, inboxes: Sequence[Inbox], now: datetime, new_id: Callable[[], int]) -> list[Delivery]:
    """Store a delivery to each inbox; those that were not there before."""
    values = [
        Delivery(id=new_id(), activity_id=activity_id, inbox=inbox.url, host=inbox.host, shared=inbox.shared, created_at=now)
        for inbox in inboxes
    ]
    tx.many(ADD_ONCE, values)
    return tx.all(AMONG, ids=[value.id for value in values]) if values else []


def end(
    tx: Tx,
    delivery_id: int,
    state: DeliveryState,
    *,
    now: datetime,
    answer: int | None = None,
    reason: str = "",
    tries: int = 0,
    refused: bool = False,
) -> None:
    """It ended.

    Args:
        answer: the status of the last answer, if there was one.
        reason: a few words for admins, without secrets.
        tries: 1 when something was sent, 0 when it was not.
        refused: the answer was 401 or 403.
    """
    tx.exec(
        END,
        key=delivery_id,
        to=state,
        status=answer,
        why=reason[:MAX_REASON],
        ended_at=now,
        tries=tries,
        refused=int(refused),
    )


def end_delivered(tx: Tx, arrived: Sequence[tuple[int, int | None, datetime]]) -> None:
    """They were taken: delivery, the status of the answer, and when."""
    tx.many(END_DELIVERED, [{"key": key, "status": status, "ended_at": at} for key, status, at in arrived])


def fail(tx: Tx, delivery_id: int, *, answer: int | None, reason: str, refused: bool, expired: bool, now: datetime) -> None:
    """An attempt failed; with `expired` it was the last one."""
    tx.exec(
        FAIL,
        key=delivery_id,
        to=DeliveryState.EXPIRED if expired else DeliveryState.WAITING,
        status=answer,
        why=reason[:MAX_REASON],
        refused=int(refused),
        ended_at=now if expired else None,
    )


def cancel_unsent(
    tx: Tx, *, account_id: int, object_uri: str, now: datetime, after: int = 0, limit: int = 100
) -> tuple[int, list[Inbox]]:
    """What waits to be sent about an object is not sent any more (reliability, section 3.3).

    Returns:
        The last delivery looked at, 0 when there are no more; and the inboxes that are being sent to right now.
    """
    waiting = tx.all(UNSENT, account_id=account_id, object_uri=object_uri, after=after, limit=limit)
    live = {job.key: job for job in tx.all(JOBS, keys=[_job_key(item.id) for item in waiting])} if waiting else {}
    in_doubt = []
    for delivery in waiting:
        job = live.get(_job_key(delivery.id))
        if job is not None and job.state is JobState.RUNNING:
            in_doubt.append(Inbox(url=delivery.inbox, host=delivery.host, shared=delivery.shared))
            continue
        if job is not None:
            job_keeping.cancel(tx, job.id, now=now)
        end(tx, delivery.id, DeliveryState.CANCELLED, now=now, reason="taken back before it was sent")
    return (waiting[-1].id if len(waiting) == limit else 0), in_doubt


def _job_key(delivery_id: int) -> str:
    return f"Deliver:{delivery_id}"


def reached(tx: Tx, *, account_id: int, object_uri: str, after: str = "", limit: int) -> list[Inbox]:
    """Inboxes that got, or may have got, something about an object, by address, those above `after`."""
    return tx.all(REACHED, account_id=account_id, object_uri=object_uri, after=after, limit=limit)


def note_reader(tx: Tx, *, account_id: int, object_uri: str, inbox: Inbox) -> None:
    """A server fetched an object of an account: it has a copy now."""
    tx.exec(
        NOTE_READER, None, object_uri=object_uri, inbox=inbox.url, account_id=account_id, host=inbox.host, shared=inbox.shared
    )


def forget_readers(tx: Tx, *, account_id: int, object_uri: str) -> None:
    """The object is gone, and they were told."""
    tx.exec(FORGET_READERS, account_id=account_id, object_uri=object_uri)


def reached_by(tx: Tx, account_id: int, *, after: str = "", limit: int) -> list[Inbox]:
    """Inboxes that anything of an account was ever meant for, by address, those above `after`."""
    return tx.all(REACHED_BY, account_id=account_id, after=after, limit=limit)


def was_reached(tx: Tx, *, account_id: int, object_uri: str, inbox: str) -> bool:
    """Whether this inbox got, or may have got, something about an object."""
    return tx.one(REACHED_ONE, account_id=account_id, object_uri=object_uri, inbox=inbox) is not None


def release(tx: Tx, host: str, *, now: datetime) -> int:
    """The host is back: deliveries that wait for a time are due now, oldest first (P-8). At most 500."""
    tx.exec(HURRY, host=host)
    return tx.exec(RELEASE, host=host, now=now)


def give_up_dead(tx: Tx, *, since: datetime, now: datetime, limit: int = 500) -> int:
    """Deliveries whose job died of a fault after `since` are over too: none stays without an end (P-3)."""
    ids = [msgspec.json.decode(payload, type=_DeliveryId).delivery_id for payload in tx.all(DEAD, since=since, limit=limit)]
    return tx.exec(GIVE_UP, ids=ids, ended_at=now) if ids else 0


def tally(tx: Tx, status_id: int) -> dict[DeliveryState, int]:
    """Where the deliveries of a post stand, for its author ("not delivered to N servers")."""
    return {row.state: row.count for row in tx.all(OF_STATUS, status_id=status_id)}

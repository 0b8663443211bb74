"""Deliveries as people see them: how far a post came (its author), how a server is (admins); reliability, section 3.8."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, case, func, or_, select

from fedisw.model.peers import DeliveryState, PeerHost
from fedisw.storage.db import Tx
from fedisw.storage.statements import Query, TextIn
from fedisw.storage.tables.peers import activities, deliveries, hosts

C, V, H = deliveries.c, activities.c, hosts.c
GIVEN_UP = (DeliveryState.REFUSED, DeliveryState.EXPIRED)
TROUBLE = (DeliveryState.WAITING, *GIVEN_UP)


class Way(msgspec.Struct, frozen=True):
    """How a post fared with one server; each is a number of its inboxes there."""

    host: str
    delivered: int
    given_up: int
    tried: int


class HostCount(msgspec.Struct, frozen=True):
    """How many deliveries to a server stand in a state."""

    host: str
    state: DeliveryState
    count: int


WAYS = Query(
    Way,
    select(
        C.host,
        func.sum(case((C.state == DeliveryState.DELIVERED, 1), else_=0)).label("delivered"),
        func.sum(case((C.state.in_(GIVEN_UP), 1), else_=0)).label("given_up"),
        func.sum(case(((C.state == DeliveryState.WAITING) & (C.attempts > 0), 1), else_=0)).label("tried"),
    )
    .join(activities, V.id == C.activity_id)
    .where(V.status_id == bindparam("status_id"), V.type == "Create")
    .group_by(C.host)
    .order_by(C.host),
)
COUNTS = Query(
    HostCount,
    select(C.host, C.state, func.count().label("count"))
    .where(TextIn(C.host, "names"), C.state.in_(TROUBLE))
    .group_by(C.host, C.state),
)
_page = select(hosts).where(H.host > bindparam("after")).order_by(H.host).limit(bindparam("limit"))
PAGE = Query(PeerHost, _page)
TROUBLED = Query(
    PeerHost, _page.where(or_(H.dead_since.is_not(None), H.unanswered_since.is_not(None), H.open_until.is_not(None)))
)


def ways(tx: Tx, status_id: int) -> list[Way]:
    """Servers that a post was to be sent to, by name."""
    return tx.all(WAYS, status_id=status_id)


def counts(tx: Tx, names: Sequence[str]) -> list[HostCount]:
    """What waits for these servers, and what did not arrive there."""
    return tx.all(COUNTS, names=list(names)) if names else []


def page(tx: Tx, *, after: str, limit: int) -> list[PeerHost]:
    """Servers by name, those above `after`."""
    return tx.all(PAGE, after=after, limit=limit)


def troubled(tx: Tx, *, after: str, limit: int) -> list[PeerHost]:
    """The same, only those that do not answer, or did not of late."""
    return tx.all(TROUBLED, after=after, limit=limit)

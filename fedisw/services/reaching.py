"""How far what is sent comes: told to the author of a post, and to those who run this server (reliability, section 3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedisw.model.peers import DeliveryState, PeerHost
from fedisw.storage.db import Tx
from fedisw.storage.queries import delivery_views

NAMED = 5  # servers that are named to an author


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many servers have a post, do not have it yet after a first try, and will not get it; some of the last by name."""

    delivered: int
    waiting: int
    missed: int
    names: tuple[str, ...]


class Health(StrEnum):
    """How a server is."""

    WELL = "well"
    FAILING = "failing"  # the last tries failed
    LEFT_ALONE = "left alone"  # nothing is sent until the next probe
    UNAVAILABLE = "unavailable"  # 30 days without an answer: it gets deletions only


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """A server as admins see it.

    Attributes:
        waiting: deliveries that are still to be made.
        refused: deliveries that it did not want.
        given_up: deliveries that were tried until their time was over.
    """

    host: str
    health: Health
    heard_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None
    next_try: datetime | None
    waiting: int = 0
    refused: int = 0
    given_up: int = 0


def of_post(tx: Tx, status_id: int) -> Reached:
    """A server has a post as soon as one of its inboxes took it."""
    ways = delivery_views.ways(tx, status_id)
    missed = [way.host for way in ways if not way.delivered and way.given_up]
    return Reached(
        delivered=sum(way.delivered > 0 for way in ways),
        waiting=sum(not way.delivered and not way.given_up and way.tried > 0 for way in ways),
        missed=len(missed),
        names=tuple(missed[:NAMED]),
    )


def hosts(tx: Tx, *, after: str = "", limit: int = 40) -> list[HostView]:
    """All servers by name, those above `after`."""
    return _views(tx, delivery_views.page(tx, after=after, limit=limit))


def troubled_hosts(tx: Tx, *, after: str = "", limit: int = 40) -> list[HostView]:
    """Servers that do not answer, or did not of late, by name."""
    return _views(tx, delivery_views.troubled(tx, after=after, limit=limit))


def health_of(host: PeerHost) -> Health:
    """The worst that is true of it."""
    if host.dead_since is not None:
        return Health.UNAVAILABLE
    if host.open_until is not None:
        return Health.LEFT_ALONE
    return Health.FAILING if host.unanswered_since is not None else Health.WELL


def _views(tx: Tx, found: list[PeerHost]) -> list[HostView]:
    counted = {(item.host, item.state): item.count for item in delivery_views.counts(tx, [host.host for host in found])}
    return [
        HostView(
            host=host.host,
            health=health_of(host),
            heard_at=host.heard_at,
            delivered_at=host.delivered_at,
            failed_at=host.failed_at,
            next_try=host.open_until,
            waiting=counted.get((host.host, DeliveryState.WAITING), 0),
            refused=counted.get((host.host, DeliveryState.REFUSED), 0),
            given_up=counted.get((host.host, DeliveryState.EXPIRED), 0),
        )
        for host in found
    ]

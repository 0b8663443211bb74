"""Other servers: when we heard of them, how they want requests signed, whether they answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.peers import PeerHost
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.base import Millis
from fedisw.storage.tables.peers import hosts
from fedisw.storage.tables.relations import follows

C = hosts.c
LAST, MOST = "\U0010ffff", 5_000
HEARD_EVERY = timedelta(minutes=1)  # how exactly `heard_at` is kept
AWAY = timedelta(hours=1)  # so long without an answer that the server was not there
NOTED_EVERY = timedelta(minutes=10)  # how exactly `delivered_at` and `failed_at` are kept
_CLOSED = {
    "failures": 0,
    "failing_since": None,
    "open_until": None,
    "opened": 0,
    "dead_since": None,
    "unanswered_since": None,
}

BY_HOST = Query(PeerHost, select(hosts).where(C.host == bindparam("name")))
BY_HOSTS = Query(PeerHost, select(hosts).where(TextIn(C.host, "names")))
ADD = Command(insert(hosts).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
HEARD = Command(
    update(hosts)
    .where(
        C.host == bindparam("name"),
        or_(C.heard_at.is_(None), C.heard_at < bindparam("since"), C.failures > 0, C.unanswered_since.is_not(None)),
    )
    .values(heard_at=bindparam("at"), **_CLOSED)
)
SET_SCHEME = Command(
    update(hosts).where(C.host == bindparam("name")).values(scheme=bindparam("value"), scheme_at=bindparam("at"))
)
TOOK = Command(update(hosts).where(C.host == bindparam("name")).values(delivered_at=bindparam("at"), **_CLOSED))
MISSED = Command(
    update(hosts)
    .where(C.host == bindparam("name"))
    .values(failed_at=bindparam("at"), unanswered_since=func.coalesce(C.unanswered_since, bindparam("at", type_=Millis())))
)
SET_BREAKER = Command(
    update(hosts)
    .where(C.host == bindparam("name"))
    .values(
        failures=bindparam("count"), failing_since=bindparam("since"), open_until=bindparam("until"), opened=bindparam("times")
    )
)
DEAD = Command(update(hosts).where(C.host == bindparam("name"), C.dead_since.is_(None)).values(dead_since=bindparam("at")))
FAILING = Query(PeerHost, select(hosts).where(or_(C.failures > 0, C.open_until.is_not(None))).order_by(C.host))
FOLLOWED = Query(
    int,
    select(follows.c.id)
    .join(accounts, follows.c.target_id == accounts.c.id)
    .where(accounts.c.host == bindparam("name"), follows.c.accepted)
    .limit(1),
)
FOLLOWING = Query(
    int,
    select(follows.c.id)
    .join(accounts, follows.c.follower_id == accounts.c.id)
    .where(accounts.c.host == bindparam("name"), follows.c.accepted)
    .limit(1),
)
PRUNE = Command(
    delete(hosts).where(
        func.coalesce(C.heard_at, C.first_seen_at) < bindparam("before"),
        or_(C.delivered_at.is_(None), C.delivered_at < bindparam("before")),
        C.failures == 0,
        C.dead_since.is_(None),
        C.unanswered_since.is_(None),
    )
)
NAMES = Query(
    str,
    select(C.host)
    .where(C.host >= bindparam("first"), C.host < bindparam("last"), C.dead_since.is_(None))
    .order_by(C.host)
    .limit(bindparam("limit")),
)
COUNT = Query(int, select(func.count()).select_from(hosts))


def names(tx: Tx, prefix: str, *, limit: int) -> list[str]:
    """Servers that live, by name, those that begin so; at most 5,000, or `limit` if it is not 0."""
    return tx.all(NAMES, first=prefix, last=prefix + LAST, limit=limit or MOST)


def find(tx: Tx, host: str) -> PeerHost | None:
    """What we know of a server."""
    return tx.one(BY_HOST, name=host)


def among(tx: Tx, names: Iterable[str]) -> list[PeerHost]:
    """What we know of these servers."""
    wanted = sorted(set(names))
    return tx.all(BY_HOSTS, names=wanted) if wanted else []


def heard(tx: Tx, host: str, *, now: datetime) -> bool:
    """A verified request came from it: it is alive, whatever our own requests met (reliability, section 3.3).

    Returns:
        Whether it is back: our requests have failed for an hour or longer.
    """
    known = find(tx, host)
    if known is None:
        _add(tx, host, now=now)
    tx.exec(HEARD, name=host, at=now, since=now - HEARD_EVERY)
    return known is not None and is_back(known, now=now)


def is_back(known: PeerHost, *, now: datetime) -> bool:
    """Whether a sign of life now means that what waits may go, not only what comes next.

    Not for shorter troubles: a server that speaks to us all the time, and fails at one thing, would be asked for
    that thing all the time.
    """
    return known.unanswered_since is not None and now - known.unanswered_since >= AWAY


def _add(tx: Tx, host: str, *, now: datetime) -> None:
    tx.exec(ADD, PeerHost(host=host, first_seen_at=now))


def scheme_of(tx: Tx, host: str, *, now: datetime) -> str:
    """Which form of signature it took last, empty when unknown (federation, section 3.5)."""
    known = find(tx, host)
    return known.scheme_now(now) if known is not None else ""


def remember_scheme(tx: Tx, host: str, scheme: str, *, now: datetime) -> None:
    """It took a request that was signed in this form, or says that it will."""
    known = find(tx, host)
    if known is None:
        _add(tx, host, now=now)
    if known is None or known.should_note(scheme, now):
        tx.exec(SET_SCHEME, name=host, value=scheme, at=now)


def put_breaker(
    tx: Tx,
    host: str,
    *,
    failures: int,
    failing_since: datetime | None,
    open_until: datetime | None,
    opened: int,
    now: datetime,
) -> None:
    """Keep the state of its breaker over restarts."""
    _add(tx, host, now=now)
    tx.exec(SET_BREAKER, name=host, count=failures, since=failing_since, until=open_until, times=opened)


def took(tx: Tx, host: str, known: PeerHost | None, *, now: datetime) -> None:
    """It took something from us: it is well. Written only where that is news; `known` is what was read before."""
    if known is None:
        _add(tx, host, now=now)
    elif known.delivered_at is not None and now - known.delivered_at < NOTED_EVERY and _is_well(known):
        return
    tx.exec(TOOK, name=host, at=now)


def _is_well(known: PeerHost) -> bool:
    troubles = (known.open_until, known.dead_since, known.unanswered_since)
    return not known.failures and all(trouble is None for trouble in troubles)


def missed(tx: Tx, host: str, *, now: datetime) -> datetime:
    """It could not be reached, or could not take something; since when it has not been heard of in any way."""
    known = find(tx, host)
    if known is None:
        _add(tx, host, now=now)
    since = known.unanswered_since if known is not None else None
    if since is None or known is None or known.failed_at is None or now - known.failed_at >= NOTED_EVERY:
        tx.exec(MISSED, name=host, at=now)
    return since or now


def mark_dead(tx: Tx, host: str, *, now: datetime) -> None:
    """It has not answered for 30 days; any verified request from it ends this."""
    _add(tx, host, now=now)
    tx.exec(DEAD, name=host, at=now)


def failing(tx: Tx) -> list[PeerHost]:
    """Servers whose breaker is not at rest, for the start of a process."""
    return tx.all(FAILING)


def has_relations(tx: Tx, host: str) -> bool:
    """Whether somebody there follows somebody here, or the other way round."""
    return tx.one(FOLLOWED, name=host) is not None or tx.one(FOLLOWING, name=host) is not None


def prune(tx: Tx, *, before: datetime) -> int:
    """Forget servers with which nothing passed since, so that strangers cannot fill the table (LIM-3)."""
    return tx.exec(PRUNE, before=before)


def count(tx: Tx) -> int:
    """How many servers we know."""
    return tx.one(COUNT) or 0

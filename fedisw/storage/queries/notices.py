"""What people want to be told by whom; requests of those who were kept apart; severances and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as put
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.notices import Policy
from fedisw.model.notifications import MESSAGES, AccountWarning, NotificationRequest, Severance
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience
from fedisw.storage.queries.notifications import JOINED, SHOWN
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import notifications
from fedisw.storage.tables.notices import (
    account_warnings,
    notification_permissions,
    notification_policies,
    notification_requests,
    severances,
)
from fedisw.storage.tables.relations import blocks, mutes

P, R, M, N = notification_policies.c, notification_requests.c, notification_permissions.c, notifications.c
_PAIR: tuple[ColumnElement[bool], ...] = (
    N.account_id == bindparam("account_id"),
    N.from_id == bindparam("from_id"),
    N.filtered,
)


class Kept(msgspec.Struct, frozen=True):
    """What is kept apart of one sender: how much, and the newest post."""

    from_id: int
    count: int
    last_status_id: int | None


_policy = put(notification_policies).values({column.name: bindparam(column.name) for column in P})
POLICY = Query(Policy, select(*(P[name] for name in Policy.__slots__)).where(P.account_id == bindparam("account_id")))
PUT_POLICY = Command(
    _policy.on_conflict_do_update(index_elements=[P.account_id], set_={name: _policy.excluded[name] for name in Policy.__slots__})
)
_request = put(notification_requests).values({column.name: bindparam(column.name) for column in R})
PUT_REQUEST = Command(
    _request.on_conflict_do_update(index_elements=[R.account_id, R.from_id], set_={"updated_at": _request.excluded.updated_at})
)
_sender = accounts.alias("asking")
_WAITING = and_(
    R.account_id == audience.VIEWER,
    _sender.c.suspended_at.is_(None),
    ~exists().where(blocks.c.account_id == audience.VIEWER, blocks.c.target_id == R.from_id),
    ~exists().where(
        mutes.c.account_id == audience.VIEWER,
        mutes.c.target_id == R.from_id,
        mutes.c.hides_notifications,
        or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
    ),
    exists().where(N.account_id == R.account_id, N.from_id == R.from_id, N.filtered),
)
_REQUESTS = select(*R).select_from(notification_requests.join(_sender, _sender.c.id == R.from_id)).where(_WAITING)
_WINDOW = and_(R.id < bindparam("below"), R.id > bindparam("above"))
NEWEST = Query(NotificationRequest, _REQUESTS.where(_WINDOW).order_by(R.id.desc()).limit(bindparam("limit")))
OLDEST = Query(NotificationRequest, _REQUESTS.where(_WINDOW).order_by(R.id).limit(bindparam("limit")))
BY_IDS = Query(NotificationRequest, select(notification_requests).where(R.account_id == audience.VIEWER, IdIn(R.id, "ids")))
SHOWN_BY_ID = Query(NotificationRequest, _REQUESTS.where(R.id == bindparam("id")))
KEPT = Query(
    Kept,
    select(
        N.from_id,
        func.count().label("count"),
        func.max(case((N.type.in_(sorted(MESSAGES)), N.status_id))).label("last_status_id"),
    )
    .select_from(JOINED)
    .where(SHOWN, N.filtered, IdIn(N.from_id, "ids"))
    .group_by(N.from_id),
)
REMOVE_REQUESTS = Command(delete(notification_requests).where(R.account_id == bindparam("account_id"), IdIn(R.from_id, "ids")))
REMOVE_KEPT = Command(delete(notifications).where(N.account_id == bindparam("account_id"), IdIn(N.from_id, "ids"), N.filtered))
PERMIT = Command(
    put(notification_permissions)
    .values({column.name: bindparam(column.name) for column in M})
    .on_conflict_do_update(index_elements=[M.account_id, M.from_id], set_={"merging": True})
)
REVOKE = Command(
    delete(notification_permissions).where(M.account_id == bindparam("account_id"), M.from_id == bindparam("from_id"))
)
MERGE_SOME = Command(
    update(notifications)
    .where(N.id.in_(select(N.id).where(*_PAIR).order_by(N.id).limit(bindparam("limit")).scalar_subquery()))
    .values(filtered=False)
)
MERGED = Command(
    update(notification_permissions)
    .where(M.account_id == bindparam("owner"), M.from_id == bindparam("sender"), M.merging)
    .values(merging=False)
)
MERGING = Query(
    int, select(func.count()).select_from(notification_permissions).where(M.account_id == bindparam("account_id"), M.merging)
)
ADD_SEVERANCE, ADD_WARNING = Command(insert(severances)), Command(insert(account_warnings))
SEVERANCES = Query(Severance, select(severances).where(IdIn(severances.c.id, "ids")))
WARNINGS = Query(AccountWarning, select(account_warnings).where(IdIn(account_warnings.c.id, "ids")))


def policy(tx: Tx, account_id: int) -> Policy:
    """What a person wants; the usual where they said nothing."""
    return tx.one(POLICY, account_id=account_id) or Policy()


def put_policy(tx: Tx, account_id: int, wanted: Policy) -> None:
    """What a person wants from now on; what was kept apart stays so."""
    tx.exec(PUT_POLICY, wanted, account_id=account_id)


def put_request(tx: Tx, request: NotificationRequest) -> None:
    """Somebody's message was kept apart: a request, or the one that stands is newer."""
    tx.exec(PUT_REQUEST, request)


def requests(tx: Tx, viewer_id: int, window: Page, *, now: datetime) -> list[NotificationRequest]:
    """Who waits for a person's answer, newest first."""
    query = OLDEST if window.upwards else NEWEST
    found = tx.all(query, viewer_id=viewer_id, now=now, below=window.below, above=window.above, limit=window.limit)
    return found[::-1] if window.upwards else found


def request(tx: Tx, request_id: int, *, viewer_id: int, now: datetime) -> NotificationRequest | None:
    """A request of this person, if it may be shown."""
    return tx.one(SHOWN_BY_ID, id=request_id, viewer_id=viewer_id, now=now)


def requests_by_ids(tx: Tx, ids: Iterable[int], *, viewer_id: int) -> list[NotificationRequest]:
    """Those of these requests that are this person's (VIS-9)."""
    return tx.all(BY_IDS, ids=list(ids), viewer_id=viewer_id)


def kept(tx: Tx, viewer_id: int, senders: Sequence[int], *, now: datetime) -> dict[int, Kept]:
    """What is kept apart of each of these senders, as far as it may be shown."""
    found = tx.all(KEPT, viewer_id=viewer_id, ids=list(senders), now=now) if senders else []
    return {item.from_id: item for item in found}


def remove_requests(tx: Tx, *, account_id: int, senders: Iterable[int]) -> int:
    """Requests of these senders are over."""
    return tx.exec(REMOVE_REQUESTS, account_id=account_id, ids=list(senders))


def remove_kept(tx: Tx, *, account_id: int, senders: Iterable[int]) -> int:
    """What was kept apart of these senders goes."""
    return tx.exec(REMOVE_KEPT, account_id=account_id, ids=list(senders))


def permit(tx: Tx, *, account_id: int, senders: Iterable[int], now: datetime) -> None:
    """These senders come through from now on; their earlier notifications are being merged."""
    rows: list[dict[str, Any]] = [{"account_id": account_id, "from_id": item} for item in senders]
    tx.many(PERMIT, rows, merging=True, created_at=now)


def revoke(tx: Tx, *, account_id: int, from_id: int) -> None:
    """A sender comes through no longer."""
    tx.exec(REVOKE, account_id=account_id, from_id=from_id)


def merge_some(tx: Tx, *, account_id: int, from_id: int, limit: int) -> int:
    """Put some of a sender's notifications among the others; how many."""
    return tx.exec(MERGE_SOME, account_id=account_id, from_id=from_id, limit=limit)


def end_merging(tx: Tx, *, account_id: int, from_id: int) -> bool:
    """All of a sender's are there; False when that was said before."""
    return tx.exec(MERGED, owner=account_id, sender=from_id) == 1


def is_merging(tx: Tx, account_id: int) -> bool:
    """Whether an accepted request is still being merged."""
    return (tx.one(MERGING, account_id=account_id) or 0) > 0


def add_severance(tx: Tx, severance: Severance) -> None:
    """Keep how many follows ended."""
    tx.exec(ADD_SEVERANCE, severance)


def add_warning(tx: Tx, warning: AccountWarning) -> None:
    """Keep what a person was told by moderators."""
    tx.exec(ADD_WARNING, warning)


def severances_by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Severance]:
    """Those that exist, by id."""
    wanted = list(ids)
    return {item.id: item for item in tx.all(SEVERANCES, ids=wanted)} if wanted else {}


def warnings_by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, AccountWarning]:
    """Those that exist, by id."""
    wanted = list(ids)
    return {item.id: item for item in tx.all(WARNINGS, ids=wanted)} if wanted else {}

"""Notifications in groups: likes, boosts and follows that came close together are one entry (mastodon-api.md, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import String, and_, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.accounts import Account
from fedisw.model.notifications import Notification, NotificationType
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries.notifications import JOINED, SHOWN, UNFILTERED, WANTED
from fedisw.storage.statements import IdIn, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import notifications

C = notifications.c
SAMPLE = 8  # accounts that are told of a group
SCANNED = 5_000  # notifications that are looked at for one page of groups


class Span(msgspec.Struct, frozen=True):
    """A group as far as it lies in a page: its newest and oldest notification there."""

    key: str
    newest: int
    oldest: int


class Member(msgspec.Struct, frozen=True):
    """One of the newest notifications of a group, and how many the group has."""

    key: str
    from_id: int
    total: int


SINGLE = "ungrouped-"  # and the id: key of what belongs to no group
_grouped = and_(C.group_key != "", TextIn(C.type, "grouped"))
_KEY: ColumnElement[str] = case((_grouped, C.group_key), else_=SINGLE + cast(C.id, String))
_WINDOW = and_(C.id < bindparam("below"), C.id > bindparam("above"))
_newer = notifications.alias("newer")
_SHOWN_BEFORE = and_(  # its newest notification stands on an earlier page, and so does the group
    _grouped,
    exists().where(
        _newer.c.account_id == C.account_id,
        _newer.c.group_key == C.group_key,
        _newer.c.id >= bindparam("below"),
        or_(_newer.c.filtered.is_(False), bindparam("filtered") == 1),
    ),
)


def _spans(*, upwards: bool) -> Query[Span]:
    shown = (  # a table of its own: PostgreSQL does not see that two parameters with one value are equal
        select(_KEY.label("key"), C.id)
        .select_from(JOINED)
        .where(SHOWN, WANTED, _WINDOW, UNFILTERED, ~_SHOWN_BEFORE)
        .order_by(C.id.asc() if upwards else C.id.desc())
        .limit(bindparam("scan"))
        .subquery()
    )
    newest = func.max(shown.c.id)
    return Query(
        Span,
        select(shown.c.key, newest.label("newest"), func.min(shown.c.id).label("oldest"))
        .group_by(shown.c.key)
        .order_by(newest.asc() if upwards else newest.desc())
        .limit(bindparam("limit")),
    )


_unread = (
    select(_KEY.label("key"))
    .select_from(JOINED)
    .where(SHOWN, WANTED, UNFILTERED, C.id > bindparam("above"))
    .limit(bindparam("scan"))
    .subquery()
)
UNREAD = Query(int, select(func.count(func.distinct(_unread.c.key))))
SPANS = {up: _spans(upwards=up) for up in (False, True)}
BY_IDS = Query(Notification, select(notifications).where(C.account_id == bindparam("viewer_id"), IdIn(C.id, "ids")))
_ranked = (
    select(
        C.group_key.label("key"),
        C.from_id,
        func.count().over(partition_by=C.group_key).label("total"),
        func.row_number().over(partition_by=C.group_key, order_by=C.id.desc()).label("place"),
    )
    .select_from(JOINED)
    .where(SHOWN, TextIn(C.group_key, "keys"), C.id <= bindparam("newest"), UNFILTERED)
    .subquery()
)
MEMBERS = Query(
    Member,
    select(_ranked.c.key, _ranked.c.from_id, _ranked.c.total)
    .where(_ranked.c.place <= SAMPLE)
    .order_by(_ranked.c.key, _ranked.c.place),
)
ACCOUNTS = Query(
    tuple[int, Account],
    select(C.id.label("notification_id"), *accounts.c)
    .join(accounts, accounts.c.id == C.from_id)
    .where(
        C.account_id == bindparam("viewer_id"),
        IdIn(C.id, "ids"),
        C.id < bindparam("below"),
        C.id > bindparam("above"),
        accounts.c.suspended_at.is_(None),
    )
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)


def spans(
    tx: Tx,
    viewer_id: int,
    window: Page,
    *,
    types: Sequence[NotificationType],
    grouped: Sequence[NotificationType],
    now: datetime,
    filtered: bool = False,
) -> list[Span]:
    """A page of groups, newest first; each stands at its newest notification.

    Args:
        grouped: types that may form groups.
        filtered: with those that were kept apart.
    """
    found = tx.all(
        SPANS[window.upwards],
        viewer_id=viewer_id,
        types=[kind.value for kind in types],
        grouped=[kind.value for kind in grouped],
        from_id=0,
        filtered=int(filtered),
        below=window.below,
        above=window.above,
        now=now,
        scan=SCANNED,
        limit=window.limit,
    )
    return found[::-1] if window.upwards else found


def unread(
    tx: Tx,
    viewer_id: int,
    *,
    above: int,
    types: Sequence[NotificationType],
    grouped: Sequence[NotificationType],
    now: datetime,
    limit: int,
    from_id: int = 0,
    filtered: bool = False,
) -> int:
    """How many groups are newer than `above`, counted up to `limit`; `grouped`: types that may form groups."""
    found = tx.one(
        UNREAD,
        viewer_id=viewer_id,
        types=[kind.value for kind in types],
        grouped=[kind.value for kind in grouped],
        from_id=from_id,
        filtered=int(filtered),
        above=above,
        now=now,
        scan=SCANNED,
    )
    return min(found or 0, limit)


def by_ids(tx: Tx, viewer_id: int, ids: Sequence[int]) -> list[Notification]:
    """Those of a person's notifications, in no particular order."""
    return tx.all(BY_IDS, viewer_id=viewer_id, ids=list(ids)) if ids else []


def members(tx: Tx, viewer_id: int, keys: Sequence[str], *, newest: int, now: datetime, filtered: bool = False) -> list[Member]:
    """Of each group its newest eight, newest first, up to the notification `newest`."""
    if not keys:
        return []
    return tx.all(MEMBERS, viewer_id=viewer_id, keys=list(keys), newest=newest, now=now, filtered=int(filtered))


def accounts_in(tx: Tx, viewer_id: int, ids: Sequence[int], page: Page) -> list[tuple[int, Account]]:
    """Who caused these notifications, newest first, each with the notification's id, which pages them."""
    return tx.all(ACCOUNTS, viewer_id=viewer_id, ids=list(ids), below=page.below, above=page.above, limit=page.limit)

"""What people are told; rows of posts that the receiver may not see any more are left out when read (VIS-13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.notifications import Marker, Notification, NotificationType
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience
from fedisw.storage.statements import Command, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import markers, notifications
from fedisw.storage.tables.relations import blocks, host_blocks, mutes
from fedisw.storage.tables.statuses import statuses

C, K = notifications.c, markers.c
_OWNER = C.account_id == audience.VIEWER
_sender = accounts.alias("sender")
_NEW = insert(markers).values({column.name: bindparam(column.name) for column in K})

ADD = Query(
    int,
    insert(notifications)
    .values({column.name: bindparam(column.name) for column in C if column.name != "id"})
    .on_conflict_do_nothing()
    .returning(C.id),
)
JOINED = (
    notifications.join(_sender, _sender.c.id == C.from_id)
    .outerjoin(statuses, statuses.c.id == C.status_id)
    .outerjoin(accounts, accounts.c.id == statuses.c.account_id)
)
_MUTED = exists().where(
    mutes.c.account_id == audience.VIEWER,
    mutes.c.target_id == C.from_id,
    mutes.c.hides_notifications,
    or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
)
_BLOCKED = exists().where(blocks.c.account_id == audience.VIEWER, blocks.c.target_id == C.from_id)
_UNHEARD = and_(  # VIS-3: of a server that the viewer does not want, only people whom they follow all the same
    exists().where(host_blocks.c.account_id == audience.VIEWER, host_blocks.c.host == _sender.c.host),
    ~audience.followed_by_viewer(C.from_id),
)
SHOWN = and_(
    _OWNER,
    _sender.c.suspended_at.is_(None),
    ~_MUTED,
    ~_BLOCKED,
    ~_UNHEARD,
    or_(C.status_id.is_(None), audience.readable_by_viewer(statuses, accounts)),
)
WANTED = and_(TextIn(C.type, "types"), or_(bindparam("from_id") == 0, C.from_id == bindparam("from_id")))
_WINDOW = and_(C.id < bindparam("below"), C.id > bindparam("above"))
UNFILTERED = or_(C.filtered.is_(False), bindparam("filtered") == 1)
_PAGE = select(*C).select_from(JOINED).where(SHOWN, WANTED, _WINDOW, UNFILTERED)
NEWEST = Query(Notification, _PAGE.order_by(C.id.desc()).limit(bindparam("limit")))
OLDEST = Query(Notification, _PAGE.order_by(C.id).limit(bindparam("limit")))
BY_ID = Query(Notification, select(*C).select_from(JOINED).where(SHOWN, C.id == bindparam("id")))
IN_GROUP = Query(
    Notification,
    select(*C)
    .select_from(JOINED)
    .where(SHOWN, C.group_key == bindparam("group_key"))
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
UNREAD = Query(
    int,
    select(func.count()).select_from(
        select(C.id)
        .select_from(JOINED)
        .where(SHOWN, WANTED, UNFILTERED, C.id > bindparam("above"))
        .limit(bindparam("limit"))
        .subquery()
    ),
)
LATEST_KEY = Query(
    str,
    select(C.group_key)
    .where(
        C.account_id == bindparam("account_id"),
        C.type == bindparam("type"),
        func.coalesce(C.status_id, 0) == bindparam("status_id"),
        C.created_at > bindparam("since"),
        C.group_key != "",
    )
    .order_by(C.id.desc())
    .limit(1),
)
REMOVE = Command(delete(notifications).where(C.id == bindparam("id"), C.account_id == bindparam("account_id")))
REMOVE_GROUP = Command(
    delete(notifications).where(C.group_key == bindparam("group_key"), C.account_id == bindparam("account_id"))
)
CLEAR = Command(delete(notifications).where(C.account_id == bindparam("account_id")))
REMOVE_FROM = Command(delete(notifications).where(C.account_id == bindparam("account_id"), C.from_id == bindparam("from_id")))
WITHDRAW = Command(
    delete(notifications).where(
        C.account_id == bindparam("account_id"),
        C.from_id == bindparam("from_id"),
        C.type == bindparam("type"),
        func.coalesce(C.status_id, 0) == bindparam("status_id"),
    )
)
MARKERS = Query(Marker, select(markers).where(K.account_id == bindparam("account_id"), TextIn(K.timeline, "timelines")))
PUT_MARKER = Query(
    Marker,
    _NEW.on_conflict_do_update(
        index_elements=[K.account_id, K.timeline],
        set_={"last_read_id": _NEW.excluded.last_read_id, "version": K.version + 1, "updated_at": _NEW.excluded.updated_at},
    ).returning(*K),
)


def add(tx: Tx, notification: Notification) -> int | None:
    """Tell somebody; None when they were told already. The id is given by the database."""
    values = {column.name: getattr(notification, column.name) for column in C if column.name != "id"}
    return tx.one(ADD, **values)


def page(
    tx: Tx,
    viewer_id: int,
    window: Page,
    *,
    types: Sequence[NotificationType],
    now: datetime,
    from_id: int = 0,
    filtered: bool = False,
) -> list[Notification]:
    """A person's notifications, newest first."""
    query = OLDEST if window.upwards else NEWEST
    found = tx.all(
        query,
        viewer_id=viewer_id,
        types=[kind.value for kind in types],
        from_id=from_id,
        filtered=int(filtered),
        now=now,
        below=window.below,
        above=window.above,
        limit=window.limit,
    )
    return found[::-1] if window.upwards else found


def find(tx: Tx, notification_id: int, *, viewer_id: int, now: datetime) -> Notification | None:
    """A notification of this person, if it may be shown."""
    return tx.one(BY_ID, id=notification_id, viewer_id=viewer_id, now=now)


def in_group(tx: Tx, group_key: str, *, viewer_id: int, now: datetime, limit: int = 100) -> list[Notification]:
    """What lies in a group, newest first."""
    return tx.all(IN_GROUP, group_key=group_key, viewer_id=viewer_id, now=now, limit=limit)


def unread(
    tx: Tx,
    viewer_id: int,
    *,
    above: int,
    types: Sequence[NotificationType],
    now: datetime,
    limit: int,
    from_id: int = 0,
    filtered: bool = False,
) -> int:
    """How many notifications are newer than `above`, counted up to `limit`."""
    asked = {"viewer_id": viewer_id, "above": above, "from_id": from_id, "filtered": int(filtered)}
    return tx.one(UNREAD, types=[kind.value for kind in types], now=now, limit=limit, **asked) or 0


def latest_key(tx: Tx, *, account_id: int, kind: NotificationType, status_id: int | None, since: datetime) -> str | None:
    """The group that a new notification of this kind joins, if one began after `since`."""
    return tx.one(LATEST_KEY, account_id=account_id, type=kind, status_id=status_id or 0, since=since)


def remove(tx: Tx, notification_id: int, *, account_id: int) -> bool:
    """Take one away; False when it is not this person's."""
    return tx.exec(REMOVE, id=notification_id, account_id=account_id) == 1


def remove_group(tx: Tx, group_key: str, *, account_id: int) -> int:
    """Take a whole group away."""
    return tx.exec(REMOVE_GROUP, group_key=group_key, account_id=account_id)


def clear(tx: Tx, account_id: int) -> int:
    """Take all of a person's away."""
    return tx.exec(CLEAR, account_id=account_id)


def remove_from(tx: Tx, *, account_id: int, from_id: int) -> int:
    """Take all away that somebody caused."""
    return tx.exec(REMOVE_FROM, account_id=account_id, from_id=from_id)


def withdraw(tx: Tx, *, account_id: int, from_id: int, kind: NotificationType, status_id: int | None) -> int:
    """Take one away because what it told was undone."""
    return tx.exec(WITHDRAW, account_id=account_id, from_id=from_id, type=kind, status_id=status_id or 0)


def markers_of(tx: Tx, account_id: int, timelines: Sequence[str]) -> list[Marker]:
    """How far a person has read these timelines."""
    return tx.all(MARKERS, account_id=account_id, timelines=list(timelines)) if timelines else []


def put_marker(tx: Tx, marker: Marker) -> Marker:
    """Move a mark; what it is now."""
    return tx.one(PUT_MARKER, **{column.name: getattr(marker, column.name) for column in K}) or marker

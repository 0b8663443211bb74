"""Telling people what happened to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from fedisw.live import topics
from fedisw.model.accounts import Account
from fedisw.model.notifications import Notification, NotificationType
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, marks, mutes, notifications, users

GROUPED = frozenset(
    {NotificationType.FAVOURITE, NotificationType.REBLOG, NotificationType.FOLLOW, NotificationType.ADMIN_SIGN_UP}
)
GROUP_SPAN = timedelta(hours=12)
NEWS = timedelta(hours=24)  # older things do not notify (ING-13)


def notify(
    tx: Tx,
    *,
    account_id: int,
    kind: NotificationType,
    from_id: int,
    now: datetime,
    status: Status | None = None,
    report_id: int | None = None,
) -> bool:
    """Tell a local account, once; False when it was told before, may not be, or does not want to be.

    Args:
        account_id: who is told; an account of another server is left alone.
        from_id: who caused it.
        status: the post it is about.
    """
    if account_id == from_id or not _wants(tx, account_id=account_id, from_id=from_id, status=status, now=now):
        return False
    return _tell(tx, account_id=account_id, kind=kind, from_id=from_id, status=status, report_id=report_id, now=now)


def notify_self(tx: Tx, *, account_id: int, kind: NotificationType, status: Status, now: datetime) -> bool:
    """Tell a person about something of their own, such as the end of their poll; once."""
    return _tell(tx, account_id=account_id, kind=kind, from_id=account_id, status=status, report_id=None, now=now)


def _tell(
    tx: Tx,
    *,
    account_id: int,
    kind: NotificationType,
    from_id: int,
    status: Status | None,
    report_id: int | None,
    now: datetime,
) -> bool:
    made = notifications.add(
        tx,
        Notification(
            id=0,
            account_id=account_id,
            type=kind,
            from_id=from_id,
            status_id=status.id if status else None,
            report_id=report_id,
            group_key=_group_key(tx, account_id=account_id, kind=kind, status_id=status.id if status else None, now=now),
            created_at=now,
        ),
    )
    if made is None:
        return False
    tx.publish(topics.notifications(account_id), topics.encode(topics.Notified(notification_id=made)))
    return True


def _wants(tx: Tx, *, account_id: int, from_id: int, status: Status | None, now: datetime) -> bool:
    receiver, sender = accounts.find(tx, account_id), accounts.find(tx, from_id)
    if receiver is None or sender is None or not receiver.local or not receiver.usable or not sender.usable:
        return False
    if blocks.either(tx, account_id, from_id):
        return False
    if sender.host is not None and blocks.host_blocked(tx, account_id=account_id, host=sender.host):
        return False
    mute = mutes.find(tx, account_id=account_id, target_id=from_id, now=now)
    if mute is not None and mute.hides_notifications:
        return False
    return status is None or not marks.thread_muted(tx, account_id=account_id, conversation_id=status.conversation_id)


def _group_key(tx: Tx, *, account_id: int, kind: NotificationType, status_id: int | None, now: datetime) -> str:
    """Likes, boosts and follows within 12 hours are one group."""
    if kind not in GROUPED:
        return ""
    since = now - GROUP_SPAN
    known = notifications.latest_key(tx, account_id=account_id, kind=kind, status_id=status_id, since=since)
    return known or f"{kind.value}-{status_id or account_id}-{int(now.timestamp()) // 3600}"


def withdraw(tx: Tx, *, account_id: int, kind: NotificationType, from_id: int, status_id: int | None = None) -> None:
    """What somebody was told was undone."""
    notifications.withdraw(tx, account_id=account_id, from_id=from_id, kind=kind, status_id=status_id)


def for_new_status(tx: Tx, status: Status, *, author: Account, mentioned: Iterable[int], now: datetime) -> None:
    """Tell those whom a new post names; nobody when it is old news."""
    if now - status.created_at > NEWS:
        return
    for account_id in mentioned:
        notify(tx, account_id=account_id, kind=NotificationType.MENTION, from_id=author.id, status=status, now=now)


def for_staff(tx: Tx, *, kind: NotificationType, from_id: int, now: datetime, report_id: int | None = None) -> None:
    """Tell every moderator, admin and owner."""
    for account_id in users.staff_ids(tx):
        notify(tx, account_id=account_id, kind=kind, from_id=from_id, report_id=report_id, now=now)

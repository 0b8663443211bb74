"""What a person wants to be told by whom: their policy, and requests of those who were kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fedisw.jobs.notices import MergeNotifications
from fedisw.live import topics
from fedisw.model.notices import Policy
from fedisw.model.notifications import AccountWarning, NotificationRequest, NotificationType, Severance
from fedisw.services import notifications
from fedisw.storage.db import Tx
from fedisw.storage.queries import notices

MERGED_AT_ONCE = 500  # notifications a unit


def set_policy(tx: Tx, account_id: int, wanted: Policy) -> None:
    """From now on notifications are handled so; what was kept apart before waits where it is."""
    notices.put_policy(tx, account_id, wanted)


def accept(tx: Tx, requests: Iterable[NotificationRequest], *, account_id: int, now: datetime) -> None:
    """Let these senders through for ever, and put what was kept apart among the rest, by a job each."""
    senders = [item.from_id for item in requests]
    notices.permit(tx, account_id=account_id, senders=senders, now=now)
    notices.remove_requests(tx, account_id=account_id, senders=senders)
    tx.enqueue(*(MergeNotifications(account_id=account_id, from_id=sender) for sender in senders))


def dismiss(tx: Tx, requests: Iterable[NotificationRequest], *, account_id: int) -> None:
    """Do away with these requests and with what was kept apart; the next message makes a new one."""
    senders = [item.from_id for item in requests]
    notices.remove_requests(tx, account_id=account_id, senders=senders)
    notices.remove_kept(tx, account_id=account_id, senders=senders)


def merge(tx: Tx, *, account_id: int, from_id: int) -> bool:
    """Put some of a sender's notifications among the others; False when all are there, and clients are told once."""
    if notices.merge_some(tx, account_id=account_id, from_id=from_id, limit=MERGED_AT_ONCE) == MERGED_AT_ONCE:
        return True
    if notices.end_merging(tx, account_id=account_id, from_id=from_id) and not notices.is_merging(tx, account_id):
        tx.publish(topics.notifications(account_id), topics.encode(topics.NotificationsMerged()))
    return False


def forget(tx: Tx, *, account_id: int, from_id: int) -> None:
    """A person blocks somebody: nothing of them waits any more, and they come through no longer."""
    notices.revoke(tx, account_id=account_id, from_id=from_id)
    notices.remove_requests(tx, account_id=account_id, senders=[from_id])


def tell_severed(tx: Tx, severance: Severance) -> None:
    """Tell a person that follows ended which neither side had ended."""
    if severance.followers_count + severance.following_count == 0:
        return
    notices.add_severance(tx, severance)
    notifications.notify_self(
        tx,
        account_id=severance.account_id,
        kind=NotificationType.SEVERED_RELATIONSHIPS,
        about_id=severance.id,
        now=severance.created_at,
    )


def warn(tx: Tx, warning: AccountWarning) -> None:
    """Tell a person what moderators decided."""
    notices.add_warning(tx, warning)
    notifications.notify_self(
        tx,
        account_id=warning.account_id,
        kind=NotificationType.MODERATION_WARNING,
        about_id=warning.id,
        now=warning.created_at,
    )

"""Complaints about accounts and posts, from here and from other servers (MOD-7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fedisw.jobs.work import PublishFlag
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.moderation import Report
from fedisw.model.notifications import NotificationType
from fedisw.services import notifications
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, reports, statuses

MAX_COMMENT = 1_000  # characters, from our own people
MAX_REMOTE_COMMENT = 10_000  # characters (security, ING table)
CATEGORIES = frozenset({"spam", "legal", "violation", "other"})


def report(
    tx: Tx,
    *,
    account_id: int,
    target_id: int,
    status_ids: Sequence[int],
    rule_ids: Sequence[int],
    category: str,
    comment: str,
    forward: bool,
    report_id: int,
    uri: str,
    now: datetime,
) -> Report:
    """A local person reports somebody; staff are told, the other server only if `forward`, in the server's name.

    Raises:
        NotFound: no such account.
        Invalid: unknown category, or a comment that is too long.
    """
    target = accounts.get(tx, target_id)
    if len(comment) > MAX_COMMENT:
        raise Invalid("comment", f"is too long (maximum is {MAX_COMMENT} characters)", code="ERR_TOO_LONG")
    if category not in CATEGORIES:
        raise Invalid("category", "is not included in the list", code="ERR_INCLUSION")
    made = Report(
        id=report_id,
        uri=uri,
        account_id=account_id,
        target_id=target.id,
        status_ids=_of_target(tx, target, status_ids),
        rule_ids=tuple(rule_ids),
        category="violation" if rule_ids else category,
        comment=comment,
        forward=forward and not target.local,
        created_at=now,
    )
    reports.add(tx, made)
    notifications.for_staff(tx, kind=NotificationType.ADMIN_REPORT, from_id=account_id, report_id=made.id, now=now)
    if made.forward:
        tx.enqueue(PublishFlag(report_id=made.id))
    return made


def report_by_remote(
    tx: Tx,
    *,
    reporter: Account,
    target_uri: str,
    status_uris: Sequence[str],
    comment: str,
    uri: str,
    report_id: int,
    now: datetime,
) -> bool:
    """Another server reports one of ours; False on a repeat. Only posts of the accused are kept (ING table).

    Raises:
        NotFound: the accused is no local account.
    """
    target = accounts.find_by_uri(tx, target_uri)
    if target is None or not target.local:
        raise NotFound("account", target_uri)
    found = [statuses.find_by_uri(tx, status_uri) for status_uri in status_uris]
    made = Report(
        id=report_id,
        uri=uri,
        account_id=reporter.id,
        target_id=target.id,
        status_ids=tuple(item.id for item in found if item is not None and item.account_id == target.id),
        comment=comment[:MAX_REMOTE_COMMENT],
        host=reporter.host,
        created_at=now,
    )
    if not reports.add(tx, made):
        return False
    notifications.for_staff(tx, kind=NotificationType.ADMIN_REPORT, from_id=reporter.id, report_id=made.id, now=now)
    return True


def _of_target(tx: Tx, target: Account, status_ids: Sequence[int]) -> tuple[int, ...]:
    return tuple(item.id for item in statuses.by_ids(tx, status_ids) if item.account_id == target.id)

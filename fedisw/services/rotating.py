"""New keys for actors of ours; and actors elsewhere whose keys have all changed (federation, section 3.6; security KEY-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fedisw.crypto.seal import Sealer
from fedisw.jobs.keychange import PublishKeys
from fedisw.jobs.work import PublishFollow
from fedisw.live import topics
from fedisw.model.accounts import Account, ActorKey, RetiredKey
from fedisw.model.errors import Conflict
from fedisw.model.moderation import Report
from fedisw.model.notifications import NotificationType
from fedisw.model.sealing import retired_row
from fedisw.model.urls import Origin
from fedisw.services import newcomers, notifications
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, keys, reports

CHUNK: Final = 500  # follows in one unit
TAKEN_OVER: Final = "All signing keys of this account changed without a word signed by the old ones. It may have been taken over."


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """New keys of an account, and the old one, which signs the activity that tells of them."""

    keys: tuple[ActorKey, ...]
    retired: RetiredKey
    old_sealed: bytes


def prepare(account: Account, old: ActorKey, *, sealer: Sealer, origin: Origin, now: datetime) -> KeyChange:
    """Make new keys; 0.1 s and more: call it in a thread.

    Raises:
        Unsealable: the old key was sealed with another master key.
    """
    uri = f"{origin}/ap/activities/{account.id}-keys-{int(now.timestamp() * 1_000)}"
    private = sealer.open(old.private_sealed or b"", row=old.key_id)
    retired = RetiredKey(
        activity_uri=uri,
        account_id=account.id,
        key_id=old.key_id,
        private_sealed=sealer.seal(private, row=retired_row(uri)),
        retired_at=now,
    )
    return KeyChange(
        keys=newcomers.new_keys(account, sealer=sealer, now=now), retired=retired, old_sealed=old.private_sealed or b""
    )


def rotate(tx: Tx, *, change: KeyChange, now: datetime) -> None:
    """Put new keys in the place of the old ones; others are told in the name of the old one.

    Raises:
        Conflict: the keys have changed since they were looked at.
    """
    account = accounts.get(tx, change.retired.account_id)
    if change.old_sealed not in {key.private_sealed for key in keys.of_account(tx, account.id)}:
        raise Conflict("its keys were changed a moment ago")
    keys.replace(tx, account.id, change.keys)
    keys.retire(tx, change.retired)
    accounts.replace(tx, replace(account, updated_at=now))
    tx.enqueue(PublishKeys(account_id=account.id, activity_uri=change.retired.activity_uri))
    tx.publish(topics.KEYS, topics.encode(topics.ActorKeyChanged(account_id=account.id)))


def follow_again(tx: Tx, *, account_id: int, mark: str, origin: Origin, after: int = 0) -> int | None:
    """Send follows of our people once more, under new ids; the id to go on after, None at the end."""
    target = accounts.find(tx, account_id)
    if target is None or target.local or not target.usable:
        return None
    found = follows.local_follower_ids(tx, account_id, after=after, limit=CHUNK)
    for follower_id in found:
        follow = follows.get(tx, follower_id=follower_id, target_id=account_id)
        follows.rename(tx, follow.id, f"{origin}/ap/activities/{follow.id}-again-{mark}")
        tx.enqueue(PublishFollow(follow_id=follow.id))
    return found[-1] if len(found) == CHUNK else None


def report_takeover(tx: Tx, *, reporter: Account, account_id: int, report_id: int, uri: str, now: datetime) -> None:
    """Tell staff once, in the name of the server."""
    report = Report(
        id=report_id, uri=uri, account_id=reporter.id, target_id=account_id, comment=TAKEN_OVER, category="other", created_at=now
    )
    if reports.add(tx, report):
        notifications.for_staff(tx, kind=NotificationType.ADMIN_REPORT, from_id=reporter.id, report_id=report.id, now=now)

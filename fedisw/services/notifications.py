"""Telling people what happened to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fedisw.jobs.notices import SendPush
from fedisw.live import topics
from fedisw.model.accounts import Account
from fedisw.model.notices import Bond, Handling, Sender, handling
from fedisw.model.notifications import MESSAGES, Notification, NotificationRequest, NotificationType
from fedisw.model.statuses import Status, Visibility
from fedisw.model.urls import Origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, notices, notifications, push, receiving, users
from fedisw.storage.queries.receiving import Receiver

GROUPED = frozenset(
    {NotificationType.FAVOURITE, NotificationType.REBLOG, NotificationType.FOLLOW, NotificationType.ADMIN_SIGN_UP}
)
GROUP_SPAN = timedelta(hours=12)
NEWS = timedelta(hours=24)  # older things do not notify (ING-13)
ONESELF = Bond(
    following=True, follower_since=datetime(1970, 1, 1, tzinfo=UTC)
)  # what concerns oneself passes every choice of people


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened: to a post (`status`), with a complaint (`report_id`), or with what `about_id` names."""

    kind: NotificationType
    now: datetime
    status: Status | None = None
    report_id: int | None = None
    about_id: int | None = None

    @property
    def private(self) -> bool:
        """Whether it is a post for named people only."""
        return self.status is not None and self.status.visibility is Visibility.DIRECT


def notify(
    tx: Tx,
    *,
    account_id: int,
    kind: NotificationType,
    from_id: int,
    now: datetime,
    status: Status | None = None,
    report_id: int | None = None,
    about_id: int | None = None,
) -> bool:
    """Tell a local account, once; False when it was told before, may not be, or does not want to be.

    What the person's policy keeps apart is stored, and nobody is told of it at once.

    Args:
        account_id: who is told; an account of another server is left alone.
        from_id: who caused it.
        status: the post it is about.
    """
    sender = accounts.find(tx, from_id) if account_id != from_id else None
    event = Event(kind=kind, now=now, status=status, report_id=report_id, about_id=about_id)
    return sender is not None and bool(notify_all(tx, [account_id], sender=sender, event=event))


def notify_all(tx: Tx, account_ids: Iterable[int], *, sender: Account, event: Event) -> list[int]:
    """Tell several local accounts of one event; ids of those who have a new notification.

    What lies between each of them and the sender is read in one statement, however many they are.
    """
    wanted = [account_id for account_id in dict.fromkeys(account_ids) if account_id != sender.id]
    if not wanted or not sender.usable:
        return []
    found = receiving.receivers(
        tx,
        wanted,
        sender=sender,
        conversation_id=event.status.conversation_id if event.status else None,
        private=event.private,
        now=event.now,
    )
    people = {person.id: person for person in found if person.hears}
    if not people:
        return []
    who = _sender(tx, sender, event.kind)
    told: dict[int, int] = {}
    apart: set[int] = set()
    for account_id in wanted:
        person = people.get(account_id)
        fate = Handling.DROP if person is None else _fate(person, who, event)
        if fate is Handling.DROP:
            continue
        made = _store(tx, account_id, from_id=sender.id, event=event, filtered=fate is Handling.FILTER)
        if made is not None:
            told[account_id] = made
            if fate is Handling.FILTER:
                apart.add(account_id)
    _keep_apart(tx, {item: told[item] for item in apart}, sender=sender, event=event)
    _say(tx, {person: number for person, number in told.items() if person not in apart}, people, event.kind)
    return list(told)


def notify_self(
    tx: Tx,
    *,
    account_id: int,
    kind: NotificationType,
    now: datetime,
    status: Status | None = None,
    about_id: int | None = None,
) -> bool:
    """Tell a person about something of their own, such as the end of their poll; once."""
    event = Event(kind=kind, now=now, status=status, about_id=about_id)
    made = _store(tx, account_id, from_id=account_id, event=event, filtered=False)
    if made is None:
        return False
    _publish(tx, account_id, made)
    _push(tx, {account_id: made}, {account_id: ONESELF}, kind)
    return True


def _sender(tx: Tx, account: Account, kind: NotificationType) -> Sender:
    trusted = kind is NotificationType.MENTION and receiving.trusted(tx, account)
    return Sender(created_at=account.created_at, limited=account.limited_at is not None, bot=account.bot, trusted=trusted)


def _fate(person: Receiver, sender: Sender, event: Event) -> Handling:
    return handling(person.policy, event.kind, sender=sender, bond=person.bond(), private=event.private, now=event.now)


def _store(tx: Tx, account_id: int, *, from_id: int, event: Event, filtered: bool) -> int | None:
    """The id of the new row; None when the person was told before."""
    status_id = event.status.id if event.status else None
    return notifications.add(
        tx,
        Notification(
            id=0,
            account_id=account_id,
            type=event.kind,
            from_id=from_id,
            status_id=status_id,
            report_id=event.report_id,
            about_id=event.about_id,
            group_key=_group_key(tx, account_id=account_id, kind=event.kind, status_id=status_id, now=event.now),
            filtered=filtered,
            created_at=event.now,
        ),
    )


def _keep_apart(tx: Tx, made: dict[int, int], *, sender: Account, event: Event) -> None:
    """A message that was kept apart is a request; it has the number of the first notification that made it."""
    if event.kind not in MESSAGES:
        return
    for account_id, number in made.items():
        notices.put_request(
            tx,
            NotificationRequest(id=number, account_id=account_id, from_id=sender.id, created_at=event.now, updated_at=event.now),
        )


def _say(tx: Tx, told: dict[int, int], people: dict[int, Receiver], kind: NotificationType) -> None:
    for account_id, number in told.items():
        _publish(tx, account_id, number)
    reached = {account_id: people[account_id].bond() for account_id in told if people[account_id].subscribed}
    _push(tx, told, reached, kind)


def _publish(tx: Tx, account_id: int, number: int) -> None:
    tx.publish(topics.notifications(account_id), topics.encode(topics.Notified(notification_id=number)))


def _push(tx: Tx, told: dict[int, int], reached: dict[int, Bond], kind: NotificationType) -> None:
    """A job for each browser and phone that wants to hear of it."""
    for subscription in push.of_accounts(tx, sorted(reached)):
        if subscription.wants(kind, reached[subscription.account_id]):
            number, host = told[subscription.account_id], Origin.of(subscription.endpoint).authority
            tx.enqueue(SendPush(subscription_id=subscription.id, notification_id=number, at_host=host))


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


def for_new_status(tx: Tx, status: Status, *, author: Account, mentioned: Sequence[int], now: datetime) -> None:
    """Tell those whom a new post names; nobody when it is old news."""
    if mentioned and now - status.created_at <= NEWS:
        notify_all(tx, mentioned, sender=author, event=Event(kind=NotificationType.MENTION, now=now, status=status))


def for_staff(tx: Tx, *, kind: NotificationType, from_id: int, now: datetime, report_id: int | None = None) -> None:
    """Tell every moderator, admin and owner."""
    sender = accounts.find(tx, from_id)
    if sender is not None:
        notify_all(tx, users.staff_ids(tx), sender=sender, event=Event(kind=kind, now=now, report_id=report_id))

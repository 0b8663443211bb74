"""Jobs about what people are told: accepted requests, and messages to browsers and phones."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from fedisw.jobs.kinds import Job, Queue

KEPT_FOR = timedelta(days=2)  # how long a push service keeps a message, and we try to give it one


class MergeNotifications(Job, frozen=True, kw_only=True):
    """Put what was kept apart of a sender among the other notifications. Twice: nothing is apart any more."""

    account_id: int
    from_id: int

    @property
    def key(self) -> str | None:
        return f"MergeNotifications:{self.account_id}:{self.from_id}"


class SendPush(Job, frozen=True, kw_only=True):
    """Send one notification to one subscription. Twice: the second message replaces the first (RFC 8030, Topic)."""

    queue: ClassVar[Queue] = Queue.DELIVERY
    max_age: ClassVar[timedelta] = KEPT_FOR
    timeout: ClassVar[timedelta] = timedelta(minutes=1)

    subscription_id: int
    notification_id: int
    at_host: str

    @property
    def key(self) -> str | None:
        return f"SendPush:{self.subscription_id}:{self.notification_id}"

    @property
    def host(self) -> str | None:
        return self.at_host

"""Jobs about relays."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from fedisw.jobs.kinds import Job

WEEK = timedelta(days=7)


class SubscribeRelay(Job, frozen=True, kw_only=True):
    """Ask a relay to take us in. Twice: the same Follow, delivered once."""

    max_age: ClassVar[timedelta] = WEEK

    relay_id: int

    @property
    def key(self) -> str | None:
        return f"SubscribeRelay:{self.relay_id}"


class LeaveRelay(Job, frozen=True, kw_only=True):
    """Tell a relay that was removed that we left. Twice: the same Undo, delivered once."""

    max_age: ClassVar[timedelta] = WEEK

    uri: str
    kind_of_relay: str
    inbox: str
    follow_uri: str

    @property
    def key(self) -> str | None:
        return f"LeaveRelay:{self.follow_uri}"

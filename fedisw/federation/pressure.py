"""Whether more activities can be taken in: refused early and clearly before the queue grows too long (P-13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedisw.jobs.kinds import Queue
from fedisw.model.errors import Unreachable
from fedisw.storage.db import Database
from fedisw.storage.queries import hosts, inbound
from fedisw.storage.queries.inbound import Backlog

MAX_WAITING: Final = 20_000  # activities due (reliability, section 3.6)
MAX_AGE: Final = timedelta(minutes=15)  # of the oldest of them
FULL: Final = 2  # at so many times that, those we know are refused too
LOOK_EVERY: Final = timedelta(seconds=5)
RETRY_AFTER: Final = 300  # seconds


class Pressure:
    """The backlog of one process, looked at every few seconds."""

    def __init__(self) -> None:
        self._seen_at: datetime | None = None
        self._load = 0.0

    async def check(self, db: Database, host: str, *, now: datetime) -> None:
        """Unreachable (503) when the backlog is too long: for hosts without relations here first, then for all."""
        if self._seen_at is None or now - self._seen_at >= LOOK_EVERY:
            self._seen_at = now
            self._load = _load(await db.read(inbound.backlog, queue=Queue.INBOUND.value), now)
        if self._load <= 1:
            return
        if self._load > FULL or not await db.read(hosts.has_relations, host):
            raise Unreachable("too many activities wait", retry_after=RETRY_AFTER)


def _load(backlog: Backlog, now: datetime) -> float:
    age = (now - backlog.oldest) / MAX_AGE if backlog.oldest is not None else 0.0
    return max(backlog.count / MAX_WAITING, age)

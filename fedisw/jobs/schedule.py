"""What runs regularly: each entry adds a job when it is due, once for all processes together.

The row of an entry is moved on with the condition that nobody has moved it before, in the transaction that adds the
job. So several schedulers do no harm, and none needs a lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from fedisw.jobs.kinds import Job
from fedisw.model.errors import Unreachable
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import schedule

log = structlog.get_logger("fedisw.jobs")

TICK = 5.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A job that comes again and again; give it a `key`, so that a late one is not added twice.

    Args:
        name: stays the same for ever; the row of the plan is found by it.
        every: at least a few seconds; what was missed while nothing ran is made up for once.
        job: what to add.
    """

    name: str
    every: timedelta
    job: Job


def add_due(tx: Tx, plan: tuple[Periodic, ...], *, now: datetime) -> int:
    """Add the jobs of all entries that are due; a new entry is due at once. Gives the number of jobs added."""
    times = schedule.next_runs(tx)
    added = 0
    for entry in plan:
        due = times.get(entry.name)
        if due is not None and due > now:
            continue
        if schedule.move_on(tx, entry.name, seen=due, next_run=now + entry.every):
            tx.enqueue(entry.job)
            added += 1
    return added


class Scheduler:
    """`await scheduler.run()` until `scheduler.stop()`."""

    def __init__(self, db: Database, plan: tuple[Periodic, ...], clock: Callable[[], datetime], *, tick: float = TICK) -> None:
        self._db, self._plan, self._clock, self._tick = db, plan, clock, tick
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Look at the plan every few seconds."""
        while not self._stopped.is_set():
            try:
                await self._db.write(add_due, self._plan, now=self._clock())
            except Unreachable as error:
                log.warning("schedule.database_away", error=str(error))
            try:
                async with asyncio.timeout(self._tick):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """End `run` at once."""
        self._stopped.set()

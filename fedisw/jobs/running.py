"""A job while it runs: what its handler holds in hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from fedisw.jobs.kinds import Job
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import jobs as rows
from fedisw.storage.queries.jobs import Lease, LeaseLost

P = ParamSpec("P")
T = TypeVar("T")


class Postpone(Exception):
    """Raised by a handler: not now, and this was no attempt (a breaker is open, the host asked for a pause)."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"postponed until {until}")
        self.until = until


class JobRun:
    """One attempt at a job.

    Attributes:
        job: what is to be done.
        attempt: 1 is the first.
        created_at: when the job was added.
        finished: the job was finished by the handler itself, together with its last effect.
    """

    __slots__ = ("_clock", "_held_until", "_monotonic", "attempt", "created_at", "finished", "job", "lease")

    def __init__(
        self,
        job: Job,
        lease: Lease,
        *,
        attempt: int,
        created_at: datetime,
        held_until: float,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.job, self.lease, self.attempt, self.created_at = job, lease, attempt, created_at
        self.finished = False
        self._held_until, self._clock, self._monotonic = held_until, clock, monotonic

    def check(self) -> None:
        """Call before what cannot be taken back, such as sending: LeaseLost when the job may be somebody else's."""
        if self._monotonic() >= self._held_until:
            raise LeaseLost

    def hold_until(self, moment: float) -> None:
        """Called by the worker when it has renewed the lease; monotonic seconds."""
        self._held_until = moment

    def ended(self, held: bool) -> None:
        """Its end was written together with that of others (queries/job_ends.py).

        Raises:
            LeaseLost: it was not ours any more, so nothing was written.
        """
        if not held:
            raise LeaseLost
        self.finished = True

    async def finish_with(self, db: Database, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the last write unit of the job; its effect and the end of the job are one transaction.

        Raises:
            LeaseLost: the job is not ours any more; the effect is rolled back.
        """
        result: T = await db.write(self._unit_and_end, unit, args, kwargs)
        self.finished = True
        return result

    def _unit_and_end(self, tx: Tx, unit: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        rows.finish(tx, self.lease, now=self._clock())  # first: a late worker must not even try its effect
        return unit(tx, *args, **kwargs)

"""Looks after the process itself: can it read and write, is the disk full, is the loop late (contract, section 4)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from fedisw.jobs.kinds import Queue
from fedisw.model.errors import FediswError
from fedisw.model.jobs import JobState
from fedisw.observe import metrics
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import job_keeping

EVERY: Final = 5.0  # seconds
LEAST_FREE: Final = 0.01  # share of the disk; below it a database may stop writing
WAITING: Final = frozenset({JobState.READY, JobState.WAITING})
WAIT: Final = 3.0  # seconds for the database to answer


@dataclass(slots=True)
class State:
    """How far the process is: told by `/health/ready`. `reasons` are for the metrics address only."""

    ready: bool = False
    draining: bool = False
    reasons: tuple[str, ...] = ("starting",)


class Watch:
    """`await watch.run()` until `stop()`; leaves what it finds in `state` and in the figures."""

    def __init__(self, db: Database, clock: Callable[[], datetime], *, folder: Path, state: State) -> None:
        self._db, self._clock, self._folder, self._state = db, clock, folder, state
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Look every few seconds."""
        loop = asyncio.get_running_loop()
        while not self._stopped.is_set():
            await self.look()
            due = loop.time() + EVERY
            try:
                async with asyncio.timeout_at(due):
                    await self._stopped.wait()
            except TimeoutError:
                metrics.loop_lag.set(max(0.0, loop.time() - due))

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()

    async def look(self) -> None:
        """One look."""
        reasons = [reason for reason in (await self._database(), self._disk()) if reason]
        self._state.ready, self._state.reasons = not reasons, tuple(reasons)

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(WAIT):
                depths = await self._db.write(_touch)
        except (FediswError, TimeoutError) as error:
            return f"the database cannot be written: {type(error).__name__}"
        self._note(depths)
        return ""

    def _note(self, depths: list[job_keeping.Depth]) -> None:
        now = self._clock()
        for queue in Queue:
            waiting = [depth for depth in depths if depth.queue == queue and depth.state in WAITING]
            metrics.jobs_waiting.labels(queue).set(sum(depth.count for depth in waiting))
            ages = [(now - depth.oldest).total_seconds() for depth in waiting if depth.state is JobState.READY]
            metrics.jobs_oldest.labels(queue).set(max(ages, default=0.0))
        metrics.dead_letters.set(sum(depth.count for depth in depths if depth.state is JobState.DEAD))

    def _disk(self) -> str:
        usage = shutil.disk_usage(self._folder)
        free = usage.free / usage.total
        metrics.disk_free.set(free)
        return "the disk is full" if free < LEAST_FREE else ""


def _touch(tx: Tx) -> list[job_keeping.Depth]:
    """A unit in the write lane: it waits for its turn like every other."""
    return job_keeping.depths(tx)

"""Runs jobs: claims them, holds their leases, and writes down how they ended (reliability, section 3.2)."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import SystemRandom, token_hex

import structlog

from fedisw.jobs.backoff import retry_delay
from fedisw.jobs.kinds import Job, Queue, UnknownKind, decode
from fedisw.jobs.running import JobRun, Postpone
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.jobs import Cause
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import job_keeping
from fedisw.storage.queries import jobs as rows
from fedisw.storage.queries.jobs import Claimed, LeaseLost

log = structlog.get_logger("fedisw.jobs")

LEASE = timedelta(seconds=60)
RENEW = 20.0  # seconds between two renewals of all leases
POLL = 1.0  # seconds between two looks without a wake-up
GATHER = 0.005  # seconds between a wake-up and a look while jobs run: more of them end meanwhile, and one look serves all
SWEEP, TIDY = 10.0, 60.0  # seconds between two looks for lost leases, and between two removals of old rows
MAX_FAULTS = 5  # attempts that ended in an unexpected error
MAX_WAIT = timedelta(hours=24)  # the longest wait that a peer may ask for
PER_HOST = 4  # jobs for one host at once
_random = SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A queue and how many of its jobs one worker runs at once."""

    queue: Queue
    slots: int

    @property
    def per_host(self) -> int:
        """A host may fill a quarter of the slots and at most four (reliability, section 3.3)."""
        return max(1, min(PER_HOST, self.slots // 4))


LANES = (
    Lane(queue=Queue.LOCAL, slots=4),
    Lane(queue=Queue.INBOUND, slots=16),
    Lane(queue=Queue.DELIVERY, slots=32),
    Lane(queue=Queue.BULK, slots=2),
)


def _jitter() -> float:
    return _random.uniform(-1, 1)


class Worker:
    """One worker of a process; `await worker.run()` until `worker.stop()`.

    Args:
        db: should be `db.in_background()`.
        run_job: does the job; `Unreachable` tries it again later, `Postpone` too without counting, any other of our
            errors ends it, anything else counts as a bug (five of them end it).
        clock: aware UTC now.
        wake: set after commits that added jobs (`open_database(on_jobs=wake.set)`).
        name: of this worker among the processes of the installation, the same after a restart: what an earlier
            process of this name had claimed is given back at once.
        lanes: which queues, how many at once.
    """

    def __init__(
        self,
        db: Database,
        run_job: Callable[[JobRun], Awaitable[None]],
        clock: Callable[[], datetime],
        wake: asyncio.Event,
        *,
        name: str = "worker-0",
        lanes: tuple[Lane, ...] = LANES,
        jitter: Callable[[], float] = _jitter,
        monotonic: Callable[[], float] = time.monotonic,
        poll: float = POLL,
    ) -> None:
        self._db, self._run_job, self._clock, self._wake = db, run_job, clock, wake
        self._name, self._owner, self._lanes = name, f"{name}/{token_hex(8)}", lanes
        self._jitter, self._monotonic, self._poll = jitter, monotonic, poll
        self._running: dict[int, tuple[asyncio.Task[None], JobRun]] = {}
        self._free = {lane.queue: lane.slots for lane in lanes}
        self._last_host = {lane.queue: "" for lane in lanes}
        self._lost: set[int] = set()
        self._stopping = False
        self._next_sweep = self._next_tidy = 0.0

    async def run(self, *, grace: float = 15.0) -> None:
        """Work until `stop()`; then running jobs get `grace` seconds, and are given back after that."""
        await self._db.write(job_keeping.give_back_owned, owner=f"{self._name}/", now=self._clock())
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(self._keep_leases())
            while not self._stopping:
                self._wake.clear()
                started = await self._start_jobs(group)
                if not started and not self._stopping:
                    await self._pause()
            await self._drain(grace)
            renewing.cancel()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when the running jobs are over or given back."""
        self._stopping = True
        self._wake.set()

    async def run_ready(self) -> int:
        """Run what is ready, and what that makes ready, until nothing is; gives the number of attempts. For tests."""
        done = 0
        while True:
            async with asyncio.TaskGroup() as group:
                started = await self._start_jobs(group)
            if not started:
                return done
            done += started

    async def _start_jobs(self, group: asyncio.TaskGroup) -> int:
        before = self._monotonic()
        try:
            claimed = await self._db.write(self._claim, now=self._clock(), sweep=before >= self._next_sweep)
            if before >= self._next_sweep:
                self._next_sweep = before + SWEEP
            if before >= self._next_tidy:
                self._next_tidy = before + TIDY
                await self._db.write(_tidy, now=self._clock())
        except Unreachable as error:
            log.warning("jobs.database_away", error=str(error))
            return 0
        for queue, job in claimed:
            self._free[queue] -= 1
            self._last_host[queue] = job.host or self._last_host[queue]
            await self._start(group, queue, job, held_until=before + LEASE.total_seconds())
        return len(claimed)

    def _claim(self, tx: Tx, *, now: datetime, sweep: bool) -> list[tuple[Queue, Claimed]]:
        if sweep:
            job_keeping.sweep(tx, now=now)
        rows.promote(tx, now=now)
        claimed: list[tuple[Queue, Claimed]] = []
        with_work = rows.lanes(tx)
        for lane in self._lanes:
            if self._free[lane.queue] > 0 and lane.queue.value in with_work:
                found = rows.claim(
                    tx,
                    queue=lane.queue,
                    limit=self._free[lane.queue],
                    per_host=lane.per_host,
                    after_host=self._last_host[lane.queue],
                    owner=self._owner,
                    until=now + LEASE,
                )
                claimed += [(lane.queue, job) for job in found]
        return claimed

    async def _start(self, group: asyncio.TaskGroup, queue: Queue, row: Claimed, *, held_until: float) -> None:
        try:
            job = decode(row.kind, row.payload)
        except UnknownKind as error:
            log.exception("jobs.unreadable", kind=row.kind, id=row.id)
            self._free[queue] += 1
            await self._end(rows.bury, row, cause=Cause.UNREADABLE, error=str(error), now=self._clock())
            return
        run = JobRun(
            job,
            row.lease,
            attempt=row.attempts + 1,
            created_at=row.created_at,
            held_until=held_until,
            clock=self._clock,
            monotonic=self._monotonic,
        )
        task = group.create_task(self._attempt(queue, row, run), name=f"job-{row.id}")
        self._running[row.id] = (task, run)

    async def _attempt(self, queue: Queue, row: Claimed, run: JobRun) -> None:
        try:
            await self._attempt_and_note(row, run)
        except asyncio.CancelledError:
            if row.id not in self._lost:  # stopping: somebody else may have it at once
                now = self._clock()
                await self._end(rows.put_back, row, run_at=now, now=now, failed=False)
            raise
        finally:
            self._lost.discard(row.id)
            self._running.pop(row.id, None)
            self._free[queue] += 1
            self._wake.set()

    async def _attempt_and_note(self, row: Claimed, run: JobRun) -> None:
        """Every way in which an attempt can end, but for being cancelled."""
        try:
            async with asyncio.timeout(run.job.timeout.total_seconds()):
                await self._run_job(run)
        except LeaseLost:
            log.warning("jobs.lease_lost", kind=row.kind, id=row.id)
        except Postpone as postponed:
            await self._end(rows.put_back, row, run_at=postponed.until, now=self._clock(), failed=False)
        except Unreachable as error:
            wait = timedelta(seconds=error.retry_after)
            await self._again_later(row, run.job, error=str(error), wait=min(wait, MAX_WAIT), fault=False)
        except FediswError as error:
            log.info("jobs.refused", kind=row.kind, id=row.id, error=type(error).__name__)
            reason = f"{type(error).__name__}: {error}"
            await self._end(rows.bury, row, cause=Cause.REFUSED, error=reason, now=self._clock())
        except Exception as error:
            log.exception("jobs.failed", kind=row.kind, id=row.id)
            if row.faults + 1 >= MAX_FAULTS:
                await self._end(rows.bury, row, cause=Cause.BUG, error=_where(error), now=self._clock())
            else:
                await self._again_later(row, run.job, error=_where(error), wait=timedelta(), fault=True)
        else:
            if not run.finished:
                await self._end(rows.finish, row, now=self._clock())

    async def _again_later(self, row: Claimed, job: Job, *, error: str, wait: timedelta, fault: bool) -> None:
        now = self._clock()
        run_at = now + max(wait, retry_delay(row.attempts + 1, jitter=self._jitter(), retry=job.retry))
        if run_at >= row.expires_at:
            await self._end(rows.bury, row, cause=Cause.EXPIRED, error=error, now=now)
        else:
            await self._end(rows.put_back, row, run_at=run_at, now=now, failed=True, fault=fault, error=error)

    async def _end(self, unit: Callable[..., None], row: Claimed, **values: object) -> None:
        """Write down how it ended; if that cannot be written the lease runs out and the job comes back."""
        try:
            await self._db.write(unit, row.lease, **values)
        except LeaseLost:
            log.warning("jobs.lease_lost", kind=row.kind, id=row.id)
        except Unreachable as error:
            log.warning("jobs.end_not_written", kind=row.kind, id=row.id, error=str(error))

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(RENEW)
            await self.renew()

    async def renew(self) -> None:
        """Hold all leases for another minute; attempts that lost theirs are ended."""
        held = dict(self._running)
        if not held:
            return
        before = self._monotonic()
        try:
            ours = await self._db.write(rows.renew, ids=list(held), owner=self._owner, until=self._clock() + LEASE)
        except Unreachable as error:
            log.warning("jobs.not_renewed", error=str(error))
            return
        for job_id, (task, run) in held.items():
            if job_id in ours:
                run.hold_until(before + LEASE.total_seconds())
            elif job_id in self._running:
                self._lost.add(job_id)
                task.cancel()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._wake.wait()
        except TimeoutError:
            return
        if self._running:
            await asyncio.sleep(GATHER)

    async def _drain(self, grace: float) -> None:
        tasks = [task for task, _ in self._running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)


def _tidy(tx: Tx, *, now: datetime) -> None:
    job_keeping.free_stuck(tx, now=now)
    job_keeping.remove_old(tx, now=now)


def _where(error: BaseException) -> str:
    """Kind and place of an unexpected error; its text may hold private words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "fedisw" in frame.filename] or frames
    return f"{type(error).__name__} in {ours[-1].name}, line {ours[-1].lineno}" if ours else type(error).__name__

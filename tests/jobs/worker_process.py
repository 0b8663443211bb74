"""A worker in a process of its own, with short leases, to be stopped, killed and started again by tests.

Each job has one effect, a row that can be inserted once only, in the transaction that ends the job.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

import structlog

from fedisw.jobs import worker
from fedisw.jobs.running import JobRun
from fedisw.storage.opening import open_database, utc_now
from tests.jobs.kinds_for_tests import Count
from tests.storage import sample

LEASE = timedelta(seconds=1.5)


async def main(url: str, name: str) -> None:
    """Work until SIGTERM; say so when ready."""
    worker.LEASE, worker.RENEW, worker.SWEEP = LEASE, 0.4, 0.3
    wake = asyncio.Event()
    db = await open_database(url, on_jobs=wake.set, threads=4)

    async def handle(run: JobRun) -> None:
        assert isinstance(run.job, Count)
        await asyncio.sleep(0.01)
        await run.finish_with(db, sample.add, run.job.name, utc_now())

    working = worker.Worker(db.in_background(), handle, utc_now, wake, name=name, poll=0.1)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.stop)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is a pipe that nobody empties
    print("ready", flush=True)
    await working.run(grace=5)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))

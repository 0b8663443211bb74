"""Worker processes that are paused, killed and ended: every effect once, nothing lost (F-1, F-4, F-13 in small)."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from secrets import randbits

import pytest

from fedisw.model.jobs import JobState
from fedisw.storage.db import Database
from tests.conftest import MakeDatabase
from tests.jobs.kinds_for_tests import Count
from tests.storage import sample
from tests.support.jobs import add, all_jobs

ROOT = Path(__file__).parents[2]
JOBS = 300
PATIENCE = 60  # seconds


class Processes:
    """Starts workers; ends what is left of them."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, url: str, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.worker_process", url, name]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        self.running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.communicate()


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()


async def until_done(db: Database) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(job.state is not JobState.DONE for job in await all_jobs(db)):  # noqa: ASYNC110  other processes do it
            await asyncio.sleep(0.1)


async def add_jobs(db: Database) -> list[str]:
    names = [f"{n:04}" for n in range(JOBS)]
    await db.write(add, *(Count(name=name) for name in names))
    return names


async def test_a_process_paused_beyond_its_lease_does_nothing_twice(make_db: MakeDatabase, processes: Processes) -> None:
    db = await make_db()
    first, second = processes.start(make_db.url, "first"), processes.start(make_db.url, "second")
    names = await add_jobs(db)
    await asyncio.sleep(0.2)
    first.send_signal(signal.SIGSTOP)
    await asyncio.sleep(2.5)
    first.send_signal(signal.SIGCONT)
    await until_done(db)
    assert await db.read(sample.names) == names
    for process in (first, second):
        process.send_signal(signal.SIGTERM)
    assert [process.wait(20) for process in (first, second)] == [0, 0]


async def test_processes_killed_at_random_moments_lose_nothing(make_db: MakeDatabase, processes: Processes) -> None:
    seed = randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    db = await make_db()
    names = await add_jobs(db)
    for _ in range(5):
        process = processes.start(make_db.url, "first")
        await asyncio.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.wait()
    processes.start(make_db.url, "first")
    await until_done(db)
    assert await db.read(sample.names) == names

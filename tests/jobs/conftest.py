"""A worker whose jobs are done by a function of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from fedisw.jobs.running import JobRun
from fedisw.jobs.worker import LANES, Worker
from fedisw.storage.db import Database
from tests.support.clock import Clock

MakeWorker = Callable[..., Worker]
RunJob = Callable[[JobRun], Awaitable[None]]


@pytest.fixture
def make_worker(db: Database, clock: Clock) -> MakeWorker:
    """`make_worker(run_job)`; no jitter, so that times are exact."""

    def make(run_job: RunJob, **options: object) -> Worker:
        defaults = {"jitter": lambda: 0.0, "lanes": LANES, "poll": 0.05, "wake": asyncio.Event()}
        values = defaults | options
        wake = values.pop("wake")
        return Worker(db.in_background(), run_job, clock, wake, **values)

    return make

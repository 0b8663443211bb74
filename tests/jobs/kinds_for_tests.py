"""Kinds of jobs that only tests have."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from fedisw.jobs.backoff import Retry
from fedisw.jobs.kinds import Job, Queue


class Count(Job, frozen=True):
    """Twice: counts twice; for tests of the machinery."""

    name: str = "x"


class Keyed(Job, frozen=True):
    """Only one live job has its name."""

    name: str

    @property
    def key(self) -> str | None:
        return f"Keyed:{self.name}"


class Send(Job, frozen=True):
    """To a host, in the order of an object."""

    queue: ClassVar[Queue] = Queue.DELIVERY
    retry: ClassVar[Retry] = Retry.PATIENT
    max_age: ClassVar[timedelta] = timedelta(days=7)

    what: str
    to: str
    about: str | None = None

    @property
    def host(self) -> str | None:
        return self.to

    @property
    def order_key(self) -> str | None:
        return None if self.about is None else f"{self.about}@{self.to}"


class Brief(Job, frozen=True):
    """Is ended by its time-out."""

    timeout: ClassVar[timedelta] = timedelta(milliseconds=20)

"""Where a job can stand (reliability, section 3.2)."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands; ready, running and waiting are live."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"  # for its time, or behind an earlier job of its order key
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Cause(StrEnum):
    """Why a job is dead."""

    EXPIRED = "expired"  # older than its max_age
    CRASH = "crash"  # lost with its worker too often
    REFUSED = "refused"  # one of our errors that another try cannot help
    BUG = "bug"  # unexpected errors, too often
    UNREADABLE = "unreadable"  # the row cannot be turned into a job

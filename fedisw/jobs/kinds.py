"""All kinds of jobs: what each carries, how often and in which order it may run.

A kind is a Struct of a few lines; its class name is stored as `jobs.kind`, so a renamed class needs a migration of
waiting rows. Every kind says in its docstring what happens when it runs twice, because it will (P-4):

    class FanOut(Job, frozen=True):
        '''Put a post into home timelines. Twice: rows that exist are left alone.'''

        status_id: int

        @property
        def key(self) -> str | None:
            return f"FanOut:{self.status_id}"
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Self

import msgspec

from fedisw.jobs.backoff import Retry

KINDS: dict[str, type[Job]] = {}


class Queue(StrEnum):
    """Lanes with workers of their own, so that slow work never holds back quick work (P-7)."""

    LOCAL = "local"  # fan-out, notifications, answers within our own database
    INBOUND = "inbound"  # what other servers sent
    DELIVERY = "delivery"  # what goes out to other servers
    BULK = "bulk"  # media, imports, purges: long or many


class UnknownKind(Exception):
    """A row names a kind that this version does not have, or its payload does not fit it."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all kinds; override what differs.

    `key`: only one live job has it; asked for again while running, it runs once more afterwards.
    `order_key`: jobs that share it run one by one, in the order they were added (P-9).
    `host`: the other server concerned; at most four run at once for one host, and hosts take turns (P-7).
    `max_age`: after this the job is dead, with cause "expired".
    `timeout`: one attempt is ended after this, as if it had failed by a bug.
    """

    queue: ClassVar[Queue] = Queue.LOCAL
    priority: ClassVar[int] = 0  # lower first, within one host
    retry: ClassVar[Retry] = Retry.BRISK
    max_age: ClassVar[timedelta] = timedelta(hours=24)
    timeout: ClassVar[timedelta] = timedelta(minutes=10)

    def __init_subclass__(cls) -> None:
        known = KINDS.setdefault(cls.__name__, cls)
        if known.__module__ != cls.__module__:
            raise TypeError(f"two kinds of jobs are called {cls.__name__}")
        KINDS[cls.__name__] = cls

    @property
    def kind(self) -> str:
        """Name of the kind in the table."""
        return type(self).__name__

    @property
    def key(self) -> str | None:
        """No deduplication unless a kind says otherwise."""
        return None

    @property
    def order_key(self) -> str | None:
        """No order unless a kind says otherwise."""
        return None

    @property
    def host(self) -> str | None:
        """None: concerns only this server."""
        return None

    def encode(self) -> bytes:
        """The payload as JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """A job of this kind from its payload."""
        return msgspec.json.decode(payload, type=cls)


def decode(kind: str, payload: bytes) -> Job:
    """The job that a row holds; UnknownKind when it cannot be read."""
    found = KINDS.get(kind)
    if found is None:
        raise UnknownKind(kind)
    try:
        return found.decode(payload)
    except msgspec.MsgspecError as error:
        raise UnknownKind(f"{kind}: {error}") from error

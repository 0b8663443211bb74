"""Public keys of other servers in memory, and which of them could not be had (SIG-9, SIG-11; LIM-3)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from fedisw.model.accounts import Account, ActorKey
from fedisw.model.errors import FediswError

T = TypeVar("T")

MAX_KEYS: Final = 4_096  # remembered at once, of each sort; the one longest unused goes first
KEPT: Final = timedelta(hours=24)
FIRST_PAUSE: Final = timedelta(minutes=1)  # after a failed fetch; doubles with each further one
LONGEST_PAUSE: Final = timedelta(hours=1)
REFETCH_PAUSE: Final = timedelta(minutes=5)  # between two fetches of one key because a signature did not fit


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key with the account that owns it.

    `keys` are all keys of the account as they were fetched; empty when account and key come from the database.
    """

    key: ActorKey
    account: Account
    keys: tuple[ActorKey, ...] = ()
    fetched_at: datetime

    @property
    def stored(self) -> bool:
        """Whether the account is in the database."""
        return not self.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A fetch that failed: `error` is told again, without asking, until `until`."""

    error: FediswError
    until: datetime
    pause: timedelta


class KeyCache:
    """Keys that were fetched and not stored, failures, and who is fetching right now. One a process, in memory only."""

    def __init__(self) -> None:
        self._keys: _Bounded[KnownKey] = _Bounded(MAX_KEYS)
        self._failures: _Bounded[Failure] = _Bounded(MAX_KEYS)
        self._refetched: _Bounded[datetime] = _Bounded(MAX_KEYS)
        self._locks: dict[str, _Lock] = {}

    def find(self, key_id: str, *, now: datetime) -> KnownKey | None:
        """A key fetched in the last 24 hours."""
        known = self._keys.get(key_id)
        return known if known is not None and now - known.fetched_at <= KEPT else None

    def put(self, known: KnownKey) -> None:
        """Remember a key; an earlier failure is forgotten."""
        self._keys.put(known.key.key_id, known)
        self._failures.drop(known.key.key_id)

    def forget(self, key_id: str) -> None:
        """The key was stored, or is no longer valid."""
        self._keys.drop(key_id)

    def check(self, key_id: str, *, now: datetime) -> None:
        """Raises the error of the last fetch while its pause lasts (1 minute growing to 1 hour)."""
        failure = self._failures.get(key_id)
        if failure is not None and now < failure.until:
            raise failure.error.with_traceback(None)

    def failed(self, key_id: str, error: FediswError, *, now: datetime) -> None:
        """Remember that a fetch failed."""
        before = self._failures.get(key_id)
        pause = min(before.pause * 2, LONGEST_PAUSE) if before is not None else FIRST_PAUSE
        self._failures.put(key_id, Failure(error=error, until=now + pause, pause=pause))

    def may_refetch(self, key_id: str, *, now: datetime) -> bool:
        """Whether a key may be fetched again because a signature did not fit; at most once in 5 minutes."""
        last = self._refetched.get(key_id)
        if last is not None and now - last < REFETCH_PAUSE:
            return False
        self._refetched.put(key_id, now)
        return True

    @asynccontextmanager
    async def fetching(self, key_id: str) -> AsyncIterator[None]:
        """Held while a key is fetched: at most one fetch of it at a time (federation, section 3.7)."""
        waiting = self._locks.setdefault(key_id, _Lock())
        waiting.users += 1
        try:
            async with waiting.lock:
                yield
        finally:
            waiting.users -= 1
            if not waiting.users:
                del self._locks[key_id]


class _Lock:
    def __init__(self) -> None:
        self.lock, self.users = asyncio.Lock(), 0


class _Bounded(Generic[T]):
    """The last used `most` values by text."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, T] = OrderedDict()

    def get(self, name: str) -> T | None:
        value = self._values.get(name)
        if value is not None:
            self._values.move_to_end(name)
        return value

    def put(self, name: str, value: T) -> None:
        self._values[name] = value
        self._values.move_to_end(name)
        if len(self._values) > self._most:
            self._values.popitem(last=False)

    def drop(self, name: str) -> None:
        self._values.pop(name, None)

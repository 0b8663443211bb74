"""Leaves hosts alone that fail, and calls no host with too many requests at once (reliability 3.3; security NET-7)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from fedisw.model.errors import Unreachable
from fedisw.net.limits import IN_ALL, PER_HOST

FAILURES_TO_OPEN: Final = 5
WINDOW: Final = timedelta(minutes=10)
FIRST_PAUSE: Final = timedelta(minutes=1)  # doubles with each probe that fails
LONGEST_PAUSE: Final = timedelta(minutes=60)
EXPIRY: Final = timedelta(days=14)
MAX_HOSTS: Final = 10_000  # remembered in memory; the one longest unused goes first (LIM-3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """State of one host; the fields are those that `PeerHost` keeps.

    Attributes:
        failures: counted failures since `failing_since`; 0 when all is well.
        failing_since: the first of them; a closed breaker starts anew 10 minutes later.
        open_until: None while closed; then the time of the next probe.
        opened: how many pauses there were without a success in between.
    """

    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    opened: int = 0

    @property
    def is_open(self) -> bool:
        """Whether ordinary requests have to wait."""
        return self.open_until is not None


CLOSED: Final = Breaker()


class LeftAlone(Unreachable):
    """Nothing was sent: the host is left alone for now; `retry_after` says how long."""


def may_call(breaker: Breaker, *, now: datetime) -> bool:
    """Whether a request may go: the breaker is closed, or a probe is due."""
    return breaker.open_until is None or now >= breaker.open_until


def failed(breaker: Breaker, *, now: datetime, weight: int = 1) -> Breaker:
    """After a counted failure.

    Args:
        weight: 2 for a name that does not exist, else 1.
    """
    if breaker.open_until is not None:
        if now < breaker.open_until:  # sent before it opened
            return breaker
        return _opened(breaker, now=now)
    fresh = breaker.failing_since is None or now - breaker.failing_since > WINDOW
    counted = Breaker(failures=weight, failing_since=now) if fresh else replace(breaker, failures=breaker.failures + weight)
    return _opened(counted, now=now) if counted.failures >= FAILURES_TO_OPEN else counted


def probing(breaker: Breaker, *, now: datetime) -> Breaker:
    """When a probe leaves: the next one waits, even if this one is never heard of again."""
    return _opened(breaker, now=now) if breaker.open_until is not None and now >= breaker.open_until else breaker


def expired(breaker: Breaker, *, now: datetime) -> bool:
    """Whether the state is too old to mean anything (14 days)."""
    last = breaker.open_until or breaker.failing_since
    return last is not None and now - last > EXPIRY


def counts(status: int) -> bool:
    """Whether an answer with this status is a counted failure: 5xx but 501 (not implemented is an answer)."""
    return status >= 500 and status != 501


def _opened(breaker: Breaker, *, now: datetime) -> Breaker:
    pause = min(FIRST_PAUSE * 2 ** min(breaker.opened, 10), LONGEST_PAUSE)
    return replace(breaker, open_until=now + pause, opened=breaker.opened + 1)


class Breakers:
    """The breakers of this process, by authority; storage puts them back after a start and reads them to keep them."""

    def __init__(self, *, now: Callable[[], datetime], max_hosts: int = MAX_HOSTS) -> None:
        self._now, self._max = now, max_hosts
        self._states: OrderedDict[str, Breaker] = OrderedDict()

    def state(self, host: str) -> Breaker:
        """State of one host; closed if nothing is known, or what is known is too old."""
        state = self._states.get(host, CLOSED)
        return CLOSED if expired(state, now=self._now()) else state

    def put(self, host: str, state: Breaker) -> None:
        """Replace the state of one host."""
        self._states.pop(host, None)
        if state != CLOSED:
            self._states[host] = state
        if len(self._states) > self._max:
            self._states.popitem(last=False)

    def before(self, host: str) -> None:
        """Ask before a call; a probe that is due is taken by this call.

        Raises:
            LeftAlone: nothing goes there for now.
        """
        now, state = self._now(), self.state(host)
        if state.open_until is None:
            return
        if now < state.open_until:
            raise LeftAlone("left alone for now", retry_after=int((state.open_until - now).total_seconds()) + 1)
        self.put(host, probing(state, now=now))

    def failed(self, host: str, *, weight: int = 1) -> None:
        """Note a counted failure."""
        self.put(host, failed(self.state(host), now=self._now(), weight=weight))

    def succeeded(self, host: str) -> None:
        """Note an answer, or a verified request from that host: it is well."""
        self.put(host, CLOSED)


@dataclass(slots=True)
class _Place:
    free: asyncio.Semaphore
    users: int = 0


class Places:
    """Bounds the calls at once, for each host and in all; a host without calls takes no memory."""

    def __init__(self, *, per_host: int = PER_HOST, in_all: int = IN_ALL) -> None:
        self._per_host, self._all = per_host, asyncio.Semaphore(in_all)
        self._hosts: dict[str, _Place] = {}

    @asynccontextmanager
    async def take(self, host: str) -> AsyncIterator[None]:
        """Wait for a place and hold it."""
        place = self._hosts.setdefault(host, _Place(asyncio.Semaphore(self._per_host)))
        place.users += 1
        try:
            async with place.free, self._all:
                yield
        finally:
            place.users -= 1
            if not place.users:
                del self._hosts[host]

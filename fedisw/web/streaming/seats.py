"""How many streams there may be, and an end for all of them when the process ends (security LIM; reliability, section 3.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web

from fedisw.live.bus import Bus, Subscription
from fedisw.model.errors import TooMany, Unreachable
from fedisw.observe import metrics

PER_PERSON, PER_NETWORK, IN_ALL = 10, 50, 4_000  # open streams
AGAIN: Final = 60  # seconds


class Seats:
    """Counts the streams of a process and gives each its subscription."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._people, self._networks = Counter[int](), Counter[str]()
        self._open: set[Subscription] = set()

    @contextmanager
    def take(self, *, account_id: int, network: str, topics: tuple[str, ...]) -> Iterator[Subscription]:
        """A place for the time of the `with`, and a subscription to begin with.

        Raises:
            TooMany: the person, or their network, has as many as it may.
            Unreachable: the process is full.
        """
        if self._people[account_id] >= PER_PERSON or self._networks[network] >= PER_NETWORK:
            raise TooMany(retry_after=AGAIN)
        if len(self._open) >= IN_ALL:
            raise Unreachable("too many streams", retry_after=AGAIN)
        with self._bus.subscribe(*topics) as subscription:
            self._count(account_id, network, 1)
            self._open.add(subscription)
            metrics.streams.inc()
            try:
                yield subscription
            finally:
                metrics.streams.dec()
                self._open.discard(subscription)
                self._count(account_id, network, -1)

    def close(self) -> None:
        """End all streams."""
        for subscription in tuple(self._open):
            subscription.close()

    def _count(self, account_id: int, network: str, by: int) -> None:
        """Keys without streams are forgotten, so that the counts stay as small as the number of streams."""
        self._people[account_id] += by
        self._networks[network] += by
        if not self._people[account_id]:
            del self._people[account_id]
        if not self._networks[network]:
            del self._networks[network]


SEATS: Final = web.AppKey("seats", Seats)


async def close_streams(app: web.Application) -> None:
    """Signal `on_shutdown`: streams are told that it is over before anybody waits for them."""
    app[SEATS].close()

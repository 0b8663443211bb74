"""The bus inside one process: topics, and subscribers with a bounded memory.

Everything here runs on the event loop's thread; nothing waits but a reader for its next event.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from fedisw.live.topics import AnyMessage, decode

SLOW_READER: Final = 256  # events that wait for one reader before it is cut off (reliability, section 3.6)


@dataclass(frozen=True, slots=True)
class Event:
    """A message and the topic it came on."""

    topic: str
    message: AnyMessage


class Subscription:
    """What one reader has not seen yet; made by `Bus.subscribe`, used by one task, closed by leaving `with`.

    Attributes:
        lagged: the reader was too slow, was cut off, and must look at the database again.
    """

    def __init__(self, bus: Bus, *, size: int, lossy: bool) -> None:
        self.lagged = False
        self._bus, self._size, self._lossy = bus, size, lossy
        self._topics: set[str] = set()
        self._events: deque[Event] = deque()
        self._changed = asyncio.Event()
        self._open = True

    def add(self, topic: str) -> None:
        """Hear one more topic; hearing it already changes nothing."""
        if self._open and topic not in self._topics:
            self._topics.add(topic)
            self._bus._readers.setdefault(topic, set()).add(self)

    def remove(self, topic: str) -> None:
        """Hear a topic no longer; events that came before stay."""
        self._topics.discard(topic)
        readers = self._bus._readers.get(topic, set())
        readers.discard(self)
        if not readers:
            self._bus._readers.pop(topic, None)

    def close(self) -> None:
        """Hear nothing any more; a waiting reader goes on at once."""
        for topic in tuple(self._topics):
            self.remove(topic)
        self._open = False
        self._changed.set()

    @property
    def closed(self) -> bool:
        """Whether nothing more comes, but for what is there already."""
        return not self._open

    async def take(self, *, within: float | None = None) -> Event | None:
        """The next event; None when there was none `within` so many seconds, and when the subscription is closed and empty."""
        try:
            async with asyncio.timeout(within):
                while not self._events and self._open:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self._events.popleft() if self._events else None

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self.take()) is not None:
            yield event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _receive(self, event: Event) -> None:
        if len(self._events) < self._size:
            self._events.append(event)
            self._changed.set()
        elif not self._lossy:
            self.lagged = True
            self._events.clear()
            self.close()


class Bus:
    """Passes messages from whoever commits a change to whoever listens now."""

    def __init__(self) -> None:
        self._readers: dict[str, set[Subscription]] = {}
        self._open = True

    def publish(self, topic: str, message: AnyMessage) -> None:
        """Give a message to all readers of a topic; with none it is gone."""
        event = Event(topic, message)
        for reader in tuple(self._readers.get(topic, ())):
            reader._receive(event)

    def receive(self, topic: str, data: bytes) -> None:
        """Publish a message in its JSON form, as a unit of work or another process gives it."""
        if self.has_readers(topic):
            self.publish(topic, decode(data))

    def subscribe(self, *topics: str, size: int = SLOW_READER, lossy: bool = False) -> Subscription:
        """Begin to hear topics.

        Args:
            size: events kept for a reader that is behind.
            lossy: when full, drop what comes (with `size=1`: a wake-up); else the reader is cut off as `lagged`.
        """
        subscription = Subscription(self, size=size, lossy=lossy)
        for topic in topics:
            subscription.add(topic)
        if not self._open:
            subscription.close()
        return subscription

    def has_readers(self, topic: str) -> bool:
        """Whether anybody hears a topic now."""
        return topic in self._readers

    def close(self) -> None:
        """End all subscriptions: every reader sees its stream end."""
        self._open = False
        for readers in tuple(self._readers.values()):
            for reader in tuple(readers):
                reader.close()

"""Units that only read, on SQLite: those that wait go to the thread together, in one hop and one transaction.

A hop costs as much as a small unit: two wake-ups, and two threads that fight for the interpreter at every row. So a
batch is taken when the event loop has nothing else to do, and the loop answers it before the next one begins.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Final, Protocol, TypeVar

from fedisw.storage.hooks import TRIES, Hooks, Outcome, Work, pause_after, settle
from fedisw.storage.sqlite_units import failed, run_unit

T = TypeVar("T")

SLICE: Final = 0.003  # seconds after which a batch is answered, so that a slow unit holds up few others
Done = list[tuple[Work, Outcome]]


class Thread(Protocol):
    """A connection with a thread of its own."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T: ...


class ReadLane:
    """The reading units of one connection, in the order in which they were asked for."""

    def __init__(self, thread: Thread, hooks: Hooks) -> None:
        self._thread, self._hooks = thread, hooks
        self._waiting: deque[Work] = deque()
        self._pump: asyncio.Task[None] | None = None

    def add(self, work: Work) -> None:
        """Run a unit soon; its answer is set on the event loop."""
        self._waiting.append(work)
        if self._pump is None:
            self._pump = asyncio.create_task(self._read_all(), name="sqlite-reader")

    async def finish(self) -> None:
        """Wait until nothing waits."""
        if self._pump is not None:
            await self._pump

    async def _read_all(self) -> None:
        try:
            while batch := self._next_batch():
                done = await self._thread.run(partial(_try, batch, self._hooks))
                self._waiting.extendleft(reversed(batch))
                await asyncio.sleep(max(map(self._end, done)))  # also 0 lets all who got their answer go on first
        finally:
            self._pump = None

    def _next_batch(self) -> deque[Work]:
        batch = deque(work for work in self._waiting if not work.answer.cancelled())  # others gave up before it began
        self._waiting.clear()
        return batch

    def _end(self, done: tuple[Work, Outcome]) -> float:
        """Give a unit its answer, or have it tried again after a pause: of that many seconds."""
        work, outcome = done
        if not outcome.again or work.tries >= TRIES:
            settle(work, outcome, self._hooks)
            return 0.0
        self._waiting.appendleft(work)
        return pause_after(work.tries)


def _try(batch: deque[Work], hooks: Hooks, connection: sqlite3.Connection) -> Done:
    """On the thread: the first units of a batch, which are taken out of it, until one fails or the time is over.

    The transaction begins after the last of them was asked for, so that each sees what its caller had written.
    """
    done: Done = []
    began = now = perf_counter()
    try:
        connection.execute("BEGIN")
        while batch and now - began < SLICE:
            work = batch.popleft()
            work.tries += 1
            outcome = run_unit(work, connection, hooks, now)
            done.append((work, outcome))
            if outcome.error is not None:  # the transaction may be gone with it
                break
            now = perf_counter()
        if connection.in_transaction:
            connection.execute("ROLLBACK")  # nothing was changed; unlike COMMIT it cannot fail
    except sqlite3.Error as error:
        if not done:
            work = batch.popleft()
            work.tries += 1
            done.append((work, failed(error, perf_counter() - began)))
    return done

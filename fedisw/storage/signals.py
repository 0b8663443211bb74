"""Rows written by commands, read by running servers (contract, section 2).

A command writes its change and a signal in one transaction; every process of the server looks each second, so
streams of a revoked token end within 5 s.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select

from fedisw.model.errors import Unreachable
from fedisw.storage.db import Database, Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.signals import signals

log = logging.getLogger("fedisw.storage")

C = signals.c
POLL = 1.0  # seconds
KEEP = timedelta(hours=1)
OVERLAP = 256  # numbers that are read again: on PostgreSQL a lower one may be committed after a higher one
BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One message for the bus of every process."""

    id: int
    topic: str
    message: bytes


INSERT = Command(insert(signals))
NEWEST = Query(int, select(func.coalesce(func.max(C.id), 0)))
AFTER = Query(Signal, select(C.id, C.topic, C.message).where(C.id > bindparam("floor")).order_by(C.id).limit(BATCH))
REMOVE = Command(delete(signals).where(C.created_at < bindparam("before")))


def add(tx: Tx, topic: str, message: bytes, *, now: datetime) -> None:
    """Tell all running processes after the commit; also removes what nobody waits for any more."""
    tx.exec(REMOVE, None, before=now - KEEP)
    tx.exec(INSERT, None, topic=topic, message=message, created_at=now)


class SignalReader:
    """Hands every signal that comes after its start to `deliver`, once; `await reader.run()` until `stop()`.

    Args:
        db: the database.
        deliver: gets topic and message on the event loop, such as `bus.publish`.
        poll: seconds between two looks.
    """

    def __init__(self, db: Database, deliver: Callable[[str, bytes], None], *, poll: float = POLL) -> None:
        self._db, self._deliver, self._poll = db, deliver, poll
        self._newest: int | None = None
        self._seen: set[int] = set()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Look every second."""
        while not self._stopped.is_set():
            try:
                await self.look()
            except Unreachable as error:
                log.warning("signals.database_away: %s", error)
            try:
                async with asyncio.timeout(self._poll):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    async def look(self) -> int:
        """Deliver what is new; gives the number of signals."""
        if self._newest is None:
            self._newest, old = await self._db.read(_begin)
            self._seen.update(old)
            return 0
        found = await self._db.read(_after, self._newest - OVERLAP)
        fresh = [signal for signal in found if signal.id not in self._seen]
        for signal in fresh:
            self._deliver(signal.topic, signal.message)
        self._newest = max([self._newest, *(signal.id for signal in fresh)])
        self._seen = {signal.id for signal in found}
        return len(fresh)

    def stop(self) -> None:
        """End `run` at once."""
        self._stopped.set()


def _begin(tx: Tx) -> tuple[int, set[int]]:
    newest = tx.one(NEWEST) or 0
    return newest, {signal.id for signal in _after(tx, newest - OVERLAP)}


def _after(tx: Tx, floor: int) -> list[Signal]:
    return tx.all(AFTER, floor=floor)

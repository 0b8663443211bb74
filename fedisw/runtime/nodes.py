"""Which process makes ids with which node number: a lease in the database (reliability, section 3.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from fedisw.model.errors import Unreachable
from fedisw.model.ids import MAX_NODE, IdMaker
from fedisw.observe.logging import logger
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import instance

LEASE: Final = timedelta(seconds=60)
RENEW: Final = 20.0  # seconds
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

log = logger("runtime")


class Node:
    """A leased node number, and the ids made with it; `await node.run()` keeps it until `stop()`."""

    def __init__(self, db: Database, clock: Callable[[], datetime], *, owner: str, number: int, new_id: IdMaker) -> None:
        self.number, self.new_id = number, new_id
        self._db, self._clock, self._owner = db, clock, owner
        self._stopped = asyncio.Event()

    @classmethod
    async def lease(cls, db: Database, clock: Callable[[], datetime], *, owner: str) -> Self:
        """Take the lowest free number; ids begin above all that are stored.

        Raises:
            Unreachable: all 64 are taken.
        """
        number, above = await db.write(_lease, owner=owner, now=clock())
        maker = IdMaker(now=lambda: int(clock().timestamp() * 1000), node=number, above=above)
        return cls(db, clock, owner=owner, number=number, new_id=maker)

    async def run(self) -> None:
        """Hold the number; give it back at the end."""
        while not self._stopped.is_set():
            try:
                async with asyncio.timeout(RENEW):
                    await self._stopped.wait()
            except TimeoutError:
                await self._keep(self._clock() + LEASE)
        await self.release()

    def stop(self) -> None:
        """End `run`."""
        self._stopped.set()

    async def release(self) -> None:
        """Give the number back at once; again does no harm."""
        await self._keep(LONG_AGO)

    async def _keep(self, until: datetime) -> None:
        try:
            held = await self._db.write(_keep, self.number, owner=self._owner, until=until, last_id=self.new_id())
        except Unreachable as error:
            log.warning("node.not_kept", node=self.number, error=str(error))
            return
        if not held:
            log.error("node.lost", node=self.number)


def _lease(tx: Tx, *, owner: str, now: datetime) -> tuple[int, int]:
    for number in range(MAX_NODE + 1):
        last = instance.lease_node(tx, number, owner=owner, now=now, until=now + LEASE)
        if last is not None:
            return number, max(last, instance.newest_id(tx))
    raise Unreachable("all node numbers are taken: too many processes", retry_after=60)


def _keep(tx: Tx, number: int, *, owner: str, until: datetime, last_id: int) -> bool:
    return instance.keep_node(tx, number, owner=owner, until=until, last_id=last_id)

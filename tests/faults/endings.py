"""Ends a server while it works, as planned, and starts it again."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.load import Load
from tests.faults.plan import Ending
from tests.support.server import Server

READY = 30.0  # seconds from the start to a ready server (P-5); the goal of 10 s is for a machine that does nothing else
TERMINATED = 25.0  # seconds from SIGTERM to the end (P-10)


@dataclass(slots=True)
class Endings:
    """What was done, with the seconds that each start took."""

    server: Server
    count: int = 0
    starts: list[float] = field(default_factory=list)

    async def run(self, load: Load, end: Callable[[Server], None]) -> None:
        """End the server at the moments of the plan; returns when they are all over."""
        for ending in load.plan.endings:
            if not await load.reaches(ending.after):
                return
            await asyncio.sleep(ending.pause)
            await self._once(ending, end)

    async def _once(self, ending: Ending, end: Callable[[Server], None]) -> None:
        await asyncio.to_thread(end, self.server)
        self.count += 1
        if ending.in_start:
            self.server.launch()
            await asyncio.sleep(ending.in_start)
            self.server.kill()
            self.count += 1
        began = time.monotonic()
        self.server.launch()
        await asyncio.to_thread(self.server.wait)
        self.starts.append(time.monotonic() - began)
        assert self.starts[-1] < READY, f"ready after {self.starts[-1]:.1f} s only"


def kill(server: Server) -> None:
    """Without any warning."""
    assert server.process is not None
    assert server.process.poll() is None, f"ended by itself: {server.log.read_text()[-2000:]}"
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()


def terminate(server: Server) -> None:
    """As an operator does: it must end well and in time."""
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < TERMINATED

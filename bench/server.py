"""The server as `fedisw run` serves it, with two things beside: a probe of the event loop, and a switch.

`python -m bench.server` takes its settings from the environment. `BENCH_LAG` names a file: every second the lag of
the loop is added to it, one number (seconds) a line. `BENCH_UNCACHED=1`: rendered posts are not kept.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from cProfile import Profile
from pathlib import Path
from time import perf_counter, thread_time

import uvloop

from fedisw.config import Settings, load
from fedisw.observe.logging import configure
from fedisw.runtime import Runtime, memory
from fedisw.web.mastodon.entities.fragments import Fragments
from fedisw.web.serving import serving

STEP = 0.005  # seconds between two looks at the loop


async def probe(path: Path) -> None:
    """Write down how late the loop is."""
    lags: list[float] = []
    while True:
        began = perf_counter()
        await asyncio.sleep(STEP)
        lags.append(max(0.0, perf_counter() - began - STEP))
        if len(lags) * STEP >= 1:
            with path.open("a") as file:
                file.writelines(f"{lag:.6f}\n" for lag in lags)
            lags.clear()


@contextmanager
def profiled(path: str | None) -> Iterator[None]:
    """Keep a profile of the CPU of this thread, if that was asked for."""
    if path is None:
        yield
        return
    with Profile(thread_time) as profile:
        yield
    profile.dump_stats(path)


async def serve(settings: Settings, lag: Path) -> None:
    """Serve until SIGTERM."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with await Runtime.open(settings) as runtime, runtime.working(), serving(runtime):
        memory.settle()
        probing = asyncio.create_task(probe(lag))
        with profiled(os.environ.get("BENCH_PROFILE")):
            await stop.wait()
        probing.cancel()


if __name__ == "__main__":
    settings = load(None, os.environ)
    configure(json=True, level=settings.log.level)
    if os.environ.get("BENCH_UNCACHED") == "1":
        Fragments.keep_wholes = lambda self, wholes: None  # type: ignore[method-assign]
        Fragments.keep = lambda self, entries: None  # type: ignore[method-assign]  # what is measured is the other way
    uvloop.run(serve(settings, Path(os.environ["BENCH_LAG"])))

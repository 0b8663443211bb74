"""One test with faults from its start to its audit."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults import audit
from tests.faults.endings import Endings
from tests.faults.load import Load
from tests.faults.plan import Plan
from tests.faults.world import ACTORS, World, a_world
from tests.support.server import Server

LIKES = 4  # one activity in so many is a like
SHOWN = 5  # lines


def survives(plan: Plan, folder: Path, database_url: str, end: Callable[[Server], None]) -> str:
    """Carry out a plan and fail when something acknowledged is missing or doubled; gives a line that tells what was done."""
    kind = database_url.partition(":")[0]
    try:
        return f"faults: database={kind} seed={plan.seed} {asyncio.run(_survives(plan, folder, database_url, end))}"
    except BaseException as error:
        error.add_note(f"faults: database={kind}, run again with SEED={plan.seed}")
        error.add_note(_last_words(folder / "log"))
        raise


def _last_words(log: Path) -> str:
    """Errors in the log of the server, which the test's folder does not keep for long."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join([line for line in lines if '"level":"error"' in line or "Traceback" in line][:SHOWN])


async def _survives(plan: Plan, folder: Path, database_url: str, end: Callable[[Server], None]) -> str:
    liked = math.ceil(plan.inbound / LIKES / ACTORS)
    async with a_world(folder, database_url, liked=liked) as world:
        load = Load(world, plan, time.monotonic() + (plan.seconds or math.inf))
        endings = Endings(world.server)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load.run())
            tasks.create_task(endings.run(load, end))
        await _audit(load, world, database_url)
    assert plan.seconds or (load.inbound >= plan.inbound and load.writes >= plan.writes and endings.count == plan.kills)
    return (
        f"kills={endings.count} inbound={load.inbound} writes={load.writes} "
        f"retries={load.retries} slowest_start={max(endings.starts, default=0):.1f}s"
    )


async def _audit(load: Load, world: World, database_url: str) -> None:
    db = await audit.quiet(database_url)
    try:
        found = await db.read(audit.read_all)
    finally:
        await db.close()
    audit.check(load, found)
    await audit.check_home(load, found)
    await asyncio.to_thread(world.server.stop)
    await asyncio.to_thread(world.server.cli, "db", "check")

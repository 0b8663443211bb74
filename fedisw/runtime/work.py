"""Which part does which job, and what runs regularly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedisw.crypto.seal import Sealer
from fedisw.federation.context import Peer
from fedisw.federation.signing import SigningKeys
from fedisw.jobs.running import JobRun
from fedisw.jobs.schedule import Periodic
from fedisw.jobs.work import FanOut
from fedisw.media.images import Images
from fedisw.media.store import MediaStore
from fedisw.tasks.fan_out import fan_out

PLAN: Final[tuple[Periodic, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What jobs work with; its database is the slow lane."""

    peer: Peer
    keys: SigningKeys
    store: MediaStore
    images: Images
    sealer: Sealer


async def run_job(tools: Tools, run: JobRun) -> None:
    """Do one job; errors say whether another try helps (jobs/worker.py)."""
    match run.job:
        case FanOut():
            await fan_out(tools.peer.db, run.job, now=tools.peer.now())

"""How much is done to a server and when it ends: drawn from a seed before anything starts."""

from __future__ import annotations

import os
import random
import secrets
from dataclasses import dataclass

SOAK = os.environ.get("FEDISW_TEST_SOAK") == "1"
DATABASES = 2  # the time and the kills of a run are shared by both


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One end of the server process.

    Attributes:
        after: so many requests were acknowledged by then.
        pause: seconds more, so that it hits between requests too.
        in_start: seconds after the start at which the next process ends as well, 0 for never.
    """

    after: int
    pause: float
    in_start: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one test does.

    Attributes:
        inbound: activities to be acknowledged.
        writes: requests of clients to be acknowledged.
        seconds: after these the server is left alone and the load ends, None for no limit.
    """

    seed: int
    inbound: int
    writes: int
    endings: tuple[Ending, ...]
    seconds: float | None = None

    @property
    def kills(self) -> int:
        """How often a process ends."""
        return sum(1 + (ending.in_start > 0) for ending in self.endings)


def draw(*, endings: int, inbound: int, writes: int, in_start: float = 0.15, seconds: float | None = None) -> Plan:
    """A plan with so many ends of a process; `in_start` is the part of them that hits a server that is starting."""
    seed = int(os.environ.get("SEED") or secrets.randbelow(1 << 32))
    chance = random.Random(seed)
    early = sum(chance.random() < in_start for _ in range(endings // 2))
    moments = sorted(chance.randrange(1, int((inbound + writes) * 0.97)) for _ in range(endings - early))
    hit = set(chance.sample(range(len(moments)), early))
    return Plan(
        seed=seed,
        inbound=inbound,
        writes=writes,
        seconds=seconds,
        endings=tuple(
            Ending(after=after, pause=chance.uniform(0, 0.2), in_start=chance.uniform(0.05, 1.5) if number in hit else 0.0)
            for number, after in enumerate(moments)
        ),
    )


def kills() -> Plan:
    """15 kills and the load of the acceptance in `make test`; 100, and as much more load, in `make soak`."""
    if not SOAK:
        return draw(endings=15, inbound=1_000, writes=500)
    minutes = float(os.environ.get("MINUTES") or 60)
    return draw(endings=100, inbound=7_000, writes=3_500, seconds=minutes * 60 / DATABASES)

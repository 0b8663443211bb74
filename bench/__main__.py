"""`python -m bench`: measure, print, compare (`make bench`).

python -m bench                  all measures
python -m bench home deliver     some of them (`process` needs `accept` before it, `deliver` needs `post`)
BENCH_STRICT=1                   fail when a figure is worse than 1.25 times its scaled goal
BENCH_STORE=1                    keep the figures in bench/stored.json
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

from bench import floors, measures, report
from bench.data import Size
from bench.goals import Figure, judge
from bench.installation import Installation, install
from bench.processes import free_ports, running, wait_for

PEERS = 40
NAMES = (
    "start",
    "home",
    "home_uncached",
    "public",
    "notifications",
    "thread",
    "accept",
    "process",
    "post",
    "deliver",
    "unit",
    "lag",
)


def measure(place: Installation, wanted: list[str]) -> dict[str, Figure]:
    """The measures in their order; those that leave work are followed by those that do it."""
    figures: dict[str, Figure] = {}
    for name in wanted:
        began = time.perf_counter()
        if name == "start":
            figures["start"], figures["memory"] = measures.start(place)
        else:
            figures[name] = getattr(measures, name)(place)
        _say(f"{name}: {time.perf_counter() - began:.0f} s")
    return figures


def main(wanted: list[str]) -> int:
    """Measure and report; 1 when a goal was missed and that was to be told."""
    logging.getLogger("fedisw.storage").setLevel(logging.ERROR)  # filling in batches is slow on purpose
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fedisw-bench-") as name:
        folder = Path(name)
        port, *ports = free_ports(1 + PEERS)
        first = floors.measure(folder)
        with running("-m", "bench.sink", *map(str, ports)) as sink:
            wait_for(sink, ports[-1], "/", status=404)
            peers = [f"http://127.0.0.1:{peer}" for peer in ports]
            place = asyncio.run(install(folder, port=port, peers=peers, size=Size()))
            _say(f"an installation with {len(place.world.posts):,} posts: {time.perf_counter() - began:.0f} s")
            figures = measure(place, wanted)
        found = floors.mean(first, floors.measure(folder))
    verdicts = judge(figures, found)
    report.show(found, verdicts, report.stored())
    _say(f"{time.perf_counter() - began:.0f} s in all")
    if os.environ.get("BENCH_STORE") == "1":
        report.store(found, figures)
    missed = [verdict.goal.text for verdict in verdicts if verdict.missed]
    if missed:
        _say(f"missed: {', '.join(missed)}")
    return 1 if missed and os.environ.get("BENCH_STRICT") == "1" else 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    unknown = set(sys.argv[1:]) - set(NAMES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(NAMES)}")
    sys.exit(main(sys.argv[1:] or list(NAMES)))

"""The table that a person reads, and the figures that are kept to compare with (bench/stored.json)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.floors import DOCUMENT, Floors
from bench.goals import ALLOWED, Figure, Verdict, judge

STORED = Path(__file__).parent / "stored.json"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of an earlier run with the floors of that run."""

    floors: Floors
    figures: dict[str, Figure]


def stored() -> Stored | None:
    """The figures kept in the repository."""
    return msgspec.json.decode(STORED.read_bytes(), type=Stored) if STORED.exists() else None


def store(floors: Floors, figures: Mapping[str, Figure]) -> None:
    """Keep the figures of this run instead."""
    text = msgspec.json.encode(Stored(floors=floors, figures=dict(figures)))
    STORED.write_bytes(msgspec.json.format(text, indent=2) + b"\n")


def show(floors: Floors, verdicts: Sequence[Verdict], before: Stored | None) -> None:
    """Print floors and figures."""
    console = Console(width=132)
    console.print(_floors(floors))
    console.print(_figures(verdicts, before, floors))
    console.print(
        f"scaled goal: the goal of dependencies.md times what its floor costs here; a figure is missed beyond {ALLOWED} of it.\n"
        "x hello: its CPU in answers of aiohttp to a constant document. before: bench/stored.json, scaled to the same floors."
    )


def _floors(floors: Floors) -> Table:
    table = Table("floor", title="What this machine can do", title_justify="left")
    for name in ("hello, us CPU", "hello/s", "RSA-2048 sign, us", "verify, us", "lone commits/s"):
        table.add_column(name, justify="right")
    for title, values in (("here", floors), ("dependencies.md", DOCUMENT)):
        table.add_row(title, *(f"{getattr(values, name):,.0f}" for name in Floors.__slots__))
    return table


def _figures(verdicts: Sequence[Verdict], before: Stored | None, floors: Floors) -> Table:
    table = Table("measure", title="What the server does", title_justify="left")
    for name in ("figure", "goal", "scaled", "share", "per second", "CPU us", "x hello", "p50 ms", "p99 ms", "before"):
        table.add_column(name, justify="right")
    old = {} if before is None else {verdict.goal.name: verdict for verdict in judge(before.figures, before.floors)}
    for verdict in verdicts:
        goal, figure = verdict.goal, verdict.figure
        share = "" if verdict.share is None else f"{verdict.share:.2f}"
        earlier = old.get(goal.name)
        table.add_row(
            goal.text,
            f"{_number(figure.value)} {goal.unit}",
            _number(goal.limit),
            _number(verdict.limit),
            f"[bold red]{share}[/]" if verdict.missed else share,
            _number(figure.rate),
            _number(figure.cpu),
            "" if figure.cpu is None else f"{figure.cpu / floors.hello_cpu:.1f}",
            _number(figure.p50),
            _number(figure.p99),
            "" if earlier is None else _number(_rescaled(earlier, verdict)),
        )
    return table


def _rescaled(earlier: Verdict, now: Verdict) -> float:
    """What the earlier figure would be on this machine."""
    if not earlier.limit or not now.limit:
        return earlier.figure.value
    return earlier.figure.value * now.limit / earlier.limit


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

"""What is measured, the goals (dependencies.md, section 9), and how a goal is scaled to the machine of this run.

A goal was set on a machine whose floors are known; here it is multiplied by what the same floor costs here. So a slow
or busy machine does not fail, and a fast one does not hide what has become slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.floors import DOCUMENT, Floors

ALLOWED = 1.25  # times its goal; beyond it a figure needs a reason
SIGNING = 783 / 1_000  # the part of a delivery that is its signature, on the machine of the document

Scale = Callable[[Floors], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One result. `value` is what the goal is about; the rest is shown beside it.

    Attributes:
        rate: requests, activities or deliveries a second of the whole run.
        cpu: microseconds of the server's CPU for one.
        p50, p99: milliseconds until the answer.
    """

    value: float
    rate: float | None = None
    cpu: float | None = None
    p50: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A measure: `limit` is the most it may be on the machine of the document, None where no goal was set."""

    name: str
    text: str
    unit: str
    limit: float | None
    scale: Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A figure beside its goal."""

    goal: Goal
    figure: Figure
    limit: float | None

    @property
    def share(self) -> float | None:
        """The figure as a part of its scaled goal; 1 is the goal."""
        return None if self.limit is None else self.figure.value / self.limit

    @property
    def missed(self) -> bool:
        """Whether it is worse than 1.25 times its scaled goal."""
        return self.share is not None and self.share > ALLOWED


def by_hello(floors: Floors) -> float:
    """How dear an answer is here: for everything that is Python and HTTP."""
    return floors.hello_cpu / DOCUMENT.hello_cpu


def by_signature(floors: Floors) -> float:
    """A delivery is mostly its signature; the rest is Python and HTTP."""
    return SIGNING * floors.sign / DOCUMENT.sign + (1 - SIGNING) * by_hello(floors)


def by_hello_at_least(floors: Floors) -> float:
    """What somebody waits for: on a slow machine longer, on a fast one no less than was promised."""
    return max(1.0, by_hello(floors))


def by_commit_at_least(floors: Floors) -> float:
    """The same for what is written."""
    return max(1.0, DOCUMENT.commits / floors.commits)


def fixed(_floors: Floors) -> float:
    """The same everywhere."""
    return 1.0


GOALS = (
    Goal(name="start", text="start-up until ready", unit="s", limit=2.0, scale=by_hello_at_least),
    Goal(name="memory", text="memory when idle", unit="MB", limit=130, scale=fixed),
    Goal(name="home", text="home timeline, 20 posts, cached", unit="us CPU", limit=600, scale=by_hello),
    Goal(name="home_uncached", text="home timeline, 20 posts, uncached", unit="us CPU", limit=1_600, scale=by_hello),
    Goal(name="public", text="public timeline, 20 posts", unit="us CPU", limit=None, scale=by_hello),
    Goal(name="notifications", text="notifications, 20", unit="us CPU", limit=None, scale=by_hello),
    Goal(name="thread", text="thread of 200 replies", unit="us CPU", limit=None, scale=by_hello),
    Goal(name="accept", text="inbox: accept", unit="us CPU", limit=400, scale=by_hello),
    Goal(name="process", text="inbox: process, with fan-out", unit="us CPU", limit=1_600, scale=by_hello),
    Goal(name="post", text="create a post", unit="us CPU", limit=None, scale=by_hello),
    Goal(name="deliver", text="delivery, signed", unit="us CPU", limit=1_000, scale=by_signature),
    Goal(name="unit", text="write unit at 32 tasks, p99", unit="ms", limit=10, scale=by_commit_at_least),
    Goal(name="lag", text="event loop lag, mixed load, p99", unit="ms", limit=10, scale=by_hello_at_least),
)


def judge(figures: Mapping[str, Figure], floors: Floors) -> list[Verdict]:
    """All figures beside their goals, scaled by the floors of the same run."""
    return [
        Verdict(goal=goal, figure=figures[goal.name], limit=None if goal.limit is None else goal.limit * goal.scale(floors))
        for goal in GOALS
        if goal.name in figures
    ]

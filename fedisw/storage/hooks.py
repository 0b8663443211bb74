"""What happens around units of work: metering, events, the wake-up of workers, and how a unit ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import SystemRandom
from time import perf_counter
from typing import Any

log = logging.getLogger("fedisw.storage")

TRIES = 4  # of a unit that met a passing failure
FIRST_PAUSE, MAX_PAUSE = 0.02, 0.5  # seconds before the second try, and the longest
SLOW_UNIT = 0.2  # seconds; a unit slower than this is logged
_random = SystemRandom()


@dataclass(slots=True, kw_only=True)  # made for every unit: a frozen one takes four times as long
class UnitReport:
    """One unit that is over, for the meters; times in seconds."""

    name: str
    writes: bool
    background: bool
    waited: float
    took: float
    statements: int
    tries: int
    error: str | None


@dataclass(slots=True, kw_only=True)
class Hooks:
    """Callables of the composition root; all but `flush` are called on the event loop.

    Args:
        clock: aware UTC now.
        flush: writes the jobs of a unit as rows, inside its transaction.
        on_publish: gets topic and message of each event after the commit.
        on_jobs: called after a commit that added jobs.
        on_unit: called after every unit.
        trace: while it is a list, all statements are added to it.
    """

    clock: Callable[[], datetime]
    flush: Callable[[Any], None]
    on_publish: Callable[[str, bytes], None] | None = None
    on_jobs: Callable[[], None] | None = None
    on_unit: Callable[[UnitReport], None] | None = None
    trace: list[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """A unit on its way through an engine."""

    unit: Callable[[Any], object]
    name: str
    writes: bool
    background: bool
    answer: asyncio.Future[object]
    asked: float = field(default_factory=perf_counter)
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How one try of a unit ended; `again` says that another try may help."""

    result: object = None
    error: BaseException | None = None
    again: bool = False
    events: tuple[tuple[str, bytes], ...] = ()
    jobs: bool = False
    statements: int = 0
    took: float = 0.0


def pause_after(tries: int) -> float:
    """Seconds to wait before the next try, with jitter so that rivals part."""
    return min(FIRST_PAUSE * 4.0 ** (tries - 1), MAX_PAUSE) * (0.5 + _random.random())


def settle(work: Work, outcome: Outcome, hooks: Hooks) -> None:
    """On the event loop: send what waited for the commit, then give the caller its answer."""
    if outcome.error is None:
        _after_commit(outcome, hooks)
    if outcome.took > SLOW_UNIT:
        log.warning("storage.slow_unit", extra={"unit": work.name, "seconds": round(outcome.took, 3)})
    if hooks.on_unit is not None:
        hooks.on_unit(
            UnitReport(
                name=work.name,
                writes=work.writes,
                background=work.background,
                waited=max(0.0, perf_counter() - work.asked - outcome.took),
                took=outcome.took,
                statements=outcome.statements,
                tries=work.tries,
                error=None if outcome.error is None else type(outcome.error).__name__,
            )
        )
    if work.answer.done():
        return
    if outcome.error is None:
        work.answer.set_result(outcome.result)
    elif isinstance(outcome.error, StopIteration):  # a future refuses it
        work.answer.set_exception(RuntimeError("a unit of work raised StopIteration"))
    else:
        work.answer.set_exception(outcome.error)


def _after_commit(outcome: Outcome, hooks: Hooks) -> None:
    if hooks.on_publish is not None:
        for topic, message in outcome.events:
            try:
                hooks.on_publish(topic, message)
            except Exception:  # the change is committed: a broken bus costs a poll, not the answer (P-16)
                log.exception("storage.publish_failed")
    if outcome.jobs and hooks.on_jobs is not None:
        hooks.on_jobs()

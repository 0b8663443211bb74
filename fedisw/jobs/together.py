"""One unit for what many tasks ask at once: one hop to the database and a few statements instead of as many as tasks.

Tasks that are started together come to the same question at the same moment. Who comes while a unit runs is served by
the next one, so the busier it is, the more each unit does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from fedisw.model.errors import Unreachable
from fedisw.storage.db import Database, Tx

K = TypeVar("K")
V = TypeVar("V")
Many = Callable[[Tx, Sequence[K]], Sequence[V]]

MOST: Final = 32  # questions in one unit


@dataclass(slots=True, eq=False)
class _Asked:
    item: Any
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class _Line:
    waiting: deque[_Asked] = field(default_factory=deque)
    serving: asyncio.Task[None] | None = None


class Together:
    """Collects what is asked of each unit; one a process.

    A unit takes the questions of several tasks and gives an answer for each, in their order. If it fails for several,
    each is asked alone, so that nobody's error is another's; a database that is away tells all of them so.
    """

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._lines: dict[tuple[Callable[..., Any], bool], _Line] = {}

    async def read(self, db: Database, unit: Many[K, V], item: K) -> V:
        """The answer of a read unit; errors as `Database.read`."""
        return await self._ask(db, unit, item, writes=False)

    async def write(self, db: Database, unit: Many[K, V], item: K) -> V:
        """The answer of a write unit; errors as `Database.write`. A caller that is cancelled leaves it whole or never begun."""
        return await self._ask(db, unit, item, writes=True)

    async def _ask(self, db: Database, unit: Many[K, V], item: K, *, writes: bool) -> V:
        line = self._lines.setdefault((unit, writes), _Line())
        asked = _Asked(item, asyncio.get_running_loop().create_future())
        line.waiting.append(asked)
        if line.serving is None:
            line.serving = asyncio.create_task(self._serve(line, db, unit, writes=writes), name="together")
        return cast(V, await asked.answer)

    async def _serve(self, line: _Line, db: Database, unit: Many[K, V], *, writes: bool) -> None:
        try:
            await asyncio.sleep(0)  # others who begin in this turn of the loop come along
            while line.waiting:
                await _answer(self._taken(line), db.write if writes else db.read, unit)
        finally:
            line.serving = None
            for asked in line.waiting:  # only when this was cancelled: the loop is ending
                asked.answer.cancel()

    def _taken(self, line: _Line) -> list[_Asked]:
        taken: list[_Asked] = []
        while line.waiting and len(taken) < self._most:
            asked = line.waiting.popleft()
            if not asked.answer.done():  # its caller gave up before it began
                taken.append(asked)
        return taken


async def _answer(taken: list[_Asked], run: Callable[..., Any], unit: Callable[..., Any]) -> None:
    """Run the unit for all; when it fails, for each alone."""
    if not taken:
        return
    try:
        answers = await run(unit, [asked.item for asked in taken])
    except Exception as error:  # noqa: BLE001  whatever it is belongs to the callers
        if len(taken) == 1 or isinstance(error, Unreachable):
            for asked in taken:
                if not asked.answer.done():
                    asked.answer.set_exception(error)
            return
    else:
        for asked, answer in zip(taken, answers, strict=True):
            if not asked.answer.done():
                asked.answer.set_result(answer)
        return
    for asked in taken:
        if not asked.answer.done():
            await _answer([asked], run, unit)

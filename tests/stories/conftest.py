"""`tell(DIALECT)`: the story with one software. Each is told on one database, in turns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.flows.conftest import fediverse as fediverse
from tests.stories.software import Dialect
from tests.stories.stage import Stage, staging
from tests.support.fediverse import Fediverse

Meet = Callable[[Dialect], Awaitable[Stage]]


@pytest.fixture
async def meet(fediverse: Fediverse) -> AsyncIterator[Meet]:
    """`stage = await meet(DIALECT)`: our server and one of that software."""
    async with AsyncExitStack() as parts:
        yield lambda dialect: parts.enter_async_context(staging(fediverse, dialect))

"""Whatever order news arrives in, and however often, in the end there is what happened (federation, sections 4.4, 4.5, 5.4)."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import bindparam, func, select

from fedisw.model.notifications import Notification
from fedisw.storage.db import Tx
from fedisw.storage.opening import open_database
from fedisw.storage.queries import statuses
from fedisw.storage.statements import Query
from fedisw.storage.tables import statuses as tables
from tests.federation import reading
from tests.federation.truth import MOST_EDITS, Thing, World
from tests.net.servers import Names
from tests.support import factories
from tests.support.clock import Clock
from tests.support.home import at_home
from tests.support.peers import serving_peer

SOAK = os.environ.get("FEDISW_TEST_SOAK") == "1"
PLAN = settings(
    max_examples=1_000 if SOAK else 20,
    stateful_step_count=40 if SOAK else 20,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=(Phase.generate,),  # a story leaves its posts behind, so a shorter one would not meet what the longer one met
)
KINDS = ("Announce", "Like", "Create")
WHICH = st.integers(min_value=0, max_value=1_000)
S = tables.statuses
POSTS_OF = Query(
    int, select(func.count()).select_from(S).where(S.c.account_id == bindparam("account_id"), S.c.reblog_of_id.is_(None))
)


class Arrivals(RuleBasedStateMachine):
    """Things happen on other servers, and news of them arrives in any order."""

    world: World
    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.world.forget()
        self.before = self.runner.run(_surplus(self.world))

    @rule(here=st.booleans())
    def write(self, here: bool) -> None:
        self.runner.run(self.world.write(here=here))

    @precondition(lambda self: self._editable())
    @rule(which=WHICH)
    def edit(self, which: int) -> None:
        found = self._editable()
        self.world.edit(found[which % len(found)])

    @precondition(lambda self: self._deletable())
    @rule(which=WHICH)
    def delete(self, which: int) -> None:
        found = self._deletable()
        self.world.delete(found[which % len(found)])

    @precondition(lambda self: self._doable())
    @rule(which=WHICH)
    def act(self, which: int) -> None:
        found = self._doable()
        self.world.act(*found[which % len(found)])

    @precondition(lambda self: self._endable())
    @rule(which=WHICH)
    def end(self, which: int) -> None:
        found = self._endable()
        self.world.end(*found[which % len(found)])

    @precondition(lambda self: self.world.under_way)
    @rule(which=WHICH, again=st.booleans())
    def arrive(self, which: int, again: bool) -> None:
        self.runner.run(self.world.arrive(which, again=again))

    def teardown(self) -> None:
        while self.world.under_way:
            self.runner.run(self.world.arrive(-1))
        self.runner.run(same_as_in(self.world))
        assert self.runner.run(_surplus(self.world)) == self.before

    def _editable(self) -> list[Thing]:
        return [thing for thing in self.world.posts(of_ben=True) if not thing.deleted and thing.edits < MOST_EDITS]

    def _deletable(self) -> list[Thing]:
        return [thing for thing in self.world.posts(of_ben=True) if not thing.deleted]

    def _doable(self) -> list[tuple[Thing, str]]:
        return [(thing, kind) for thing in self.world.things if not thing.deleted for kind in KINDS if kind not in thing.acts]

    def _endable(self) -> list[tuple[Thing, str]]:
        return [(thing, kind) for thing in self.world.things for kind in KINDS if thing.lasts(kind)]


@pytest.mark.timeout(0 if SOAK else 120)
def test_in_whatever_order_news_arrives_in_the_end_there_is_what_happened(
    make_database_url: Callable[[], str], tmp_path: Path, clock: Clock
) -> None:
    class Here(Arrivals):
        pass

    with asyncio.Runner() as runner:
        parts = AsyncExitStack()
        try:
            Here.runner, Here.world = runner, runner.run(_a_world(parts, make_database_url(), tmp_path, clock))
            run_state_machine_as_test(Here, settings=PLAN)
        finally:
            runner.run(parts.aclose())


async def _a_world(parts: AsyncExitStack, url: str, folder: Path, clock: Clock) -> World:
    database = await open_database(url, clock=clock, threads=4)
    parts.push_async_callback(database.close)
    names = Names()
    home = await parts.enter_async_context(at_home(database, names, clock, folder))
    beta = await parts.enter_async_context(serving_peer(names, "beta.test", clock))
    gamma = await parts.enter_async_context(serving_peer(names, "gamma.test", clock))
    amy, ben, gil = await home.person("amy"), beta.person("ben"), gamma.person("gil")
    for actor in (ben, gil):
        await home.receive(actor.signed(actor.activity("Like", "https://home.test/nothing")))
        await home.db.write(factories.put_follow, amy, await reading.account(home, actor))
    return World(home=home, beta=beta, gamma=gamma, amy=amy, ben=ben, gil=gil)


async def same_as_in(world: World) -> None:
    """Our server knows what happened, and nothing else."""
    for thing in world.posts(of_ben=True):
        await _same_post(world, thing)
    for thing in world.posts(of_ben=False):
        await _same_counts(world, thing)
    assert await _told(world) == _to_tell(world)


async def _same_post(world: World, thing: Thing) -> None:
    stored = await reading.post(world.home, thing.uri)
    if thing.deleted:
        assert stored is None
        return
    assert stored is not None
    assert stored.content == f"<p>Version {thing.edits}</p>"
    assert (stored.reblogs_count, stored.replies_count) == (thing.lasts("Announce"), thing.lasts("Create"))
    await _same_boost(world, thing)


async def _same_counts(world: World, thing: Thing) -> None:
    assert thing.own is not None
    stored = await world.home.db.read(statuses.get, thing.own.id)
    found = (stored.favourites_count, stored.reblogs_count, stored.replies_count)
    assert found == (thing.lasts("Like"), thing.lasts("Announce"), thing.lasts("Create"))
    await _same_boost(world, thing)


async def _same_boost(world: World, thing: Thing) -> None:
    act = thing.acts.get("Announce")
    if act is not None:
        boost = await reading.post(world.home, act.document["id"])
        assert (boost is not None) is (not act.ended)


async def _told(world: World) -> Counter[tuple[str, str]]:
    """Kind of notification and post that it is about, of this story."""
    return await world.home.db.read(_all_told, {thing.uri for thing in world.things} | set(_answers(world)))


def _all_told(tx: Tx, about: set[str]) -> Counter[tuple[str, str]]:
    rows: list[Notification] = tx.all(reading.EFFECTS["notifications"])
    found = [(row.type.value, statuses.get(tx, row.status_id).uri) for row in rows if row.status_id is not None]
    return Counter(item for item in found if item[1] in about)


def _to_tell(world: World) -> Counter[tuple[str, str]]:
    expected = Counter({("mention", thing.uri): 1 for thing in world.posts(of_ben=True) if not thing.deleted})
    for thing in world.posts(of_ben=False):
        for kind, told, about in (("Like", "favourite", thing.uri), ("Announce", "reblog", thing.uri)):
            if thing.lasts(kind):
                expected[told, about] += 1
    return expected


def _answers(world: World) -> Iterator[str]:
    yield from (thing.acts["Create"].document["object"]["id"] for thing in world.things if "Create" in thing.acts)


async def _surplus(world: World) -> list[int]:
    """By how much the counted posts of ben and gil differ from those that there are: a story must not change it."""
    people = [await reading.account(world.home, actor) for actor in (world.ben, world.gil)]
    return [person.statuses_count - await world.home.db.read(_posts_of, person.id) for person in people]


def _posts_of(tx: Tx, account_id: int) -> int:
    return tx.one(POSTS_OF, account_id=account_id) or 0

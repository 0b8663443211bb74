"""The parts of a process come up together, keep their node number, and go down without a trace (P-5, P-10)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from fedisw.config import Settings
from fedisw.live import topics
from fedisw.model.accounts import Account, ActorType, KeyKind
from fedisw.model.errors import Unreachable
from fedisw.runtime import Runtime
from fedisw.runtime.nodes import LEASE, Node
from fedisw.storage import signals
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, instance, keys
from tests.support.clock import Clock
from tests.support.people import make_settings


@pytest.fixture
def settings(tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """Settings of https://alpha.test with a database of its own."""
    return make_settings(tmp_path, FEDISW_DATABASE_URL=make_database_url())


async def test_a_first_start_makes_the_instance_actor_once(settings: Settings, clock: Clock) -> None:
    seen = set()
    for _ in range(2):
        async with await Runtime.open(settings, clock=clock) as runtime:
            actor = await runtime.db.read(instance_actor)
            assert actor is not None
            seen.add((actor.id, actor.actor_type, actor.inbox_uri))
            kinds = {key.kind for key in await runtime.db.read(keys.of_account, actor.id)}
            assert kinds == {KeyKind.RSA, KeyKind.ED25519}
            headers = (await runtime.keys.signer(None))("GET", "https://beta.test/x")
            assert "https://alpha.test/actor#main-key" in headers["Signature"]
    assert {(kind, inbox) for _, kind, inbox in seen} == {(ActorType.APPLICATION, "https://alpha.test/actor/inbox")}
    assert len(seen) == 1


def instance_actor(tx: Tx) -> Account | None:
    return accounts.find_by_uri(tx, "https://alpha.test/actor")


async def test_nothing_is_left_when_it_is_closed(settings: Settings) -> None:
    before = set(threading.enumerate())
    runtime = await Runtime.open(settings)
    async with runtime.working():
        await asyncio.sleep(0.05)
    await runtime.close()
    await runtime.close()
    left = {thread.name for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio_")}
    assert left == set()


async def test_what_a_command_signals_reaches_the_bus(settings: Settings, clock: Clock) -> None:
    async with await Runtime.open(settings, clock=clock) as runtime:
        with runtime.bus.subscribe(topics.token(7)) as heard:
            async with runtime.working():
                await asyncio.sleep(0.1)
                message = topics.encode(topics.Ended())
                await runtime.db.write(signals.add, topics.token(7), message, now=clock())
                event = await heard.take(within=5)
        assert event is not None
        assert event.message == topics.Ended()


async def test_what_is_published_in_a_unit_reaches_the_bus_after_the_commit(settings: Settings) -> None:
    async with await Runtime.open(settings) as runtime:
        with runtime.bus.subscribe(topics.home(5)) as heard:
            await runtime.db.write(lambda tx: tx.publish(topics.home(5), topics.encode(topics.Posted(status_id=9))))
            event = await heard.take(within=1)
    assert event is not None
    assert event.message == topics.Posted(status_id=9)


async def test_a_process_is_ready_when_it_can_write(settings: Settings) -> None:
    async with await Runtime.open(settings) as runtime:
        assert not runtime.state.ready
        async with runtime.working():
            await asyncio.sleep(0.2)
            assert runtime.state.ready, runtime.state.reasons


async def test_node_numbers_are_leased_and_ids_go_on_above_what_is_stored(db: Database, clock: Clock) -> None:
    first = await Node.lease(db, clock, owner="a")
    second = await Node.lease(db, clock, owner="b")
    assert (first.number, second.number) == (0, 1)
    last = first.new_id()
    await first.release()
    clock.forward(hours=-1)
    again = await Node.lease(db, clock, owner="c")
    assert again.number == 0
    assert again.new_id() > last


async def test_the_number_of_a_killed_process_is_free_after_a_minute(db: Database, clock: Clock) -> None:
    await Node.lease(db, clock, owner="killed")
    assert (await Node.lease(db, clock, owner="next")).number == 1
    clock.now += LEASE + timedelta(seconds=1)
    assert (await Node.lease(db, clock, owner="later")).number == 0


async def test_more_than_64_processes_are_refused(db: Database, clock: Clock) -> None:
    for number in range(64):
        await db.write(instance.lease_node, number, owner=f"o{number}", now=clock(), until=clock() + LEASE)
    with pytest.raises(Unreachable):
        await Node.lease(db, clock, owner="one too many")

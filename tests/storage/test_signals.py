"""A running server hears what a command has changed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from fedisw.storage import signals
from fedisw.storage.db import Database, Tx
from fedisw.storage.signals import SignalReader
from tests.support.clock import Clock


async def test_every_process_hears_a_signal_once(db: Database, clock: Clock) -> None:
    heard: list[tuple[str, bytes]] = []
    readers = [SignalReader(db, lambda topic, message: heard.append((topic, message))) for _ in range(2)]
    await db.write(signals.add, "old", b"{}", now=clock())
    for reader in readers:
        assert await reader.look() == 0

    await db.write(signals.add, "token", b"1", now=clock())
    for reader in readers:
        assert await reader.look() == 1
        assert await reader.look() == 0
    assert heard == [("token", b"1")] * 2


async def test_a_signal_committed_late_is_heard(db: Database, clock: Clock) -> None:
    heard: list[str] = []
    reader = SignalReader(db, lambda topic, message: heard.append(topic))
    await reader.look()

    def add_at(tx: Tx, number: int) -> None:
        tx.exec(signals.INSERT, None, id=number, topic=str(number), message=b"", created_at=clock())

    await db.write(add_at, 1_000_002)
    await reader.look()
    await db.write(add_at, 1_000_001)
    await reader.look()
    assert heard == ["1000002", "1000001"]


async def test_a_signal_of_a_failed_command_is_never_heard(db: Database, clock: Clock) -> None:
    reader = SignalReader(db, lambda topic, message: None)
    await reader.look()

    def broken(tx: Tx) -> None:
        signals.add(tx, "token", b"1", now=clock())
        raise ValueError

    await asyncio.gather(db.write(broken), return_exceptions=True)
    assert await reader.look() == 0


async def test_old_signals_are_removed(db: Database, clock: Clock) -> None:
    await db.write(signals.add, "a", b"", now=clock())
    await db.write(signals.add, "b", b"", now=clock() + timedelta(hours=2))
    assert [signal.topic for signal in await db.read(lambda tx: tx.all(signals.AFTER, floor=0))] == ["b"]


async def test_the_reader_looks_until_it_is_stopped(db: Database, clock: Clock) -> None:
    heard = asyncio.Event()
    reader = SignalReader(db, lambda topic, message: heard.set(), poll=0.01)
    await reader.look()
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(reader.run())
        await db.write(signals.add, "a", b"", now=clock())
        await heard.wait()
        reader.stop()

"""Messages inside one process: to all who listen, to nobody else, never without a bound."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from fedisw.live import topics
from fedisw.live.bus import SLOW_READER, Bus, Event
from fedisw.live.topics import JOBS, Notified, Posted, Woken


async def test_a_message_reaches_every_reader_of_its_topic_and_no_other() -> None:
    bus = Bus()
    with bus.subscribe("home:1", "public") as amy, bus.subscribe("home:1") as ben, bus.subscribe("home:2") as cleo:
        bus.publish("home:1", Posted(7))
        assert await amy.take() == await ben.take() == Event("home:1", Posted(7))
        assert await cleo.take(within=0) is None


async def test_messages_of_a_unit_of_work_come_as_json() -> None:
    bus = Bus()
    with bus.subscribe("home:1") as reader:
        bus.receive("home:2", b"nobody listens, nothing is read")
        bus.receive("home:1", topics.encode(Posted(7)))
        assert await reader.take() == Event("home:1", Posted(7))


async def test_events_come_in_order() -> None:
    bus = Bus()
    with bus.subscribe("a", "b") as reader:
        for number in range(5):
            bus.publish("ab"[number % 2], Posted(number))
        assert [(await reader.take()).message for _ in range(5)] == [Posted(number) for number in range(5)]


async def test_a_waiting_reader_is_woken() -> None:
    bus = Bus()
    with bus.subscribe("home:1") as reader:
        waiting = asyncio.ensure_future(reader.take())
        await asyncio.sleep(0)
        bus.publish("home:1", Notified(3))
        assert await waiting == Event("home:1", Notified(3))


async def test_a_slow_reader_is_cut_off_and_the_others_go_on() -> None:
    bus = Bus()
    with bus.subscribe("public") as slow, bus.subscribe("public", size=SLOW_READER + 1) as quick:
        for number in range(SLOW_READER):
            bus.publish("public", Posted(number))
        assert not slow.lagged
        bus.publish("public", Posted(SLOW_READER))
        assert slow.lagged
        assert await slow.take() is None
        assert await quick.take() == Event("public", Posted(0))


async def test_wake_ups_melt_into_one() -> None:
    bus = Bus()
    with bus.subscribe(JOBS, size=1, lossy=True) as worker:
        for _ in range(3):
            bus.publish(JOBS, Woken())
        assert await worker.take(within=0.1) == Event(JOBS, Woken())
        assert await worker.take(within=0) is None
        assert not worker.lagged
        bus.publish(JOBS, Woken())
        assert await worker.take(within=0.1) is not None


async def test_topics_are_added_and_removed_while_listening() -> None:
    bus = Bus()
    with bus.subscribe() as reader:
        reader.add("tag")
        reader.add("tag")
        bus.publish("tag", Posted(1))
        reader.remove("tag")
        reader.remove("tag")
        bus.publish("tag", Posted(2))
        assert await reader.take() == Event("tag", Posted(1))
        assert await reader.take(within=0) is None


async def test_nothing_is_kept_for_readers_that_left() -> None:
    bus = Bus()
    with bus.subscribe("home:1"):
        assert bus.has_readers("home:1")
    assert not bus.has_readers("home:1")
    assert bus._readers == {}


async def test_closing_the_bus_ends_every_stream() -> None:
    bus = Bus()
    with bus.subscribe("home:1") as reader:
        bus.publish("home:1", Posted(1))
        bus.close()
        assert [event.message async for event in reader] == [Posted(1)]
    with bus.subscribe("home:1") as late:
        assert await late.take() is None


@pytest.mark.parametrize("message", [Woken(), Posted(1 << 62), topics.AnnouncementReaction(1, "👍", 2), topics.FiltersChanged()])
def test_a_message_survives_its_json_form(message: topics.AnyMessage) -> None:
    assert topics.decode(topics.encode(message)) == message


@pytest.mark.parametrize("data", ["{}", '{"type":"Nonsense"}', '{"type":"Posted"}', "x"])
def test_a_foreign_message_is_refused(data: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        topics.decode(data)


def test_topics_of_different_things_differ() -> None:
    names = [topics.home(1), topics.notifications(1), topics.direct(1), topics.list_of(1), topics.token(1), topics.account(1)]
    names += [topics.hashtag("1"), topics.hashtag("1", local=True)]
    assert len(set(names)) == len(names)

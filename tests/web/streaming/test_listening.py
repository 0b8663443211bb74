"""One listener without a network: slow readers, many events at once, seats."""

from __future__ import annotations

import pytest

from fedisw.live import topics
from fedisw.live.bus import SLOW_READER, Bus
from fedisw.model.errors import TooMany, Unreachable
from fedisw.model.oauth import Viewer
from fedisw.web.app import create_app
from fedisw.web.streaming import seats
from fedisw.web.streaming.channels import Asked, Refused
from fedisw.web.streaming.listening import BATCH, MOST_CHANNELS, End, Frame, Listener, Over
from fedisw.web.streaming.port import SHOWING
from fedisw.web.streaming.seats import PER_NETWORK, PER_PERSON, Seats
from tests.web.streaming.conftest import Api


def listener_of(api: Api, who: str) -> Listener:
    viewer = Viewer(account_id=api.accounts[who].id, scopes=frozenset({"read"}))
    showing = create_app(api.runtime)[SHOWING]
    return Listener(api.runtime.bus.subscribe(), db=api.db, showing=showing, viewer=viewer, now=api.clock)


async def test_a_reader_that_is_too_slow_is_cut_off(api: Api) -> None:
    await api.join("amy")
    listener = listener_of(api, "amy")
    await listener.add(Asked(name="public"))
    for number in range(SLOW_READER + 1):
        api.runtime.bus.publish(topics.PUBLIC, topics.Removed(status_id=number))
    with pytest.raises(Over) as over:
        await listener.next(within=1)
    assert over.value.why is End.TOO_SLOW


async def test_many_events_are_read_in_one_unit_of_few_statements(api: Api) -> None:
    await api.join("amy")
    ids = await api.write_many("amy", BATCH)
    listener = listener_of(api, "amy")
    await listener.add(Asked(name="user"))
    for status_id in ids:
        api.runtime.bus.publish(topics.home(api.accounts["amy"].id), topics.Posted(status_id=status_id))
    with api.db.counting() as statements:
        frames = await listener.next(within=1)
    assert [frame.event for frame in frames] == ["update"] * BATCH
    assert len(statements) < BATCH + 15
    with api.db.counting() as statements:
        for status_id in ids:
            api.runtime.bus.publish(topics.home(api.accounts["amy"].id), topics.Edited(status_id=status_id))
        await listener.next(within=1)
    assert len(statements) <= BATCH + 4


async def test_events_keep_their_order_whatever_they_are(api: Api) -> None:
    await api.join("amy")
    first, second = await api.write_many("amy", 2)
    listener = listener_of(api, "amy")
    await listener.add(Asked(name="user"))
    for message in (
        topics.Posted(status_id=first),
        topics.Removed(status_id=7),
        topics.FiltersChanged(),
        topics.NotificationsMerged(),
        topics.Posted(status_id=second),
    ):
        api.runtime.bus.publish(topics.home(api.accounts["amy"].id), message)
    frames = await listener.next(within=1)
    assert [frame.event for frame in frames] == ["update", "delete", "filters_changed", "notifications_merged", "update"]
    assert frames[1] == Frame(label=("user",), event="delete", payload="7")
    assert frames[2].payload is None
    assert frames[3].payload == "1"


async def test_nothing_within_the_time_is_no_end(api: Api) -> None:
    await api.join("amy")
    listener = listener_of(api, "amy")
    assert await listener.next(within=0) == []
    listener.stop()
    with pytest.raises(Over) as over:
        await listener.next(within=1)
    assert over.value.why is End.CLOSING


async def test_one_connection_carries_a_bounded_number_of_streams(api: Api) -> None:
    await api.join("amy")
    listener = listener_of(api, "amy")
    for number in range(MOST_CHANNELS):
        await listener.add(Asked(name="hashtag", tag=f"t{number}"))
    await listener.add(Asked(name="hashtag", tag="t0"))
    with pytest.raises(Refused):
        await listener.add(Asked(name="public"))
    await listener.remove(Asked(name="hashtag", tag="t0"))
    await listener.add(Asked(name="public"))


def test_seats_are_counted_by_person_and_network_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Seats(Bus())
    opened = [places.take(account_id=1, network="a", topics=()) for _ in range(PER_PERSON)]
    for seat in opened:
        seat.__enter__()
    with pytest.raises(TooMany), places.take(account_id=1, network="b", topics=()):
        pass
    others = [places.take(account_id=number, network="a", topics=()) for number in range(2, 2 + PER_NETWORK - PER_PERSON)]
    for seat in others:
        seat.__enter__()
    with pytest.raises(TooMany), places.take(account_id=99, network="a", topics=()):
        pass
    monkeypatch.setattr(seats, "IN_ALL", PER_NETWORK)
    with pytest.raises(Unreachable), places.take(account_id=99, network="b", topics=()):
        pass
    for seat in (*opened, *others):
        seat.__exit__(None, None, None)
    assert not places._people
    assert not places._networks

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fedisw.model.errors import Unreachable
from fedisw.net.breaker import CLOSED, Breaker, Breakers, Places, counts, expired, failed, may_call, probing

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(count: int, *, every: timedelta = MINUTE, state: Breaker = CLOSED) -> Breaker:
    for number in range(count):
        state = failed(state, now=NOW + every * number)
    return state


def test_four_failures_leave_it_closed_and_the_fifth_opens_it():
    assert not after(4).is_open
    opened = after(5)
    assert opened.open_until == NOW + 5 * MINUTE
    assert not may_call(opened, now=NOW + 4.9 * MINUTE)
    assert may_call(opened, now=NOW + 5 * MINUTE)


def test_failures_far_apart_do_not_open_it():
    assert not after(50, every=3 * MINUTE).is_open
    assert after(5, every=2.5 * MINUTE).is_open


def test_a_name_that_does_not_exist_counts_double():
    state = failed(failed(CLOSED, now=NOW, weight=2), now=NOW, weight=2)
    assert not state.is_open
    assert failed(state, now=NOW, weight=2).is_open


def test_pauses_double_up_to_an_hour():
    state, now, pauses = after(5, every=timedelta()), NOW, []
    for _ in range(9):
        assert state.open_until is not None
        pauses.append((state.open_until - now) // MINUTE)
        now = state.open_until
        state = failed(probing(state, now=now), now=now)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_one_probe_at_a_time():
    due = NOW + 5 * MINUTE
    state = probing(after(5), now=due)
    assert not may_call(state, now=due)
    assert may_call(state, now=due + 2 * MINUTE)


def test_a_failure_of_an_older_call_does_not_lengthen_the_pause():
    assert failed(after(5), now=NOW + 4.5 * MINUTE) == after(5)


def test_old_state_means_nothing():
    assert not expired(after(5), now=NOW + timedelta(days=14))
    assert expired(after(5), now=NOW + timedelta(days=14, minutes=6))
    assert not expired(CLOSED, now=NOW)


@pytest.mark.parametrize(("status", "counted"), [(200, False), (404, False), (429, False), (500, True), (501, False)])
def test_server_errors_count(status, counted):
    assert counts(status) is counted


def test_an_open_host_is_left_alone_until_a_probe_is_due():
    now = NOW
    breakers = Breakers(now=lambda: now)
    for _ in range(5):
        breakers.before("a.example")
        breakers.failed("a.example")
    with pytest.raises(Unreachable) as left:
        breakers.before("a.example")
    assert left.value.retry_after == 61
    breakers.before("b.example")
    now = NOW + MINUTE
    breakers.before("a.example")  # the probe
    with pytest.raises(Unreachable):
        breakers.before("a.example")
    breakers.succeeded("a.example")
    assert breakers.state("a.example") == CLOSED
    breakers.before("a.example")


def test_lim3_strangers_cannot_fill_the_memory():
    breakers = Breakers(now=lambda: NOW, max_hosts=3)
    for number in range(9):
        breakers.failed(f"{number}.example")
    assert [n for n in range(9) if breakers.state(f"{n}.example") != CLOSED] == [6, 7, 8]


def test_a_kept_state_is_put_back_and_expires():
    now = NOW
    breakers = Breakers(now=lambda: now)
    breakers.put("a.example", after(5))
    assert breakers.state("a.example").is_open
    now = NOW + timedelta(days=15)
    assert breakers.state("a.example") == CLOSED


async def test_net7_four_calls_a_host_and_a_bound_for_all():
    places, running, peak, peak_of_one = Places(per_host=4, in_all=6), [], [0], [0]

    async def call(host: str) -> None:
        async with places.take(host):
            running.append(host)
            peak[0] = max(peak[0], len(running))
            peak_of_one[0] = max(peak_of_one[0], running.count("a.example"))
            await asyncio.sleep(0)
            running.remove(host)

    await asyncio.gather(*(call(host) for host in ["a.example"] * 9 + ["b.example"] * 9))
    assert (peak, peak_of_one) == ([6], [4])
    assert not places._hosts

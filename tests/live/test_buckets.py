"""Rate buckets: never more than the limit, never without an end, never without a bound (security, section 15)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from fedisw.live import buckets
from fedisw.live.buckets import FULL, Buckets, Rule, network_of
from fedisw.model.errors import TooMany

THREE = Rule(name="three", limit=3, seconds=60)
FOUR = Rule(name="four", limit=4, seconds=60)


class Clock:
    """Seconds since 1970, as told."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_limit_passes_and_one_more_is_refused(clock: Clock) -> None:
    counted = Buckets(now=clock)
    assert [counted.take(THREE, "amy").remaining for _ in range(3)] == [2, 1, 0]
    clock.time += 20.5
    with pytest.raises(TooMany) as caught:
        counted.take(THREE, "amy")
    assert caught.value.retry_after == 40


def test_a_window_ends(clock: Clock) -> None:
    counted = Buckets(now=clock)
    standing = counted.take(THREE, "amy", cost=3)
    assert standing.reset == datetime.fromtimestamp(1_000_060, tz=UTC)
    clock.time += 60
    assert counted.take(THREE, "amy").remaining == 2


def test_keys_and_rules_do_not_share(clock: Clock) -> None:
    counted = Buckets(now=clock)
    counted.take(THREE, "amy", cost=3)
    assert counted.take(THREE, "ben").remaining == 2
    assert counted.take(FOUR, "amy").remaining == 3


async def test_parallel_requests_never_pass_more_than_the_limit(clock: Clock) -> None:
    counted = Buckets(now=clock)

    async def one() -> bool:
        await asyncio.sleep(0)
        try:
            counted.take(THREE, "amy")
        except TooMany:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(50)))) == 3


def test_the_factor_multiplies_and_zero_is_off(clock: Clock) -> None:
    assert Buckets(now=clock, factor=2).take(THREE, "amy").limit == 6
    assert Buckets(now=clock, factor=0.01).take(THREE, "amy").limit == 1
    off = Buckets(now=clock, factor=0)
    assert {off.take(THREE, "amy").remaining for _ in range(10)} == {3}


def test_looking_counts_nothing_and_forgetting_begins_anew(clock: Clock) -> None:
    counted = Buckets(now=clock)
    assert counted.look(THREE, 5).remaining == 3
    counted.take(THREE, 5, cost=3)
    assert counted.look(THREE, 5).remaining == 0
    counted.forget(THREE, 5)
    assert counted.take(THREE, 5).remaining == 2


def test_when_full_newcomers_share_one_window_and_the_known_keep_theirs(clock: Clock) -> None:
    counted = Buckets(now=clock, max_keys=2)
    counted.take(THREE, "amy")
    counted.take(THREE, "ben")
    for stranger in ("x", "y", "z"):
        counted.take(THREE, stranger)
    with pytest.raises(TooMany):
        counted.take(THREE, "another")
    assert counted.take(THREE, "amy").remaining == 1
    assert counted.take(FOUR, "another").remaining == 3


def test_windows_that_are_over_make_room(clock: Clock) -> None:
    counted = Buckets(now=clock, max_keys=2)
    for key in ("amy", "ben", "cleo"):
        counted.take(THREE, key)
    clock.time += 61
    assert counted.take(THREE, "dora").remaining == 2
    counted.take(THREE, FULL, cost=3)
    assert counted.look(THREE, "dora").remaining == 2


def test_every_rule_has_a_name_of_its_own() -> None:
    rules = [value for value in vars(buckets).values() if isinstance(value, Rule)]
    assert len(rules) > 20
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.limit > 0 and rule.seconds > 0 for rule in rules)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", "local"),
        ("not an address", "local"),
    ],
)
def test_ipv6_is_counted_by_its_64(address: str, network: str) -> None:
    assert network_of(address) == network

"""What is remembered of keys (LIM-3, SIG-11)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from fedisw.federation import keycache
from fedisw.federation.keycache import KeyCache, KnownKey
from fedisw.model.accounts import ActorKey, KeyKind
from fedisw.model.errors import NotFound, Unreachable
from tests.support.factories import NOW, an_account

URI = "https://beta.test/users/ben#main-key"


def a_key(key_id: str = URI) -> KnownKey:
    account = an_account("ben", "beta.test")
    key = ActorKey(key_id=key_id, account_id=account.id, kind=KeyKind.RSA, public="", created_at=NOW)
    return KnownKey(key=key, account=account, keys=(key,), fetched_at=NOW)


def test_a_key_is_remembered_for_a_day():
    cache = KeyCache()
    cache.put(a_key())
    assert cache.find(URI, now=NOW + timedelta(hours=24)) == a_key_like(cache)
    assert cache.find(URI, now=NOW + timedelta(hours=24, seconds=1)) is None
    cache.forget(URI)
    assert cache.find(URI, now=NOW) is None


def a_key_like(cache: KeyCache) -> KnownKey | None:
    return cache.find(URI, now=NOW)


def test_the_one_longest_unused_goes_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keycache, "MAX_KEYS", 3)
    cache = KeyCache()
    for number in range(3):
        cache.put(a_key(f"{URI}{number}"))
    assert cache.find(f"{URI}0", now=NOW) is not None
    cache.put(a_key(f"{URI}3"))
    assert [cache.find(f"{URI}{number}", now=NOW) is not None for number in range(4)] == [True, False, True, True]


def test_a_failure_is_told_again_for_a_minute_growing_to_an_hour():
    cache, now, pauses = KeyCache(), NOW, []
    for _ in range(9):
        cache.check(URI, now=now)
        cache.failed(URI, NotFound("key"), now=now)
        until = now
        while True:
            until += timedelta(minutes=1)
            try:
                cache.check(URI, now=until)
            except NotFound:
                continue
            break
        pauses.append(int((until - now).total_seconds()) // 60)
        now = until
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_the_same_error_told_often_does_not_grow():
    cache = KeyCache()
    cache.failed(URI, Unreachable("away"), now=NOW)
    depths = []
    for _ in range(3):
        with pytest.raises(Unreachable) as caught:
            cache.check(URI, now=NOW)
        depths.append(len(caught.traceback))
    assert len(set(depths)) == 1


async def test_one_fetches_and_the_others_wait():
    cache, inside, most = KeyCache(), [0], [0]

    async def fetch() -> None:
        async with cache.fetching(URI):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            await asyncio.sleep(0)
            inside[0] -= 1

    await asyncio.gather(*(fetch() for _ in range(10)))
    assert most == [1]
    assert cache._locks == {}

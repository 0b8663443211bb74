"""The cache of rendered posts keeps within its bytes and keeps what is used."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.web.mastodon.entities.recent import Recent


@dataclass(frozen=True, slots=True)
class Thing:
    size: int = 10


def test_the_oldest_goes_unless_it_was_used() -> None:
    cache = Recent[int, Thing](30)
    for key in range(3):
        cache.put(key, Thing())
    assert cache.find([0, 7]) == {0: Thing()}
    cache.put(3, Thing())
    assert [key in cache for key in range(4)] == [True, False, True, True]
    cache.put(4, Thing())
    cache.put(5, Thing())
    assert 0 in cache, "a use counts until its turn has come"
    cache.put(6, Thing())
    assert 0 not in cache


def test_its_bytes_are_counted() -> None:
    cache = Recent[str, Thing](25)
    cache.put("a", Thing(26))
    assert "a" not in cache
    for size in (5, 10, 20):
        cache.put("a", Thing(size))
        assert cache.currsize == size
    cache.put("b", Thing(25))
    assert (cache.currsize, list(cache.values())) == (25, [Thing(25)])


def test_without_room_nothing_is_kept() -> None:
    cache = Recent[str, Thing](0)
    cache.put("a", Thing())
    assert cache.find(["a"]) == {}

"""A cache bounded by bytes that keeps what was used of late: on every page forty looks, so a look must cost next to nothing."""

from __future__ import annotations

from collections.abc import Iterable, ValuesView
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What knows how many bytes it takes."""

    @property
    def size(self) -> int: ...


K = TypeVar("K")
V = TypeVar("V", bound=Sized)


class Recent(Generic[K, V]):
    """Entries in the order in which they came; the oldest goes first, unless it was used meanwhile: then it comes anew.

    That is the clock, a cheap likeness of least recently used: a look only notes that it was.
    """

    def __init__(self, max_bytes: int) -> None:
        self._entries: dict[K, V] = {}
        self._used: set[K] = set()
        self.max_bytes, self.currsize = max_bytes, 0

    def __contains__(self, key: K) -> bool:
        return key in self._entries

    def values(self) -> ValuesView[V]:
        """All entries."""
        return self._entries.values()

    def find(self, keys: Iterable[K]) -> dict[K, V]:
        """Those that are there."""
        entries = self._entries
        found = {key: entry for key in keys if (entry := entries.get(key)) is not None}
        self._used.update(found)
        return found

    def put(self, key: K, entry: V) -> V | None:
        """Keep an entry, unless it alone is too large; gives the one that stood in its place."""
        size = entry.size
        if size > self.max_bytes:
            return None
        before = self._drop(key)
        self._entries[key] = entry
        self.currsize += size
        while self.currsize > self.max_bytes:
            self._push_out()
        return before

    def _push_out(self) -> None:
        key = next(iter(self._entries))
        if key in self._used:
            self._used.discard(key)
            self._entries[key] = self._entries.pop(key)
        else:
            self._drop(key)

    def _drop(self, key: K) -> V | None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.currsize -= entry.size
            self._used.discard(key)
        return entry

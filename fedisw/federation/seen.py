"""Which servers are known to have which posts of ours (readers.py)."""

from __future__ import annotations

from typing import Final

REMEMBERED: Final = 20_000  # pairs of post and server that need no second look


class Readers:
    """Who was noted already, in this process: a popular post is fetched again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], None] = {}

    def knows(self, status_id: int, host: str) -> bool:
        """Whether this server was noted for this post."""
        return (status_id, host) in self._known

    def add(self, status_id: int, host: str) -> None:
        """It was; the oldest is forgotten."""
        self._known[status_id, host] = None
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

"""How much may be fetched because of one thing that arrived (security LIM: fetch budget)."""

from __future__ import annotations

import time
from collections.abc import Callable

from fedisw.model.errors import FediswError

FETCHES = 20  # caused by one inbound activity, at all depths
FETCHES_FOR_STRANGERS = 5  # the same when nobody here and nobody there follow each other
SECONDS = 60.0
RECURSION = 3  # a fetch because of a fetch because of a fetch


class Spent(FediswError):
    """Nothing more may be fetched for this activity; what is there already must do."""


class Budget:
    """Counts fetches down; shared by everything that one activity causes.

    Args:
        fetches: how many may be made.
        seconds: for how long.
        monotonic: seconds, never going back.
    """

    __slots__ = ("_left", "_monotonic", "_until")

    def __init__(
        self, *, fetches: int = FETCHES, seconds: float = SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._left, self._monotonic, self._until = fetches, monotonic, monotonic() + seconds

    @property
    def left(self) -> int:
        """Fetches that may still be made."""
        return self._left if self._monotonic() < self._until else 0

    def spend(self) -> None:
        """Ask before each fetch.

        Raises:
            Spent: count or time is used up.
        """
        if self.left <= 0:
            raise Spent("the fetches of this activity are used up")
        self._left -= 1

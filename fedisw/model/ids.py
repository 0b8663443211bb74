"""Time-ordered 63-bit ids (reliability, section 3.7).

47 bits milliseconds since 1970, 6 bits node, 10 bits sequence. Decimal strings in JSON.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

NODE_BITS, SEQUENCE_BITS = 6, 10
LOW_BITS = NODE_BITS + SEQUENCE_BITS
MAX_NODE = (1 << NODE_BITS) - 1
MAX_SEQUENCE = (1 << SEQUENCE_BITS) - 1
MAX_ID = (1 << 63) - 1
MAX_DIGITS = len(str(MAX_ID))


class IdMaker:
    """Makes ids that never go down on one node, even when the clock steps back.

    Args:
        now: gives milliseconds since 1970.
        node: 0 to 63, leased, one a process.
        above: no id at or below this is given out (the highest stored one after a restart).
    """

    def __init__(self, *, now: Callable[[], int], node: int = 0, above: int = 0) -> None:
        if not 0 <= node <= MAX_NODE:
            raise ValueError(f"node must be 0 to {MAX_NODE}")
        self._now, self._node, self._lock = now, node, threading.Lock()
        self._millis, self._sequence = above >> LOW_BITS, MAX_SEQUENCE if above else -1

    def __call__(self) -> int:
        """The next id; at most 1,024 a millisecond, then it borrows from the next one."""
        with self._lock:
            millis = self._now()
            if millis > self._millis:
                self._millis, self._sequence = millis, 0
            elif self._sequence < MAX_SEQUENCE:
                self._sequence += 1
            else:
                self._millis, self._sequence = self._millis + 1, 0
            return (self._millis << LOW_BITS) | (self._node << SEQUENCE_BITS) | self._sequence


def id_at(millis: int, *, low: int) -> int:
    """An id for something that happened elsewhere at `millis`; `low` are 16 random bits."""
    return (millis << LOW_BITS) | (low & ((1 << LOW_BITS) - 1))


def first_id_at(moment: datetime) -> int:
    """No id made at this moment or later is below it; within what databases hold, whatever the moment."""
    return min(max(id_at(int(moment.timestamp() * 1_000), low=0), 0), MAX_ID)


def id_of(text: str) -> int | None:
    """The id that a text names: ASCII digits, at most `MAX_ID`, which is what databases hold; None for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > MAX_DIGITS:
        return None
    number = int(text)
    return number if number <= MAX_ID else None


def time_of(any_id: int) -> datetime:
    """When an id was made (aware, UTC, whole milliseconds)."""
    return datetime.fromtimestamp((any_id >> LOW_BITS) / 1000, tz=UTC)

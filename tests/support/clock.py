"""A clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # a Monday morning


class Clock:
    """Stands still until told: `clock()` gives the time, `clock.forward(minutes=5)` moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> datetime:
        """Move on by `timedelta(**amount)`; negative amounts step back."""
        self.now += timedelta(**amount)
        return self.now

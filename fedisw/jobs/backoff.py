"""How long to wait after a failed attempt (reliability, section 3.3)."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

SPREAD = 0.2


class Retry(Enum):
    """Delays in seconds after attempt 1, 2, …; the last one repeats until the job's max_age."""

    PATIENT = (30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200)  # deliveries to other servers
    BRISK = (2, 10, 30, 120, 600, 1_800, 3_600)  # work of our own and processing of what came in


def retry_delay(attempt: int, *, jitter: float, retry: Retry = Retry.PATIENT) -> timedelta:
    """How long to wait after failed attempt number `attempt` (1 is the first).

    Args:
        attempt: at least 1.
        jitter: a random number from -1 to 1; moves the result by up to 20 %, so that
            deliveries that failed together do not all come back together.
        retry: the table of delays.

    Returns:
        24 seconds to 14.4 hours for `PATIENT`.

    Source: reliability, section 3.3.
    """
    delays = retry.value
    return timedelta(seconds=delays[min(attempt, len(delays)) - 1] * (1 + SPREAD * jitter))

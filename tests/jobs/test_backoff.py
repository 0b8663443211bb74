"""The table of delays (reliability, section 3.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.jobs.backoff import Retry, retry_delay


def test_the_delays_are_those_of_the_table() -> None:
    seconds = [retry_delay(attempt, jitter=0).total_seconds() for attempt in range(1, 11)]
    assert seconds == [30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 43_200, 43_200]


@pytest.mark.parametrize(("attempt", "jitter", "seconds"), [(1, -1, 24), (1, 1, 36), (99, 1, 51_840)])
def test_jitter_moves_a_delay_by_a_fifth(attempt: int, jitter: float, seconds: float) -> None:
    assert retry_delay(attempt, jitter=jitter) == timedelta(seconds=seconds)


@given(attempt=st.integers(1, 50), jitter=st.floats(-1, 1), retry=st.sampled_from(Retry))
def test_a_delay_is_never_nothing_and_never_over_a_day(attempt: int, jitter: float, retry: Retry) -> None:
    assert timedelta(seconds=1) < retry_delay(attempt, jitter=jitter, retry=retry) < timedelta(days=1)

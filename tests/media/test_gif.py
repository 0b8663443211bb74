from __future__ import annotations

import pytest

from fedisw.media.gif import count_frames
from tests.media.pictures import animation, opened


@pytest.mark.parametrize("frames", [1, 2, 12])
def test_frames_are_counted_as_a_decoder_counts_them(frames: int) -> None:
    data = animation(frames=frames, comment=b"x" * 700)

    assert count_frames(data, stop=501) == frames == opened(data).n_frames


def test_counting_stops_at_the_limit() -> None:
    assert count_frames(animation(frames=20), stop=7) == 7


@pytest.mark.parametrize("cut", [0, 6, 13, 20, 100, 800, 900])
def test_a_cut_or_odd_file_counts_as_far_as_it_goes(cut: int) -> None:
    assert 0 <= count_frames(animation(frames=3)[:cut], stop=501) <= 3
    assert count_frames(b"GIF89a" + b"<script>" * 40, stop=501) == 0

from __future__ import annotations

import pytest

from fedisw.media.focus import Focus, parse_focus
from fedisw.model.errors import Invalid


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("0.5,-0.25", Focus(x=0.5, y=-0.25)),
        (" 1 , -1 ", Focus(x=1, y=-1)),
        ("7,-7", Focus(x=1, y=-1)),
        ("inf,-inf", Focus(x=1, y=-1)),
        ("", Focus()),
    ],
)
def test_a_focus_is_two_numbers_within_the_picture(text: str, focus: Focus) -> None:
    assert parse_focus(text) == focus


@pytest.mark.parametrize("text", ["1", "1,2,3", "a,b", "nan,0", ","])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_focus(text)

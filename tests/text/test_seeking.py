"""What somebody types into the search."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.model.errors import Malformed
from fedisw.model.ids import MAX_ID, first_id_at
from fedisw.model.search import Mark, Scope, Sought
from fedisw.text.seeking import read

KNOWN = {"me": 1, "@amy": 2, "rob@far.test": 3}


def sought(text: str) -> Sought:
    return read(text, who=KNOWN.get)


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("group Work group", Sought(words=("group", "work"))),
        ('"group work" night', Sought(words=("group", "work", "night"), phrases=("group work",))),
        ('"group work', Sought(words=("group", "work"), phrases=("group work",))),
        ("social-work", Sought(words=("social", "work"), phrases=("social work",))),
        (
            'x -night -"group work" -day-shift',
            Sought(words=("x",), unwanted=("night",), unwanted_phrases=("group work", "day shift")),
        ),
        ("x from:me", Sought(words=("x",), marks=("→from1",))),
        ("x from:@amy -from:rob@far.test", Sought(words=("x",), marks=("→from2",), unwanted_marks=("→from3",))),
        ("x from:nobody", Sought(words=("x",), marks=("→from0",))),
        ("x has:image has:POLL is:reply", Sought(words=("x",), marks=(Mark.IMAGE, Mark.POLL, Mark.REPLY))),
        ("x language:pt-BR", Sought(words=("x",), marks=("→inpt",))),
        ("x in:library", Sought(words=("x",), scope=Scope.LIBRARY)),
        ("x in:nowhere", Sought(words=("x",))),
        ("x before:2026-11-21", Sought(words=("x",), until=day(21))),
        ("x after:2026-11-21", Sought(words=("x",), since=day(22))),
        ("x during:2026-11-21", Sought(words=("x",), since=day(21), until=day(22))),
        ("+x", Sought(words=("x",))),
        ("has:horns", Sought(words=("has", "horns"), phrases=("has horns",))),
        ("social:work", Sought(words=("social", "work"), phrases=("social work",))),
        ("社会 x", Sought(words=("社", "会", "x"), phrases=("社 会",))),
        ("!? ...", Sought()),
    ],
)
def test_words_phrases_and_operators(text: str, wanted: Sought) -> None:
    assert sought(text) == wanted


@pytest.mark.parametrize("operator", ["before", "after", "during"])
@pytest.mark.parametrize("date", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_the_first_and_the_last_day_are_days(operator: str, date: str) -> None:
    found = sought(f"x {operator}:{date}")
    for bound in (found.since, found.until):
        assert bound is None or 0 <= first_id_at(bound) <= MAX_ID


@pytest.mark.parametrize("text", ["from:me", "has:image -is:reply", "in:library", "before:2026-01-01"])
def test_operators_alone_are_refused(text: str) -> None:
    with pytest.raises(Malformed, match="At least one keyword or phrase is required"):
        sought(text)


@pytest.mark.parametrize("text", ["x before:today", "x after:2026-13-01", "x during:1"])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        sought(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Malformed):
        sought(text)

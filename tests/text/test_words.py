"""Words of texts in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.text.words import MAX_WORD, MAX_WORDS, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Case-work, at 9:30!", ["case", "work", "at", "9", "30"]),
        ("Ñandú Straße ΣΊΣΥΦΟΣ", ["nandu", "strasse", "σισυφοσ"]),
        ("#SocialWork @amy@far.test", ["socialwork", "amy", "far", "test"]),
        ("社会工作 care", ["社", "会", "工", "作", "care"]),
        ("สวัสดี", ["ส", "ว", "ส", "ด"]),
        ("الرعاية Забота", ["الرعاية", "забота"]),
        ("→from12 'x' \"y\" a_b \\", ["from12", "x", "y", "a", "b"]),
        ("", []),
    ],
)
def test_letters_lose_case_and_accents_and_signs_part_them(text: str, found: list[str]) -> None:
    assert [word for word in words(text) if word not in ("ั", "ี")] == found


@given(st.text())
def test_a_word_holds_nothing_that_means_something_to_a_database(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= MAX_WORD
        assert not set(word) & set(" '\"\\→:*()&|!<>\0")
        assert words(word) == [word]


def test_a_long_text_costs_no_more_than_its_first_words() -> None:
    assert len(words("a " * 10_000)) == MAX_WORDS
    assert words("a" * 1_000) == ["a" * MAX_WORD]

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedisw.text.names import clean_name, folded


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Amy Lee, LCSW", "Amy Lee, LCSW"),
        ("  Amy\n\tLee\x00\x1b ", "Amy Lee"),
        ("Amy\u202eeeL\u202c \u2066x\u2069", "AmyeeL x"),
        ("A\u200bm\ufeffy\u2060\u00ad\u200f", "Amy"),
        ("a\u200d\u200d\u200cb", "ab"),
        ("\u200dAmy \u200c Lee\u200d", "Amy Lee"),
        ("👩‍💻 می‌خواهم", "👩‍💻 می‌خواهم"),
        ("Amy\U000e0041\U000e007f", "Amy"),
        ("Z\u0300\u0301\u0302\u0303algo\u0300\u0301", "Z\u0300\u0301algo\u0300\u0301"),
        ("\u2028\u2029", ""),
        ("", ""),
        ("a" * 501, "a" * 500),
    ],
)
def test_htm4_names_lose_what_is_invisible_or_piled_up(name, cleaned):
    assert clean_name(name) == cleaned


@settings(deadline=None)
@given(st.text(max_size=60))
def test_htm4_no_name_holds_controls_overrides_or_towers(name):
    cleaned = clean_name(name)
    assert not any(unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") for char in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    marks = "".join("m" if unicodedata.category(char) in ("Mn", "Me") else "." for char in cleaned)
    assert "mmm" not in marks
    assert clean_name(cleaned) == cleaned


def test_htm8_texts_are_compared_without_disguise():
    assert folded("ＢＡＤ\u200b Wo\u200drd \u00adStraße") == folded("bad word STRASSE")

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedisw.text.characters import count, cut, graphemes


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hello", 5),
        ("a\r\nb\nc", 5),
        ("e\u0301", 1),
        ("नि", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("❤️", 1),
        ("1️⃣", 1),
        ("🇪🇸🇺🇸", 2),
        ("🇪🇸🇺", 2),
        ("한국", 2),
        ("\u1112\u1161\u11ab", 1),
        ("각\u11a8", 1),
        ("ﾊﾞ", 1),
        ("a\u200db", 2),
        ("\u0301", 1),
    ],
)
def test_graphemes_are_what_a_reader_sees(text, length):
    assert graphemes(text) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("https://a.example/" + "b" * 300, 23),
        ("http://a.b", 23),
        ("see https://a.example/b. x", 4 + 23 + 3),
        ("HTTPS://a.example https://b.example", 23 + 1 + 23),
        ("a.example ftp://a.example", 25),
        ("@amy@some.long.host.example hi", 7),
        ("@amy @ben@b.example:8443", 9),
        ("ana@a.example", 13),
        ("https://a.example/@amy@b.example", 23),
        ("@", 1),
    ],
)
def test_urls_count_23_and_hosts_of_mentions_nothing(text, length):
    assert count(text) == length


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(0, 40))
def test_a_cut_text_has_as_many_graphemes_as_asked_for(text, most):
    assert text.startswith(cut(text, most))
    assert graphemes(cut(text, most)) == min(most, graphemes(text))

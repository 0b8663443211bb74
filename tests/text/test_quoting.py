"""The line that stands for a quoted post."""

from __future__ import annotations

import pytest

from fedisw.text.allowed import POST
from fedisw.text.quoting import with_quote, without_quote
from fedisw.text.sanitise import clean

LINK = '<a href="https://beta.test/1"><span class="invisible">https://</span><span>beta.test/1</span></a>'


@pytest.mark.parametrize(
    ("html", "left"),
    [
        (f'<p class="quote-inline">RE: {LINK}</p><p>Mine</p>', "<p>Mine</p>"),
        (f'<p>Mine<span class="quote-inline"><br><br>RE: {LINK}</span></p>', "<p>Mine</p>"),
        (f'<p>Mine</p><p lang="en" class="quote-inline">RE: {LINK}</p>', "<p>Mine</p>"),
        ('<p class="quote-inline">a</p><p class="quote-inline">b</p>', ""),
        ("<p>quote-inline</p>", "<p>quote-inline</p>"),
        ("", ""),
    ],
)
def test_the_line_goes_with_all_that_is_in_it(html: str, left: str):
    assert without_quote(clean(html, POST)) == left


def test_what_we_put_in_front_is_what_we_take_away():
    assert without_quote(with_quote("<p>Mine</p>", "https://beta.test/1")) == "<p>Mine</p>"

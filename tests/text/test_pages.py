"""What a page says of itself, and which page a post is about."""

from __future__ import annotations

import time

import pytest

from fedisw.text import pages
from fedisw.text.links import first_link


def test_a_page_says_what_it_is() -> None:
    page = pages.read(
        '<!doctype html><html lang="de"><head><title>Old &amp; plain</title><!-- <meta name="x" content="no"> -->'
        "<script>'<meta name=\"y\" content=\"no\">'</script><meta content='A &lt;b&gt; c' property='og:title'/>"
        '<META NAME=description CONTENT="words"><meta property="og:title" content="second">'
        '</head><body><meta name="z" content="late">'
    )
    assert (page.title, page.language) == ("Old & plain", "de")
    assert dict(page.meta) == {"og:title": "A <b> c", "description": "words"}
    assert page.first("twitter:title", "og:title") == "A <b> c"


@pytest.mark.parametrize("start", ["<meta ", "<meta a='", '<meta a="', "<script>", "<!--", "<title>", "<" * 3, "<meta a=b " * 3])
def test_broken_pages_take_no_time(start: str) -> None:
    begun = time.perf_counter()
    pages.read(start * 100_000)
    assert time.perf_counter() - begun < 3


def test_a_page_is_read_as_it_says() -> None:
    assert pages.decoded("Prüfung".encode("latin-1"), "iso-8859-1") == "Prüfung"
    assert pages.decoded(b'<meta charset="windows-1252">\xfc', "") == '<meta charset="windows-1252">ü'
    assert pages.decoded("ü".encode(), "unicode_escape") == "ü"
    assert pages.decoded(b"\xff", "nonsense") == "�"


def test_the_first_link_that_is_neither_name_nor_tag_nor_quote_counts() -> None:
    quote = '<p class="quote-inline">RE: <a href="https://q.test/1" target="_blank">x</a></p>'
    name = '<a href="https://a.test/@amy" class="u-url mention" target="_blank">@amy</a>'
    tag = '<a href="https://a.test/tags/x" class="mention hashtag" rel="tag nofollow">#x</a>'
    link = '<a href="https://page.test/?a=1&amp;b=2#part" target="_blank" rel="nofollow">page</a>'
    assert first_link(f"{quote}<p>{name} {tag} {link}</p>") == "https://page.test/?a=1&b=2"
    assert first_link(f"{quote}<p>{name} {tag}</p>") is None

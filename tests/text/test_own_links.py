"""Pages that say whose they are."""

from __future__ import annotations

from fedisw.text.own_links import names_one_of, owners_of

AT = "https://amy.test/about/"


def test_links_of_owners_are_found_in_both_elements() -> None:
    html = """<link rel="me" href="/@amy"><a rel="nofollow ME noopener" href="https://Alpha.test/@amy/">me</a>
    <a href="https://other.test/">no</a><a rel="me">none</a><link rel="home" href="/x"><a rel=me href="https://[bad">x</a>"""
    assert owners_of(html, at=AT) == ["https://amy.test/@amy", "https://Alpha.test/@amy/"]


def test_addresses_are_compared_without_what_does_not_matter() -> None:
    assert names_one_of(["https://ALPHA.test/@amy/"], ["https://alpha.test/@amy"])
    assert not names_one_of(["https://alpha.test/@Amy"], ["https://alpha.test/@amy"])
    assert not names_one_of(["http://alpha.test/@amy", "https://alpha.test/@amy?x=1"], ["https://alpha.test/@amy"])
    assert not names_one_of([], ["https://alpha.test/@amy"])


def test_a_page_is_read_only_so_far() -> None:
    assert len(owners_of('<a rel="me" href="/x"></a>' * 500, at=AT)) == 200
    assert owners_of("<a <b <<<", at=AT) == []

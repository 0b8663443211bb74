from __future__ import annotations

import pytest

from fedisw.media.links import ProxyLinks, Wanted, derived
from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.errors import NotFound
from fedisw.model.urls import Origin

ORIGIN = Origin.of("https://alpha.test")
URL = "https://beta.test/files/ä?b=1&c=2"


def signed(links: ProxyLinks, **how: object) -> str:
    address = links.url(URL, **how)  # type: ignore[arg-type]  # names of arguments
    assert address.startswith("https://alpha.test/media/proxy/")
    return address.removeprefix("https://alpha.test/media/proxy/")


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("part", Part)
def test_an_address_gives_back_what_it_stands_for(purpose: Purpose, part: Part):
    links = ProxyLinks(ORIGIN, secret=b"s" * 32)
    assert links.read(signed(links, purpose=purpose, part=part)) == Wanted(URL, purpose, part)


def test_the_same_file_always_has_the_same_address():
    assert ProxyLinks(ORIGIN, secret=b"s" * 32).url(URL) == ProxyLinks(ORIGIN, secret=b"s" * 32).url(URL)


def test_an_address_made_by_nobody_or_with_another_secret_is_refused():
    links = ProxyLinks(ORIGIN, secret=b"s" * 32)
    good = signed(links)
    for bad in ("", "x", good[:-1], good[1:], signed(ProxyLinks(ORIGIN, secret=b"t" * 32)), "." * 10_000):
        with pytest.raises(NotFound):
            links.read(bad)


def test_every_use_has_a_secret_of_its_own():
    assert len({derived(b"s" * 32, "one"), derived(b"s" * 32, "two"), derived(b"t" * 32, "one")}) == 3

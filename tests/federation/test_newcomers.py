"""Unknown servers of one domain (federation, section 8.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.federation import fetch, newcomers
from fedisw.federation.newcomers import MAX_DOMAINS, Newcomers, registrable
from fedisw.model.errors import NotFound, Unreachable
from fedisw.storage.queries import hosts
from tests.net.servers import Names, serving
from tests.security.arriving import ONE
from tests.support.factories import NOW
from tests.support.home import Home
from tests.support.peers import PeerServer


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("a.evil.test", "evil.test"),
        ("a.b.evil.test", "evil.test"),
        ("evil.test", "evil.test"),
        ("a.evil.co.uk", "evil.co.uk"),
        ("a.social.de", "social.de"),
        ("localhost", "localhost"),
    ],
)
def test_the_domain_of_a_name(name: str, domain: str):
    assert registrable(name) == domain


def test_ten_names_of_a_domain_in_an_hour_and_each_as_often_as_needed():
    seen = Newcomers()
    for number in range(10):
        for _ in range(3):
            seen.check(f"h{number}.evil.test", now=NOW)
    for late in ("h10.evil.test", "evil.test", "h10.evil.test:8443"):
        with pytest.raises(Unreachable):
            seen.check(late, now=NOW + timedelta(minutes=59))
    seen.check("h3.evil.test:8443", now=NOW)
    seen.check("h10.other.test", now=NOW)
    seen.check("h10.evil.test", now=NOW + timedelta(minutes=60))


def test_domains_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(newcomers, "MAX_DOMAINS", 2)
    seen = Newcomers()
    for number in range(10):
        seen.check(f"h{number}.evil.test", now=NOW)
    for other in ("a.one.test", "a.two.test"):
        seen.check(other, now=NOW)
    seen.check("h10.evil.test", now=NOW)
    assert MAX_DOMAINS > 1_000


@ONE
async def test_the_eleventh_name_is_not_asked_and_known_servers_always_are(home: Home, names: Names):
    server = PeerServer("wild.evil.test", home.clock)
    for number in range(12):
        async with serving(names, f"h{number}.evil.test", server.handle):
            if number == 11:
                await home.db.write(hosts.heard, "h11.evil.test", now=home.clock())
            with pytest.raises(Unreachable if number == 10 else NotFound):
                await fetch.document(home.peer, f"https://h{number}.evil.test/users/x")
    assert len(server.asked) == 11

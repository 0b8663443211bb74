"""Statements 13 and 14: how we find others, and what makes us give up."""

from __future__ import annotations

import orjson
import pytest

from fedisw.federation import resolve
from fedisw.storage.queries import accounts
from tests.security.arriving import ONE
from tests.support.home import Home
from tests.support.peers import AJ, Answer, Document, PeerServer

pytestmark = ONE

JRD = {"Content-Type": "application/jrd+json"}
XRD = {"Content-Type": "application/xrd+xml"}
WHERE = "/.well-known/webfinger?resource=acct%3Aben%40beta.test"
META = "/.well-known/host-meta"


def says(**members: object) -> Answer:
    link = {"rel": "self", "type": AJ, "href": "https://beta.test/users/ben"}
    document: Document = {"subject": "acct:ben@beta.test", "links": [link]} | members
    return Answer(body=orjson.dumps({name: value for name, value in document.items() if value is not None}), headers=JRD)


def leads_to(kind: object, href: str = "https://beta.test/users/ben") -> list[Document]:
    return [{"rel": "self", "type": kind, "href": href}]


UNBELIEVABLE = {
    "no self link": says(links=[]),
    "a page as self": says(links=leads_to("text/html")),
    "a self without a type": says(links=leads_to(None)),
    "a type with a parameter": says(links=leads_to(f"{AJ}; charset=utf-8")),
    "linked data without a profile": says(links=leads_to("application/ld+json")),
    "no subject": says(subject=None),
    "an empty subject": says(subject=""),
    "a subject that is no account": says(subject="https://beta.test/users/ben"),
    "a subject that another host does not know": says(subject="acct:ben@gamma.test"),
    "a subject of ours": says(subject="acct:amy@home.test"),
    "an actor that bears another name": says(links=leads_to(AJ, "https://beta.test/users/bob")),
    "an address that is not the actor's id": says(links=leads_to(AJ, "https://beta.test/@ben")),
}


@pytest.mark.parametrize("answer", UNBELIEVABLE.values(), ids=UNBELIEVABLE.keys())
async def test_013_a_handle_that_does_not_lead_to_an_actor_and_back_is_nobodys(
    home: Home, beta: PeerServer, gamma: PeerServer, answer: Answer
) -> None:
    ben, _ = beta.person("ben"), beta.person("bob")
    beta.answer("/@ben", Answer(body=orjson.dumps(ben.document)))
    beta.answer(WHERE, answer)
    assert await resolve.handle(home.peer, "ben", "beta.test") is None


async def test_013_a_subject_is_followed_once_and_not_twice(home: Home, beta: PeerServer, gamma: PeerServer) -> None:
    ben = beta.person("ben", webfinger="ben@gamma.test")
    beta.answer(WHERE, says(subject="acct:ben@gamma.test"))
    gamma.bind("ben", ben.uri, subject="acct:benjamin@gamma.test")
    gamma.bind("benjamin", ben.uri)
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert not any("benjamin" in asked for asked in gamma.asked)
    gamma.bind("ben", ben.uri)
    found = await resolve.handle(home.peer, "ben", "beta.test")
    assert found is not None
    assert (found.acct, found.uri) == ("ben@gamma.test", ben.uri)


async def test_014_host_meta_is_the_other_way_and_what_is_gone_is_removed_here(home: Home, beta: PeerServer) -> None:
    ben = beta.person("ben")
    beta.fail(WHERE, 404)
    beta.fail(META, 500)
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert beta.times_asked(META) == 1
    template = '<XRD><Link rel="lrdd" template="https://beta.test/finger?who={uri}"/></XRD>'
    beta.answer(META, Answer(body=template.encode(), headers=XRD))
    beta.fail("/finger?who=acct%3Aben%40beta.test", 404)  # what it leads to is believed, not asked once more
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert beta.times_asked(META) == 2
    beta.answer("/finger?who=acct%3Aben%40beta.test", says())
    found = await resolve.handle(home.peer, "ben", "beta.test")
    assert found is not None
    home.clock.forward(hours=25)
    beta.fail(WHERE, 410)
    asked = len(beta.asked)
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert beta.asked[asked:] == [f"GET {WHERE}"]  # gone is gone: nothing else is tried
    kept = await home.db.read(accounts.get, found.id)
    assert (kept.deleted_at, kept.display_name) == (home.clock(), "")
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert ben.uri == kept.uri


async def test_014_a_handle_that_is_gone_takes_no_actor_of_another_host_along(
    home: Home, beta: PeerServer, gamma: PeerServer
) -> None:
    ben = beta.person("ben", webfinger="ben@gamma.test")
    for server in (beta, gamma):
        server.bind("ben", ben.uri, subject="acct:ben@gamma.test")
    found = await resolve.handle(home.peer, "ben", "gamma.test")
    assert found is not None
    home.clock.forward(hours=25)
    gamma.fail("/.well-known/webfinger?resource=acct%3Aben%40gamma.test", 410)
    assert await resolve.handle(home.peer, "ben", "gamma.test") is None
    kept = await home.db.read(accounts.get, found.id)
    assert (kept.deleted_at, kept.acct) == (None, "ben@beta.test")
    home.clock.forward(hours=25)
    beta.fail(ben.uri, 410)
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert (await home.db.read(accounts.get, found.id)).deleted_at is not None

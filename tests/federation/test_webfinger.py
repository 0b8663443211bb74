"""Looking handles up (federation, section 1.2)."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from fedisw.federation import resolve, webfinger
from fedisw.model.errors import FediswError, Gone, Invalid, NotFound, Unreachable
from tests.net.servers import Names
from tests.support.clock import Clock
from tests.support.home import Home
from tests.support.peers import AJ, Answer, Document, PeerServer

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

JRD = {"Content-Type": "application/jrd+json"}
WHERE = "/.well-known/webfinger?resource=acct%3Aben%40beta.test"


def says(document: Document) -> Answer:
    return Answer(body=orjson.dumps(document), headers=JRD)


def jrd(**members: object) -> Document:
    link = {"rel": "self", "type": AJ, "href": "https://beta.test/users/ben"}
    return {"subject": "acct:ben@beta.test", "links": [link]} | members


async def test_a_handle_leads_to_its_actor(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    bound = await webfinger.look_up(home.peer, "ben", "Beta.Test")
    assert (bound.username, bound.host, bound.actor_uri) == ("ben", "beta.test", ben.uri)
    assert "Signature" not in beta.heads[0]


@pytest.mark.parametrize(
    "kind", ['application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "application/activity+json"]
)
async def test_the_self_link_has_one_of_two_exact_types(home: Home, beta: PeerServer, kind: str):
    others = [{"rel": "self", "type": wrong, "href": "https://beta.test/wrong"} for wrong in ("text/html", "", f"{kind};a=b")]
    right = {"rel": "self", "type": kind, "href": "https://beta.test/users/ben"}
    beta.answer(WHERE, says(jrd(links=[*others, right])))
    assert (await webfinger.look_up(home.peer, "ben", "beta.test")).actor_uri == "https://beta.test/users/ben"
    beta.answer(WHERE, says(jrd(links=others)))
    with pytest.raises(NotFound):
        await webfinger.look_up(home.peer, "ben", "beta.test")


async def test_another_subject_is_confirmed_by_its_own_host_in_one_hop(home: Home, beta: PeerServer, gamma: PeerServer):
    beta.answer(WHERE, says(jrd(subject="acct:Benjamin@gamma.test")))
    gamma.bind("Benjamin", "https://beta.test/users/ben")
    bound = await webfinger.look_up(home.peer, "ben", "beta.test")
    assert (bound.username, bound.host) == ("Benjamin", "gamma.test")
    gamma.bind("Benjamin", "https://beta.test/users/ben", subject="acct:third@gamma.test")
    with pytest.raises(Invalid):
        await webfinger.look_up(home.peer, "ben", "beta.test")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(status=410), Gone),
        (Answer(status=404), NotFound),
        (Answer(status=403), NotFound),
        (Answer(status=500), Unreachable),
        (Answer(status=429), Unreachable),
        (says({"links": []}), Invalid),
        (says(jrd(subject="https://beta.test/users/ben")), Invalid),
        (says(jrd(subject="acct:amy@home.test")), Invalid),
        (says(jrd(links=[{"rel": "self", "type": AJ, "href": "http://beta.test/users/ben"}])), Invalid),
        (Answer(body=b"no", headers=JRD), FediswError),
        (Answer(body=b"{}", headers={"Content-Type": "text/html"}), FediswError),
    ],
)
async def test_an_answer_that_is_not_to_be_believed_is_refused(
    home: Home, beta: PeerServer, answer: Answer, error: type[FediswError]
):
    beta.answer(WHERE, answer)
    with pytest.raises(error):
        await webfinger.look_up(home.peer, "ben", "beta.test")


async def test_without_an_answer_host_meta_is_asked_once(home: Home, beta: PeerServer):
    xrd = '<?xml version="1.0"?><XRD><Link rel="lrdd" template="https://beta.test/wf?q={uri}&amp;x=1"/></XRD>'
    beta.answer("/.well-known/host-meta", Answer(body=xrd.encode(), headers={"Content-Type": "application/xrd+xml"}))
    beta.answer("/wf?q=acct%3Aben%40beta.test&x=1", says(jrd()))
    assert (await webfinger.look_up(home.peer, "ben", "beta.test")).actor_uri == "https://beta.test/users/ben"


@pytest.mark.parametrize(
    "xrd",
    [
        "",
        "<XRD/>",
        '<Link rel="lrdd" template="https://beta.test/wf"/>',
        '<Link rel="lrdd" template="file:///etc/{uri}"/>',
        "<" * 9_999,
    ],
)
async def test_a_host_meta_that_says_nothing_leads_nowhere(home: Home, beta: PeerServer, xrd: str):
    beta.answer("/.well-known/host-meta", Answer(body=xrd.encode(), headers={"Content-Type": "application/xrd+xml"}))
    with pytest.raises((NotFound, Invalid)):
        await webfinger.look_up(home.peer, "ben", "beta.test")


@pytest.mark.parametrize("host", ["home.test", "HOME.test", "127.0.0.1", "localhost", "beta", "be ta.test", "beta.test/x@y"])
async def test_our_own_host_and_what_is_none_is_never_asked(home: Home, host: str):
    with pytest.raises(FediswError):
        await webfinger.look_up(home.peer, "ben", host)


async def test_a_blocked_host_is_not_asked(home: Home, beta: PeerServer):
    beta.person("ben")
    await home.suspend_host("beta.test")
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert beta.asked == []


async def test_both_of_our_own_names_lead_to_our_own_people(home: Home):
    amy = await home.person("amy")
    split = replace(home.peer, account_domain="names.test")
    found = [await resolve.handle(split, "AMY", host) for host in (None, "home.test", "names.test", "Names.Test")]
    assert found == [amy] * 4


async def test_split_domain_handles_are_the_same_whichever_host_is_asked(
    home: Home, beta: PeerServer, gamma: PeerServer, clock: Clock, names: Names
):
    ben = beta.person("ben", webfinger="ben@gamma.test")
    for server in (beta, gamma):
        server.bind("ben", ben.uri, subject="acct:ben@gamma.test")
    one = await resolve.handle(home.peer, "ben", "beta.test")
    other = await resolve.handle(home.peer, "ben", "gamma.test")
    assert one is not None
    assert one == other
    assert one.acct == "ben@gamma.test"

"""In which form a host gets signatures: what it takes, what it asks for, what it says of itself (federation, section 3.5)."""

from __future__ import annotations

import pytest

from fedisw.crypto.signed import Scheme
from fedisw.federation import fetch, resolve
from fedisw.federation.budget import Budget, Spent
from fedisw.model.errors import Forbidden
from fedisw.storage.queries import hosts
from tests.security.arriving import ONE
from tests.support.home import Home
from tests.support.peers import Answer, PeerServer
from tests.support.sending import Receiver, Said, Sending

ASKS = 'sig9=("@method" "@target-uri" "date" "content-digest");created;nonce="n{}";tag="t"'
RFC9421 = {"type": "Application", "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421"}]}


async def posted(us: Sending, *answers: Said | int) -> Receiver:
    """One post to one server that answers so."""
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(*answers)
    await us.post(amy)
    await us.run()
    return beta


def asking(wish: str) -> Said:
    return Said(status=401, headers={"Accept-Signature": wish})


@ONE
async def test_what_a_401_asks_for_is_given_at_once(us: Sending):
    beta = await posted(us, asking(ASKS.format(1)))
    assert await us.states() == ["delivered"]
    first, second = beta.got
    assert (first.scheme, second.scheme) == (Scheme.CAVAGE, Scheme.RFC9421)
    second.verify()
    given = second.headers["Signature-Input"]
    assert given.startswith('sig9=("@method" "@target-uri" "date" "content-digest");created=')
    assert given.endswith(';nonce="n1";tag="t"')
    assert first.body == second.body
    assert await us.db.read(hosts.scheme_of, "beta.test", now=us.clock()) == "rfc9421"


@ONE
async def test_who_asks_for_something_new_each_time_gets_three_requests(us: Sending):
    beta = await posted(us, *(asking(ASKS.format(number)) for number in range(5)))
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421, Scheme.RFC9421]
    assert ['nonce="n' + str(number) in beta.got[number + 1].headers["Signature-Input"] for number in range(2)] == [True, True]
    assert await us.states() == ["waiting"]


@ONE
@pytest.mark.parametrize("wish", ['a=("@method");keyid="https://home.test/other"', 'a=("cookie")', "nonsense"])
async def test_a_wish_that_cannot_be_fulfilled_leaves_the_ordinary_second_knock(us: Sending, wish: str):
    beta = await posted(us, asking(wish))
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421]
    assert beta.got[1].headers["Signature-Input"].startswith('sig1=("@method" "@target-uri" "content-digest");created=')


@ONE
async def test_a_form_is_remembered_for_thirty_days(us: Sending):
    beta = await posted(us, 401)
    assert await us.db.read(hosts.scheme_of, "beta.test", now=us.clock.forward(days=29)) == "rfc9421"
    us.clock.forward(days=2)
    assert await us.db.read(hosts.scheme_of, "beta.test", now=us.clock()) == ""
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421]


def forms(beta: PeerServer) -> list[str]:
    return ["rfc9421" if "Signature-Input" in head else "cavage" for head in beta.heads]


@ONE
async def test_fetches_use_the_form_that_a_host_took_last(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    beta.only_takes = "rfc9421"
    for _ in range(2):
        await fetch.document(home.peer, ben.uri)
    assert forms(beta) == ["cavage", "rfc9421", "rfc9421"]
    beta.only_takes = "cavage"
    beta.heads.clear()
    for _ in range(2):
        await fetch.document(home.peer, ben.uri)
    assert forms(beta) == ["rfc9421", "cavage", "cavage"]


@ONE
async def test_a_fetch_that_was_taken_at_once_says_nothing_about_the_form(home: Home, beta: PeerServer):
    await fetch.document(home.peer, beta.person("ben").uri)
    assert await home.db.read(hosts.scheme_of, "beta.test", now=home.clock()) == ""


@ONE
async def test_a_fetch_of_something_with_a_query_is_tried_without_it_at_last(home: Home, beta: PeerServer):
    where = f"{beta.origin}/?author=1"
    beta.answer(where, Answer(status=401))
    with pytest.raises(Forbidden):
        await fetch.document(home.peer, where)
    assert forms(beta) == ["cavage", "rfc9421", "cavage"]


@ONE
async def test_a_fetch_fulfils_what_it_is_asked_for_and_every_knock_counts(home: Home, beta: PeerServer):
    where = f"{beta.origin}/asks"
    beta.answer(where, Answer(status=401, headers={"Accept-Signature": 'x=("@method" "@authority");created;nonce="n"'}))
    with pytest.raises(Forbidden):
        await fetch.document(home.peer, where)
    assert [head.get("Signature-Input", "")[:47] for head in beta.heads] == [
        "",
        *['x=("@method" "@authority" "@target-uri");created'[:47]] * 2,
    ]
    with pytest.raises(Spent):
        await fetch.document(home.peer.within(Budget(fetches=2)), where)
    assert len(beta.heads) == 5


@ONE
async def test_who_says_that_it_reads_the_new_form_gets_it_first(us: Sending, beta: PeerServer):
    amy, ben = await us.person(), beta.person("ben", generator=RFC9421)
    account = await resolve.account(us.peer, ben.uri)
    await us.follow(account, amy)
    beta.heads.clear()
    await us.post(amy)
    await us.run()
    assert forms(beta) == ["rfc9421"]


@ONE
async def test_nobody_says_it_for_another_host_or_against_what_was_seen(home: Home, beta: PeerServer, gamma: PeerServer):
    ben = beta.person("ben", generator=RFC9421, inbox=f"{gamma.origin}/inbox")
    await resolve.account(home.peer, ben.uri)
    for host in ("beta.test", "gamma.test"):
        assert await home.db.read(hosts.scheme_of, host, now=home.clock()) == ""
    await home.db.write(hosts.remember_scheme, "gamma.test", "cavage", now=home.clock())
    await resolve.account(home.peer, gamma.person("gil", generator=RFC9421).uri)
    assert await home.db.read(hosts.scheme_of, "gamma.test", now=home.clock()) == "cavage"

"""What one activity may cause (security, section 10)."""

from __future__ import annotations

import asyncio

import pytest

from fedisw.crypto.signed import Scheme
from fedisw.federation import fetch
from fedisw.federation.budget import Budget, Spent
from tests.federation import reading
from tests.security.arriving import ONE, met
from tests.support.home import Home
from tests.support.peers import PeerServer


@ONE
async def test_lim_a_stranger_makes_us_fetch_five_times_at_most(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing")))
    many = [gamma.person(f"name{number}") for number in range(30)]
    tags = [{"type": "Mention", "href": one.uri} for one in many]
    note = ben.note("@all", cc=[amy.uri, *(one.uri for one in many)], tag=tags)
    await home.receive(ben.signed(ben.activity("Create", note)))
    assert await reading.post(home, note) is not None
    assert len(gamma.asked) <= 5


@ONE
async def test_lim_the_budget_ends_by_count_and_by_time(home: Home, beta: PeerServer):
    ben, moment = beta.person("ben"), [0.0]
    bounded = home.peer.within(Budget(fetches=2, seconds=60, monotonic=lambda: moment[0]))
    await fetch.document(bounded, ben.uri)
    await fetch.document(bounded, ben.uri)
    with pytest.raises(Spent, match="used up"):
        await fetch.document(bounded, ben.uri)
    late = home.peer.within(Budget(fetches=2, seconds=60, monotonic=lambda: moment[0]))
    moment[0] = 60.0
    with pytest.raises(Spent, match="used up"):
        await fetch.document(late, ben.uri)


@ONE
async def test_lim_recursion_ends_at_three(home: Home):
    with pytest.raises(Spent, match="too deep"):
        home.peer.deeper().deeper().deeper().deeper()


@ONE
async def test_lim_2_one_bad_activity_does_not_stop_the_ones_behind_it(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    note = ben.note("Good")
    await home.take(ben.signed(ben.activity("Create", {"type": "Note", "id": "https://beta.test/1", "attributedTo": 7})))
    await home.take(ben.signed(ben.activity("Create", note)))
    await home.settle()
    assert await reading.post(home, note) is not None


@ONE
async def test_both_forms_of_signature_at_once_are_one_post(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    create = ben.activity("Create", ben.note("Once"))
    inboxes = ("https://home.test/inbox", f"https://home.test/ap/actors/{amy.id}/inbox")
    parts = [ben.signed(create, scheme=scheme, to=to) for scheme in Scheme for to in inboxes]
    assert await asyncio.gather(*(home.take(one) for one in parts)) == [202] * 4
    await home.settle()
    assert (await home.kept())["posts"] == 1

"""Statements 76 to 79: who follows whom."""

from __future__ import annotations

from dataclasses import replace

from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows
from tests.conformance.outside import ONE, House, of_type
from tests.conformance.outside import house as house
from tests.support.factories import put_block
from tests.support.peers import Actor, Document, PeerServer


def answers(peer: PeerServer) -> list[tuple[str, str]]:
    """Yes or no, and the Follow that is answered."""
    return [(item["type"], item["object"]["id"]) for item in of_type(peer, "Accept", "Reject")]


@ONE
async def test_076_a_follow_is_accepted_kept_waiting_or_rejected_and_a_repeat_is_answered_again(house: House) -> None:
    beta = await house.peer("beta.test")
    ben, amy = beta.person("ben"), house.amy
    first, again = ben.activity("Follow", amy.uri), ben.activity("Follow", amy.uri)
    await house.post(ben, first)
    assert answers(beta) == [("Accept", first["id"])]
    assert beta.taken[0]["object"] == {"id": first["id"], "type": "Follow", "actor": ben.uri, "object": amy.uri}
    await house.post(ben, first)
    assert len(answers(beta)) == 1  # the same activity has its effect once
    await house.post(ben, again)
    assert answers(beta)[1:] == [("Accept", again["id"])]
    follow = await house.db.read(follows.find, follower_id=await house.id_of(ben), target_id=amy.id)
    assert follow is not None
    assert follow.uri == again["id"]
    assert (await house.relation(ben))["followed_by"] is True

    await house.do("/api/v1/accounts/update_credentials", {"locked": True}, method="PATCH")
    zoe = beta.person("zoe")
    asked, repeated = zoe.activity("Follow", amy.uri), zoe.activity("Follow", amy.uri)
    for follow_of_zoe in (asked, repeated):
        await house.post(zoe, follow_of_zoe)
    assert len(answers(beta)) == 2  # nothing is said while amy thinks
    waiting = await house.server.ask("/api/v1/follow_requests")
    assert [person["acct"] for person in waiting] == ["zoe@beta.test"]
    await house.do(f"/api/v1/follow_requests/{waiting[0]['id']}/authorize")
    assert answers(beta)[2:] == [("Accept", repeated["id"])]
    assert len({item["id"] for item in of_type(beta, "Accept")}) == 3

    eve = beta.person("eve")
    blocked = await house.account(eve)
    await house.db.write(put_block, amy, blocked)
    asked = eve.activity("Follow", amy.uri)
    await house.post(eve, asked)
    assert answers(beta)[3:] == [("Reject", asked["id"])]
    assert await house.db.read(follows.find, follower_id=blocked.id, target_id=amy.id) is None

    asked = ben.activity("Follow", "https://home.test/actor")
    await house.post(ben, asked)
    assert answers(beta)[4:] == [("Reject", asked["id"])]  # the server's own actor is followed by nobody
    await house.db.write(_moved, amy.id)
    uma = beta.person("uma")
    asked = uma.activity("Follow", amy.uri)
    await house.post(uma, asked)
    assert answers(beta)[5:] == [("Reject", asked["id"])]


def _moved(tx: Tx, account_id: int) -> None:
    accounts.replace(tx, replace(accounts.get(tx, account_id), moved_to_uri="https://beta.test/users/amy"))


@ONE
async def test_077_an_undone_follow_by_object_or_by_id_ends_what_is_delivered(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil, eve = beta.person("ben"), gamma.person("gil"), beta.person("eve")
    by_ben, by_gil = ben.activity("Follow", house.amy.uri), gil.activity("Follow", house.amy.uri)
    for who, follow in ((ben, by_ben), (gil, by_gil)):
        await house.post(who, follow)
    await house.do("/api/v1/statuses", {"status": "First"})
    assert [len(of_type(peer, "Create")) for peer in (beta, gamma)] == [1, 1]
    for wrong in (by_ben, by_ben["id"], by_ben | {"actor": eve.uri}):
        await house.nothing_comes_of(eve, eve.activity("Undo", wrong))
    undo = ben.activity("Undo", {"type": "Follow", "actor": ben.uri, "object": house.amy.uri})
    for _ in range(2):
        await house.post(ben, undo)
    await house.post(gil, gil.activity("Undo", by_gil["id"]))
    for who in (ben, gil):
        assert (await house.relation(who))["followed_by"] is False
    await house.do("/api/v1/statuses", {"status": "Second"})
    assert [len(of_type(peer, "Create")) for peer in (beta, gamma)] == [1, 1]

    late = ben.activity("Follow", house.amy.uri)  # what was undone before it came does not come
    await house.post(ben, ben.activity("Undo", late["id"]))
    await house.post(ben, late)
    assert (await house.relation(ben))["followed_by"] is False
    await house.post(ben, ben.activity("Follow", house.amy.uri))
    assert (await house.relation(ben))["followed_by"] is True


async def asks(house: House, actor: Actor) -> Document:
    """amy asks to follow; the Follow as it arrived."""
    await house.do(f"/api/v1/accounts/{await house.id_of(actor)}/follow")
    assert (await house.relation(actor))["requested"] is True
    return of_type(actor.server, "Follow")[-1]


@ONE
async def test_078_accept_and_reject_count_by_id_or_inside_and_only_from_the_followed(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    eve, gil = beta.person("eve"), gamma.person("gil")
    inside = {
        "id": lambda follow: follow["id"],
        "whole": lambda follow: follow,
        "without-type": lambda follow: {"actor": follow["actor"], "object": follow["object"]},
        "unknown-id": lambda follow: follow | {"id": "https://beta.test/lost"},
    }
    for number, form in enumerate(inside.values()):
        ben = beta.person(f"ben{number}")
        follow = await asks(house, ben)
        for other in (eve, gil):
            await house.nothing_comes_of(other, other.activity("Accept", form(follow)))
            await house.nothing_comes_of(other, other.activity("Reject", form(follow)))
        accept = ben.activity("Accept", form(follow)) if number else {**ben.activity("Accept", form(follow)), "id": None}
        for _ in range(2):
            await house.post(ben, {name: value for name, value in accept.items() if value is not None})
        relation = await house.relation(ben)
        assert (relation["following"], relation["requested"]) == (True, False), number
        for other in (eve, gil):
            await house.nothing_comes_of(other, other.activity("Reject", form(follow)))
        await house.post(ben, ben.activity("Reject", form(follow)))  # also after a yes
        assert (await house.relation(ben))["following"] is False, number
        await house.nothing_comes_of(ben, ben.activity("Accept", form(follow)))  # nobody asks any more
    ben = beta.person("unasked")
    await house.nothing_comes_of(ben, ben.activity("Accept", ben.activity("Follow", ben.uri, actor=house.amy.uri)))
    taken = beta.person("taken")
    follow = await asks(house, taken)
    await house.post(taken, taken.activity("Accept", follow["id"]))
    undo = taken.activity("Undo", taken.activity("Accept", follow))
    await house.post(taken, undo)  # Smithereen removes a follower so
    assert (await house.relation(taken))["following"] is False


@ONE
async def test_079_a_follow_of_a_post_is_taken_and_ignored(house: House) -> None:
    beta = await house.peer("beta.test")
    ben = beta.person("ben")
    post = await house.do("/api/v1/statuses", {"status": "Hers"})
    await house.nothing_comes_of(ben, ben.activity("Follow", post["uri"]))
    await house.nothing_comes_of(ben, ben.activity("Follow", ben.note("His")["id"]))
    await house.nothing_comes_of(ben, ben.activity("Offer", ben.activity("Follow", ben.uri, actor=house.amy.uri)))
    await house.nothing_comes_of(ben, ben.activity("Leave", house.amy.uri))
    assert beta.taken == []
    join = ben.activity("Join", house.amy.uri)  # she is no group: nobody is left waiting
    for _ in range(2):
        await house.post(ben, join)
    told = [(item["type"], item["object"]) for item in beta.taken]
    assert told == [("Reject", {"id": join["id"], "type": "Join", "actor": ben.uri, "object": house.amy.uri})]
    await house.nothing_comes_of(ben, ben.activity("Join", "https://home.test/ap/actors/404"))

"""The table of security, section 9: Follow, Accept, Undo, votes, and what changes a profile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fedisw.jobs.work import RejectFollow
from fedisw.model.statuses import PollDraft, Visibility
from fedisw.storage.queries import accounts, follows, polls
from tests.federation import reading
from tests.security.arriving import ONE, met, nothing_comes_of
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import PUBLIC, PeerServer


@ONE
async def test_ing_follow_only_of_somebody_here_who_is_not_at_odds(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    hers = await home.db.write(factories.post, amy, "Hers")
    known = await met(home, ben, amy)
    await home.receive(ben.signed(ben.activity("Undo", ben.activity("Follow", amy.uri))))
    for target in (gil.uri, hers.uri, PUBLIC, "https://home.test/ap/actors/404"):
        assert "NotFound" in await nothing_comes_of(home, ben, ben.activity("Follow", target))
    await home.receive(ben.signed(ben.activity("Block", amy.uri)))
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    assert await home.db.read(follows.find, follower_id=known.id, target_id=amy.id) is None
    assert [type(job) for job in home.done if isinstance(job, RejectFollow)] == [RejectFollow]


@ONE
async def test_ing_follow_of_the_instance_actor_is_rejected(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    follow = ben.activity("Follow", "https://home.test/actor")
    await home.receive(ben.signed(follow))
    assert [job.follow_uri for job in home.done if isinstance(job, RejectFollow)] == [follow["id"]]


async def test_ing_accept_only_by_the_one_who_was_asked(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, eve, gil = await home.person(), beta.person("ben"), beta.person("eve"), gamma.person("gil")
    for actor in (ben, eve, gil):
        await home.receive(actor.signed(actor.activity("Follow", amy.uri)))
    known = await reading.account(home, ben)
    follow = await home.db.write(factories.put_follow, amy, known, accepted=False)
    inner = {"type": "Follow", "id": follow.uri, "actor": amy.uri, "object": ben.uri}
    for other in (eve, gil):
        await nothing_comes_of(home, other, other.activity("Accept", follow.uri))
        await nothing_comes_of(home, other, other.activity("Accept", inner))
        await nothing_comes_of(home, other, other.activity("Reject", inner))
        await nothing_comes_of(home, other, other.activity("Accept", inner | {"object": other.uri}))
    await nothing_comes_of(home, ben, ben.activity("Accept", inner | {"actor": gil.uri, "id": None}))
    await nothing_comes_of(home, ben, ben.activity("Accept", "https://home.test/ap/activities/404"))
    await home.receive(ben.signed(ben.activity("Accept", follow.uri)))
    accepted = await home.db.read(follows.find, follower_id=amy.id, target_id=known.id)
    assert accepted is not None
    assert accepted.accepted


@ONE
@pytest.mark.parametrize("has_id", [True, False])
async def test_ing_accept_without_any_id_counts_by_the_pair(home: Home, beta: PeerServer, has_id: bool):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    known = await reading.account(home, ben)
    await home.db.write(factories.put_follow, amy, known, accepted=False)
    accept = ben.activity("Accept", {"actor": amy.uri, "object": ben.uri})
    await home.receive(ben.signed(accept if has_id else {name: value for name, value in accept.items() if name != "id"}))
    follow = await home.db.read(follows.find, follower_id=amy.id, target_id=known.id)
    assert follow is not None
    assert follow.accepted


@ONE
async def test_ing_undo_only_of_ones_own(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    hers = await home.db.write(factories.post, amy, "Hers")
    done = [ben.activity(*what) for what in (("Follow", amy.uri), ("Like", hers.uri), ("Announce", hers.uri))]
    for activity in done:
        await home.receive(ben.signed(activity))
    await home.receive(gil.signed(gil.activity("Follow", amy.uri)))
    before = await reading.effects(home)
    for activity in done:
        await home.receive(gil.signed(gil.activity("Undo", activity)))
        await home.receive(gil.signed(gil.activity("Undo", activity["id"])))
        await home.receive(gil.signed(gil.activity("Undo", activity | {"actor": gil.uri})))
    after = await reading.effects(home)
    assert after["likes"] == before["likes"]
    assert after["statuses"] == before["statuses"]
    assert [row for row in after["follows"] if row in before["follows"]][:1] == before["follows"][:1]


POLL = PollDraft(options=("yes", "no"), expires_at=factories.NOW + timedelta(hours=1))


@ONE
@pytest.mark.parametrize(
    ("option", "late", "who", "counts"),
    [
        ("yes", timedelta(), "ben", True),
        ("maybe", timedelta(), "ben", False),
        ("yes", timedelta(hours=2), "ben", False),
        ("yes", timedelta(), "stranger", False),
    ],
    ids=["honest", "no such option", "after the end", "may not see it"],
)
async def test_ing_vote_counts_for_those_who_may(
    home: Home, beta: PeerServer, option: str, late: timedelta, who: str, counts: bool
):
    amy, ben, other = await home.person(), beta.person("ben"), beta.person("stranger")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    asked = await home.db.write(factories.post, amy, "?", poll=POLL, visibility=Visibility.PRIVATE)
    home.clock.now += late
    voter = ben if who == "ben" else other
    vote = voter.note(content=None, name=option, inReplyTo=asked.uri, to=[amy.uri], cc=None)
    await home.receive(voter.signed(voter.activity("Create", vote)))
    assert asked.poll_id is not None
    poll = await home.db.read(polls.get, asked.poll_id)
    assert sum(poll.votes) == counts
    assert await reading.post(home, vote) is None


@ONE
async def test_ing_vote_counts_once_and_several_may_come_in_one(home: Home, beta: PeerServer):
    amy, ben, gus = await home.person(), beta.person("ben"), beta.person("gus")
    single = await home.db.write(factories.post, amy, "?", poll=POLL)
    several = await home.db.write(factories.post, amy, "?", poll=replace(POLL, multiple=True))
    for asked in (single, several):
        votes = [gus.note(content=None, name=name, inReplyTo=asked.uri, to=[amy.uri], cc=None) for name in ("yes", "no", "yes")]
        await home.receive(gus.signed(gus.activity("Create", votes)))
        again = ben.note(content=None, name="no", inReplyTo=asked.uri, to=[amy.uri], cc=None)
        await home.receive(ben.signed(ben.activity("Create", again)))
    counted = [(await home.db.read(polls.get, asked.poll_id or 0)).votes for asked in (single, several)]
    assert counted == [(1, 1), (1, 2)]


@ONE
async def test_ing_update_of_a_profile_takes_nothing_from_the_activity_that_could_cheat(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    asked = beta.times_asked(ben.uri)
    await home.receive(ben.signed(ben.activity("Update", ben.document | {"summary": "<p>New</p>"})))
    assert ((await home.db.read(accounts.get, known.id)).note, beta.times_asked(ben.uri)) == ("<p>New</p>", asked)
    for change in (
        {"inbox": "https://beta.test/users/eve/inbox"},
        {"movedTo": "https://beta.test/users/eve"},
        {"alsoKnownAs": ["https://beta.test/users/eve"]},
        {"publicKey": {**ben.document["publicKey"], "publicKeyPem": "nonsense"}},
        {"preferredUsername": "benjamin"},
    ):
        home.clock.forward(seconds=1)
        await home.receive(ben.signed(ben.activity("Update", ben.document | change)))
    after = await home.db.read(accounts.get, known.id)
    assert (after.inbox_uri, after.moved_to_uri, after.also_known_as) == (known.inbox_uri, "", ())
    assert after.username == "ben"
    assert beta.times_asked(ben.uri) == asked + 5
    eve = beta.person("eve")
    assert await nothing_comes_of(home, eve, eve.activity("Update", ben.document | {"name": "Eve"}))


@ONE
async def test_ing_move_records_only_what_the_old_profile_says(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    await nothing_comes_of(home, gil, gil.activity("Move", ben.uri, target=gil.uri))
    await nothing_comes_of(home, ben, ben.activity("Move", ben.uri, target=gil.uri))
    ben.document["movedTo"] = gil.uri
    await home.receive(ben.signed(ben.activity("Move", ben.uri, target=gil.uri)))
    assert (await reading.account(home, ben)).moved_to_uri == gil.uri

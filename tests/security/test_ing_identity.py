"""Handles and suspended actors (security, section 9: ING-14, ING-15, ING-17)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fedisw.federation import resolve
from fedisw.services import accounts as profiles
from fedisw.storage.queries import accounts, follows
from tests.federation import reading
from tests.security.arriving import ONE, met, nothing_comes_of
from tests.support.home import Home
from tests.support.peers import PUBLIC, Actor, PeerServer


@ONE
async def test_ing_14_a_handle_counts_when_its_host_and_the_actor_agree(home: Home, beta: PeerServer, gamma: PeerServer):
    ben = beta.person("ben", webfinger="ben@gamma.test")
    gamma.bind("ben", ben.uri)
    found = await resolve.account(home.peer, ben.uri)
    assert (found.username, found.host) == ("ben", "gamma.test")
    assert (await resolve.handle(home.peer, "Ben", "GAMMA.test")) == found


CLAIMS: dict[str, Callable[[PeerServer, PeerServer, Actor], None]] = {
    "nobody there": lambda beta, gamma, ben: None,
    "somebody else there": lambda beta, gamma, ben: gamma.bind("ben", "https://gamma.test/users/ben"),
    "another subject": lambda beta, gamma, ben: gamma.bind("ben", ben.uri, subject="acct:ben@delta.test"),
    "the host is away": lambda beta, gamma, ben: gamma.fail("/.well-known/webfinger?resource=acct%3Aben%40gamma.test", 503),
}


@ONE
@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
async def test_ing_14_a_handle_that_nobody_confirms_is_not_shown(
    home: Home, beta: PeerServer, gamma: PeerServer, claim: Callable[[PeerServer, PeerServer, Actor], None]
):
    ben = beta.person("ben", webfinger="ben@gamma.test")
    claim(beta, gamma, ben)
    found = await resolve.account(home.peer, ben.uri)
    assert (found.username, found.host) == ("ben", "beta.test")


@ONE
@pytest.mark.parametrize("claimed", ["amy@home.test", "amy@HOME.test"])
async def test_ing_14_nobody_elsewhere_bears_a_handle_of_ours(home: Home, beta: PeerServer, claimed: str):
    ben = beta.person("amy", webfinger=claimed)
    beta.bind("amy", ben.uri, subject="acct:amy@home.test")
    found = await resolve.account(home.peer, ben.uri)
    assert found.acct == "amy@beta.test"
    assert await resolve.handle(home.peer, "amy", "home.test") is None


@ONE
async def test_ing_15_a_new_actor_under_an_old_handle_is_somebody_new(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    old = await met(home, ben, amy)
    other = beta.person("ben", path="/users/ben-2")
    await home.receive(other.signed(other.activity("Like", "https://home.test/nothing")))
    new = await reading.account(home, other)
    assert (new.acct, new.id == old.id) == ("ben@beta.test", False)
    assert await home.db.read(follows.find, follower_id=amy.id, target_id=new.id) is None
    assert await home.db.read(accounts.find_by_handle, "ben", "beta.test") == new


@ONE
async def test_ing_17_a_suspended_actor_has_no_effect_but_may_delete(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    note = ben.note("Before")
    await home.receive(ben.signed(ben.activity("Create", note)))
    await home.db.write(profiles.suspend, account_id=known.id, now=home.clock())
    reason = await nothing_comes_of(home, ben, ben.activity("Create", ben.note("After")))
    assert "suspended" in reason
    ben.document["name"] = "New"
    assert "suspended" in await nothing_comes_of(home, ben, ben.activity("Update", ben.document))
    await home.receive(ben.signed(ben.activity("Delete", note["id"])))
    assert await reading.post(home, note) is None


@ONE
async def test_ing_17_a_boost_of_a_suspended_author_shows_nothing(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    known = await met(home, gil, amy)
    note = gil.note("Bad")
    await home.receive(gil.signed(gil.activity("Create", note)))
    await home.db.write(profiles.suspend, account_id=known.id, now=home.clock())
    await nothing_comes_of(home, ben, ben.activity("Announce", note["id"], to=[PUBLIC]))
    await nothing_comes_of(home, ben, ben.activity("Announce", gil.note("Worse")["id"], to=[PUBLIC]))
    await home.suspend_host("gamma.test")
    await nothing_comes_of(home, ben, ben.activity("Announce", gil.note("Worst")["id"], to=[PUBLIC]))

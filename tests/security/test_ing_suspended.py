"""Whom we suspended, in every place where they could come back, and names that are written to mislead (ING-1, ING-17)."""

from __future__ import annotations

import pytest

from fedisw.federation import fetch, resolve
from fedisw.model.errors import FediswError, Forbidden
from fedisw.services import accounts as profiles
from tests.conformance.refusing import nothing_follows
from tests.federation import reading
from tests.net.servers import Names
from tests.security.arriving import ONE, met, nothing_comes_of
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import PUBLIC, PeerServer


@ONE
@pytest.mark.parametrize("kind", ["Create", "Follow", "Like", "Announce", "Block", "Flag", "Add", "Move", "QuoteRequest", "Undo"])
async def test_ing_17_nothing_of_a_suspended_actor_has_an_effect(home: Home, beta: PeerServer, kind: str):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    hers = await home.db.write(factories.post, amy, "Hers")
    await home.db.write(profiles.suspend, account_id=known.id, now=home.clock())
    things = {
        "Create": ben.note("Again", cc=[amy.uri], inReplyTo=hers.uri),
        "Follow": amy.uri,
        "Block": amy.uri,
        "Move": ben.uri,
        "Undo": ben.activity("Follow", amy.uri),
        "QuoteRequest": hers.uri,
    }
    more = {"instrument": f"{beta.origin}/notes/1"} if kind == "QuoteRequest" else {}
    activity = ben.activity(kind, things.get(kind, hers.uri), to=[PUBLIC], target=f"{ben.uri}/featured", **more)
    async with nothing_follows(home, beta, keeping=("inbound", "replays", "jobs")):
        assert "suspended" in await nothing_comes_of(home, ben, activity)


@ONE
async def test_ing_17_of_a_suspended_server_nothing_is_taken_asked_for_or_found(
    home: Home, names: Names, beta: PeerServer, gamma: PeerServer
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, gil, amy)
    theirs = ben.note("Theirs")
    await home.suspend_host("beta.test")
    with pytest.raises(Forbidden):
        await home.take(ben.signed(ben.activity("Follow", amy.uri)))
    answer = gil.note("An answer", inReplyTo=theirs["id"], quote=theirs["id"], cc=[amy.uri, ben.uri])
    mention = {"type": "Mention", "href": ben.uri, "name": "@ben@beta.test"}
    for activity in (
        gil.activity("Create", answer | {"tag": [mention]}),
        gil.activity("Create", theirs),
        gil.activity("Announce", theirs["id"], to=[PUBLIC]),
        ben.activity("Create", theirs | {"cc": [amy.uri]}),  # forwarded by gil
        gil.activity("Add", theirs["id"], target=f"{gil.uri}/featured"),
        gil.activity("Move", gil.uri, target=ben.uri),
    ):
        await home.receive(gil.signed(activity))
    for uri in (theirs["id"], ben.uri, "https://deep.beta.test/users/x"):
        with pytest.raises(Forbidden):
            await resolve.thing(home.peer, uri)
    assert await resolve.handle(home.peer, "ben", "beta.test") is None
    assert beta.asked == []
    assert not {name for name in names.asked if name.endswith("beta.test")}
    assert await reading.post(home, answer) is not None
    assert await reading.post(home, theirs) is None


@ONE
async def test_ing_1_names_that_are_written_to_mislead_are_no_names(home: Home, names: Names, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    misleading = (
        "https://beta.test@gamma.test/notes/1",
        "https://user:pass@beta.test/notes/1",
        "https://beta.test\\@gamma.test/notes/1",
        "https://gamma.test\t/notes/1",
        "https://beta.test%2f@gamma.test/notes/1",
        "https:///notes/1",
        "//beta.test/notes/1",
    )
    for uri in misleading:
        await nothing_comes_of(home, ben, ben.activity("Create", ben.note("Hello") | {"id": uri}))
        await nothing_comes_of(home, ben, ben.activity("Announce", uri, to=[PUBLIC]))
        with pytest.raises(FediswError):
            await fetch.document(home.peer, uri)
    assert set(names.asked) == {"beta.test"}
    same = ben.note("One server, written in two ways") | {"id": "https://BETA.test:443/notes/77"}
    await home.receive(ben.signed(ben.activity("Create", same)))
    assert await reading.post(home, same) is not None

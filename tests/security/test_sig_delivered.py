"""What somebody else than its actor delivers (security, section 8: SIG-10)."""

from __future__ import annotations

import pytest

from tests.federation import reading
from tests.security.arriving import ONE, met
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import PeerServer


@ONE
async def test_sig_10_what_somebody_else_delivers_is_had_from_its_own_server(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, relay = await home.person(), beta.person("ben"), gamma.person("relay", kind="Application")
    await met(home, relay, amy)
    note = ben.note("True")
    create = ben.activity("Create", note | {"content": "<p>Forged on the way</p>"})
    await home.receive(relay.signed(create))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>True</p>"
    note |= {"content": "<p>Truer</p>", "updated": reading.stamp(home.clock.forward(minutes=1))}
    await home.receive(relay.signed(ben.activity("Update", note | {"content": "<p>Forged again</p>"})))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>Truer</p>"
    await home.receive(relay.signed(ben.activity("Delete", note["id"])))
    assert await reading.post(home, note) is not None
    beta.fail(note["id"], 410)
    home.clock.forward(seconds=1)
    await home.receive(relay.signed(ben.activity("Delete", note["id"])))
    assert await reading.post(home, note) is None


@ONE
@pytest.mark.parametrize("kind", ["Follow", "Like", "Undo", "Accept", "Block", "Announce", "Move", "Flag"])
async def test_sig_10_nothing_else_counts_without_the_signature_of_its_actor(
    home: Home, beta: PeerServer, gamma: PeerServer, kind: str
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    hers = await home.db.write(factories.post, amy, "Hers")
    thing = hers.uri if kind in ("Like", "Announce", "Flag") else amy.uri
    forged = ben.activity(kind, ben.activity("Follow", amy.uri) if kind == "Undo" else thing, target=gil.uri)
    before = await reading.effects(home)
    await home.receive(gil.signed(forged))
    after = await reading.effects(home)
    assert {name: after[name] for name in after if name != "accounts"} == {
        name: before[name] for name in before if name != "accounts"
    }


@ONE
async def test_sig_10_what_a_stranger_forwards_is_not_fetched_unless_it_concerns_somebody_here(
    home: Home, beta: PeerServer, gamma: PeerServer
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await home.receive(gil.signed(ben.activity("Create", ben.note("To nobody here"))))
    assert beta.asked == []
    lying = ben.note("To nobody here")
    await home.receive(gil.signed(ben.activity("Create", lying | {"cc": [amy.uri]})))
    assert await reading.post(home, lying) is None
    reply = ben.note("An answer", cc=[amy.uri])
    await home.receive(gil.signed(ben.activity("Create", reply)))
    assert await reading.post(home, reply) is not None

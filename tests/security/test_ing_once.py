"""Once, and whoever it belongs to (security, section 9: ING-6, ING-7, ING-10)."""

from __future__ import annotations

import pytest

from fedisw.federation import resolve
from fedisw.model.errors import Gone
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import accounts
from tests.federation import reading
from tests.security.arriving import ONE, met
from tests.support.home import Home
from tests.support.peers import PUBLIC, PeerServer


async def test_ing_6_what_is_fixed_stays_and_only_newer_updates_count(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    note = ben.note("First")
    await home.receive(ben.signed(ben.activity("Create", note)))
    newer = reading.stamp(home.clock.forward(minutes=5))
    changes = {"content": "<p>Second</p>", "updated": newer, "inReplyTo": "https://beta.test/notes/0", "to": [amy.uri], "cc": []}
    await home.receive(ben.signed(ben.activity("Update", note | changes)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert (stored.content, stored.visibility, stored.in_reply_to_uri) == ("<p>Second</p>", Visibility.PUBLIC, "")
    for updated in (newer, "2026-11-21T12:01:00Z", None):
        again = note | {"content": "<p>Third</p>"} | ({"updated": updated} if updated else {})
        await home.receive(ben.signed(ben.activity("Update", again)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>Second</p>"


async def test_ing_7_what_was_deleted_does_not_come_back(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    await met(home, gil, amy)
    note = ben.note("Gone")
    await home.receive(ben.signed(ben.activity("Create", note)))
    await home.receive(ben.signed(ben.activity("Delete", note["id"])))
    later = reading.stamp(home.clock.forward(minutes=5))
    await home.receive(ben.signed(ben.activity("Create", note)))
    await home.receive(ben.signed(ben.activity("Update", note | {"updated": later})))
    await home.receive(gil.signed(gil.activity("Announce", note["id"], to=[PUBLIC])))
    assert await reading.post(home, note) is None
    with pytest.raises(Gone):
        await resolve.status(home.peer, note["id"])


async def test_ing_7_an_actor_that_was_deleted_does_not_come_back(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    await home.receive(ben.signed(ben.activity("Delete", ben.uri)))
    before = await reading.effects(home)
    assert await home.take(ben.signed(ben.activity("Follow", amy.uri))) == 202
    await home.settle()
    assert await reading.effects(home) == before
    with pytest.raises(Gone):
        await resolve.account(home.peer, ben.uri, refresh=True)
    assert (await home.db.read(accounts.get, known.id)).deleted_at is not None


async def test_ing_10_nobody_uses_up_the_id_of_anothers_activity(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    await met(home, gil, amy)
    note = ben.note("Mine")
    create = ben.activity("Create", note)
    beta.fail(note["id"], 404)
    await home.receive(gil.signed(create))
    assert await reading.post(home, note) is None
    await home.receive(ben.signed(create))
    assert await reading.post(home, note) is not None


@ONE
async def test_ing_10_a_neighbour_cannot_take_back_what_another_has_not_sent_yet(home: Home, beta: PeerServer):
    amy, ben, eve = await home.person(), beta.person("ben"), beta.person("eve")
    await met(home, ben, amy)
    await met(home, eve, amy)
    note, follow = ben.note("Mine"), ben.activity("Follow", amy.uri)
    await home.receive(eve.signed(eve.activity("Delete", note["id"])))
    await home.receive(eve.signed(eve.activity("Undo", follow["id"])))
    await home.receive(ben.signed(ben.activity("Create", note)))
    assert await reading.post(home, note) is not None

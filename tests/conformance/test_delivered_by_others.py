"""Statements 59 to 61: activities that somebody else than their actor delivers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from msgspec import structs

from fedisw.config import LdSignatures
from fedisw.crypto import keys
from fedisw.federation.dispatch import PATIENCE
from fedisw.model.errors import Malformed
from fedisw.model.peers import InboundState
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Database
from fedisw.storage.queries import statuses
from tests.conformance.delivering import content, give_proving_key, ld_signed, proved
from tests.conformance.posting import post_to
from tests.federation import reading
from tests.net.servers import Names
from tests.security.arriving import ONE, met
from tests.support import factories
from tests.support.clock import Clock
from tests.support.fediverse import Fediverse
from tests.support.home import Home, at_home
from tests.support.linked_data import is_signed
from tests.support.peers import KEYS, PUBLIC, Actor, Document, PeerServer, rsa, serving_peer

pytestmark = ONE


@pytest.fixture
async def home(db: Database, names: Names, clock: Clock, tmp_path: Path) -> AsyncIterator[Home]:
    """Our server, checking linked-data signatures."""
    async with at_home(db, names, clock, tmp_path, FEDISW_FEDERATION_LD_SIGNATURES="auto") as server:
        yield server


async def test_059_what_anothers_key_signed_is_had_from_its_actor_or_dropped(
    home: Home, beta: PeerServer, gamma: PeerServer
) -> None:
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, gil, amy)
    true, gone = ben.note("True"), ben.note("Never said")
    for note in (true, gone):
        forged = ben.activity("Create", {**note, "content": "<p>Forged</p>"})
        beta.fail(gone["id"], 404)
        await home.receive(gil.signed(forged))
        await home.receive(gil.signed(forged))
    assert await content(home, true) == "<p>True</p>"
    assert await content(home, gone) is None
    hers = await home.db.write(factories.post, amy, "Hers")
    await home.receive(gil.signed(ben.activity("Update", {**true, "content": "<p>Forged</p>"})))
    await home.receive(gil.signed(ben.activity("Delete", true["id"])))
    await home.receive(gil.signed(ben.activity("Like", hers.uri)))
    await home.receive(gil.signed(ben.activity("Follow", amy.uri)))
    assert await content(home, true) == "<p>True</p>"
    assert await reading.told(home) == [("follow", "gil@gamma.test")]
    assert [state for state, _ in await reading.ends(home)][-2:] == [InboundState.IGNORED] * 2


async def test_060_a_valid_proof_authorises_what_another_actor_relays(home: Home, beta: PeerServer, gamma: PeerServer) -> None:
    amy, ben, relay = await home.person(), beta.person("ben"), gamma.person("relay", kind="Application")
    give_proving_key(ben)
    await met(home, relay, amy)
    note = ben.note("Proved")
    beta.fail(note["id"], 500)  # it cannot be had from its server, and need not be
    create = proved(ben, ben.activity("Create", note))
    for _ in range(2):
        await home.receive(relay.signed({**create, "signature": {"type": "RsaSignature2017"}}))
    assert await content(home, note) == "<p>Proved</p>"
    assert beta.times_asked(note["id"]) == 0
    hers = await home.db.write(factories.post, amy, "Hers")
    like = proved(ben, ben.activity("Like", hers.uri))
    await _nothing_comes_of_tampered(home, ben, gamma.person("mallory"), like)
    await home.receive(relay.signed(like))
    assert await reading.told(home) == [("follow", "relay@gamma.test"), ("favourite", "ben@beta.test")]
    note |= {"content": "<p>Proved anew</p>", "updated": reading.stamp(home.clock.forward(minutes=1))}
    await home.receive(relay.signed(proved(ben, ben.activity("Update", note))))
    assert await content(home, note) == "<p>Proved anew</p>"
    await home.receive(relay.signed(proved(ben, ben.activity("Delete", note["id"]))))
    assert await content(home, note) is None


async def _nothing_comes_of_tampered(home: Home, ben: Actor, mallory: Actor, like: Document) -> None:
    """A proof altered, of another document, of another key, of another actor's key, too old, or not yet made."""
    other = await home.db.write(factories.post, await home.person("ann"), "Another's")
    bare = {name: value for name, value in like.items() if name != "proof"}
    give_proving_key(mallory)
    wrong = [
        {**like, "object": other.uri},
        {**like, "proof": {**like["proof"], "created": "2026-11-21T11:59:59Z"}},
        proved(ben, bare, key=keys.generate_ed25519()),
        proved(ben, bare, key_id=f"{mallory.uri}#ed25519-key"),
        proved(ben, bare, now=home.clock() - timedelta(days=31)),
        proved(ben, bare, now=home.clock() + timedelta(hours=1)),
    ]
    for number, document in enumerate(wrong):
        deliverer = mallory.server.person(f"mallory{number}")
        await home.receive(deliverer.signed(document))
        assert await reading.told(home) == [("follow", "relay@gamma.test")], document


REARRANGED: dict[str, Any] = {
    "expired": lambda home, ben, create: ld_signed(ben, create, lasts=timedelta(hours=-1)),
    "too old": lambda home, ben, create: ld_signed(ben, create, now=home.clock() - timedelta(days=2, minutes=1)),
    "pruned": lambda home, ben, create: _without(ld_signed(ben, create), "cc"),
    "pruned inside": lambda home, ben, create: _inside(ld_signed(ben, create), _without(create["object"], "content")),
    "altered": lambda home, ben, create: _inside(ld_signed(ben, create), create["object"] | {"content": "<p>Forged</p>"}),
    "of another key": lambda home, ben, create: ld_signed(ben, create, key=keys.generate_rsa()),
    "rearranged": lambda home, ben, create: _turned_round(ld_signed(ben, create)),
    "with @included inside": lambda home, ben, create: _inside(
        ld_signed(ben, create), create["object"] | {"@included": [{"id": "https://beta.test/1"}]}
    ),
    "with @reverse inside": lambda home, ben, create: _inside(
        ld_signed(ben, create), create["object"] | {"@reverse": {"inReplyTo": {"id": "https://beta.test/1"}}}
    ),
    "with another meaning": lambda home, ben, create: _with_context(ld_signed(ben, create), {"content": "as:summary"}),
}


def _without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}


def _inside(document: Document, thing: Document) -> Document:
    return {**document, "object": thing}


def _turned_round(document: Document) -> Document:
    """The same statements with the post on the outside."""
    create = _without(_without(_without(document, "object"), "signature"), "@context")
    inner = {**document["object"], "@reverse": {"object": create}}
    return {**create, "@context": document["@context"], "signature": document["signature"], "object": inner}


def _with_context(document: Document, inline: Document) -> Document:
    return {**document, "@context": [*document["@context"], inline]}


def _quiet(ben: Actor, status: int = 403) -> Document:
    """A reply for ben's followers, which his server does not give to us; a friend of his forwards it."""
    note = ben.note("Quiet", to=[f"{ben.uri}/followers"], cc=["https://gamma.test/users/gil"])
    ben.server.fail(note["id"], status)
    return note


async def test_061_a_linked_data_signature_decides_where_the_refetch_cannot(
    home: Home, beta: PeerServer, gamma: PeerServer, fediverse: Fediverse
) -> None:
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, gil, amy)
    await _it_does_not_decide_where_the_origin_answers(home, ben, gil)
    for status in (401, 403, 404):
        note = _quiet(ben, status)
        await home.receive(gil.signed(ld_signed(ben, ben.activity("Create", note))))
        assert await content(home, note) == "<p>Quiet</p>", status
        assert beta.times_asked(note["id"]) >= 1
    await _everything_but_a_create(home, ben, gil)
    for name, make in REARRANGED.items():
        note = _quiet(ben)
        document = make(home, ben, ben.activity("Create", note))
        await home.receive(gil.signed(document))
        assert await content(home, note) is None, name
        assert (await reading.last_end(home))[0] is InboundState.IGNORED, name
    for keyword in ("@graph", "@included", "@reverse"):
        document = ld_signed(ben, ben.activity("Create", _quiet(ben)))
        with pytest.raises(Malformed):
            await home.take(gil.signed({**document, keyword: []}))
    await _nothing_counts_when_it_is_off(home, ben, gil)
    await _it_decides_when_the_origin_stays_away(home, ben, gil)
    await _ours_are_forwarded(fediverse)


async def _nothing_counts_when_it_is_off(home: Home, ben: Actor, gil: Actor) -> None:
    auto, note = home.peer, _quiet(ben)
    federation = structs.replace(auto.settings.federation, ld_signatures=LdSignatures.OFF)
    home.peer = replace(auto, settings=structs.replace(auto.settings, federation=federation))
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Create", note))))
    home.peer = auto
    assert await content(home, note) is None


async def _ours_are_forwarded(fediverse: Fediverse) -> None:
    """Ben's server forwards answers to him as Mastodon does: to his followers, if they are for everybody and signed.

    Amy's server is away when gus gets hers, so that nothing but her signature can vouch for it.
    """
    alpha = await fediverse.start("alpha.test", username="amy", FEDISW_FEDERATION_LD_SIGNATURES="auto")
    gamma = await fediverse.start("gamma.test", username="gus", FEDISW_FEDERATION_LD_SIGNATURES="auto")
    async with serving_peer(fediverse.names, "beta.test", fediverse.clock) as beta:
        ben = beta.person("ben")
        asked = ben.note("Who knows?")
        await gamma.meet(alpha.account)
        at_gamma = await gamma.ask("/api/v2/search?q=@ben@beta.test&resolve=true&type=accounts")
        await gamma.do(f"/api/v1/accounts/{at_gamma['accounts'][0]['id']}/follow")
        await fediverse.settle()
        await post_to(gamma, ben.signed(ben.activity("Accept", beta.taken[-1]), to="https://gamma.test/inbox"))
        found = await alpha.ask(f"/api/v2/search?resolve=true&type=statuses&q={asked['id']}")
        for visibility in ("public", "private"):
            text = {"status": "@ben@beta.test I do", "in_reply_to_id": found["statuses"][0]["id"], "visibility": visibility}
            await alpha.do("/api/v1/statuses", json=text)
        await fediverse.settle()
        creates = [body for body in beta.bodies if orjson.loads(body)["actor"] == alpha.account.uri]
        forwarded = [body for body in creates if may_be_forwarded(orjson.loads(body))]
        assert (len(creates), len(forwarded)) == (2, 1)
        async with fediverse.without(alpha):
            await post_to(gamma, ben.signed(forwarded[0], to="https://gamma.test/inbox"))
            for _ in range(PATIENCE + 1):
                await fediverse.settle(allowed=lambda job: True)
                fediverse.clock.forward(minutes=15)
        arrived = await gamma.db.read(statuses.find_by_uri, orjson.loads(forwarded[0])["object"]["id"])
    assert arrived is not None
    assert arrived.visibility is Visibility.PUBLIC


def may_be_forwarded(create: Document) -> bool:
    """As Mastodon decides: for everybody, with a signature, which holds."""
    is_open = PUBLIC in (*create.get("to", ()), *create.get("cc", ()))
    return is_open and "signature" in create and any(is_signed(create, rsa(number).public_key()) for number in range(KEYS))


async def _it_does_not_decide_where_the_origin_answers(home: Home, ben: Actor, gil: Actor) -> None:
    note = ben.note("As it is")
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Create", note | {"content": "<p>As it was</p>"}))))
    assert await content(home, note) == "<p>As it is</p>"
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Delete", note["id"]))))
    assert await content(home, note) == "<p>As it is</p>"
    deleted = ben.note("Deleted meanwhile")
    ben.server.fail(deleted["id"], 410)
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Create", deleted))))
    assert await content(home, deleted) is None


async def _it_decides_when_the_origin_stays_away(home: Home, ben: Actor, gil: Actor) -> None:
    note = _quiet(ben, 503)
    await home.take(gil.signed(ld_signed(ben, ben.activity("Create", note))))
    for wait in (0, 75, 75, 75, 150, 750):
        assert await content(home, note) is None
        home.clock.forward(seconds=wait)
        while await home.worker.run_ready():
            pass
    assert await content(home, note) == "<p>Quiet</p>"


async def _everything_but_a_create(home: Home, ben: Actor, gil: Actor) -> None:
    """Update and Delete of what nobody may fetch; a Like is not among what such a signature is for."""
    note = _quiet(ben)
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Create", note))))
    changed = note | {"content": "<p>Quieter</p>", "updated": reading.stamp(home.clock.forward(minutes=1))}
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Update", changed))))
    assert await content(home, note) == "<p>Quieter</p>"
    told = await reading.told(home)
    hers = await home.db.write(factories.post, await home.person("ann"), "Hers")
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Like", hers.uri))))
    assert await reading.told(home) == told
    await home.receive(gil.signed(ld_signed(ben, ben.activity("Delete", note["id"]))))
    assert await content(home, note) is None

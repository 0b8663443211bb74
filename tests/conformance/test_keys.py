"""Whose keys count, how they are had, and what happens while they cannot be: statements 49 to 56."""

from __future__ import annotations

import orjson
import pytest

from fedisw.crypto import keys
from fedisw.storage.queries import accounts, follows
from fedisw.storage.queries import keys as key_rows
from tests.conformance.refusing import nothing_follows
from tests.conformance.signing import new, old
from tests.federation import reading
from tests.security.arriving import ONE
from tests.security.signed_requests import with_header
from tests.support.peers import Actor, Answer, PeerServer, rsa
from tests.support.reading import Reader


async def known(here: Reader, beta: PeerServer) -> tuple[str, Actor]:
    """Amy's id; ben, who follows her, so that his key is in the database."""
    amy, ben = await here.home.person(), beta.person("ben")
    assert await here.sent(ben.signed(ben.activity("Follow", amy.uri))) == 202
    await here.home.settle()
    return amy.uri, ben


@ONE
async def test_049_a_key_that_does_not_fit_is_fetched_once_and_then_refused(here: Reader, beta: PeerServer):
    amy, ben = await known(here, beta)
    here.home.clock.forward(minutes=6)
    asked = beta.times_asked(ben.uri)
    async with nothing_follows(here.home, beta, fetching=(ben.uri,)):
        for number in range(4):
            forged = ben.signed(ben.activity("Undo", ben.activity("Follow", amy)), key=rsa(11))
            assert await here.sent(forged) == 401
            assert beta.times_asked(ben.uri) == asked + 1, number
        here.home.clock.forward(minutes=4)
        assert await here.sent(ben.signed(ben.activity("Block", amy), key=rsa(11))) == 401
        assert beta.times_asked(ben.uri) == asked + 1
        here.home.clock.forward(minutes=2)
        assert await here.sent(ben.signed(ben.activity("Block", amy), key=rsa(11))) == 401
        assert beta.times_asked(ben.uri) == asked + 2
    assert await here.sent(ben.signed(ben.activity("Like", f"{amy}/x"))) == 202


@ONE
async def test_050_a_rotated_key_under_the_same_id_counts_with_the_next_request(here: Reader, beta: PeerServer):
    amy, ben = await known(here, beta)
    here.home.clock.forward(minutes=6)
    before = ben.key
    ben.rotate()
    assert await here.sent(ben.signed(ben.activity("Undo", ben.activity("Follow", amy)))) == 202
    await here.home.settle()
    follower, target = await reading.account(here.home, ben), await reading.account(here.home, amy)
    assert await here.db.read(follows.find, follower_id=follower.id, target_id=target.id) is None
    stored = await here.db.read(key_rows.find, ben.key_id)
    assert stored is not None
    assert stored.public == keys.public_pem(ben.key.public_key())
    here.home.clock.forward(minutes=6)
    async with nothing_follows(here.home, beta, fetching=(ben.uri,)):
        assert await here.sent(ben.signed(ben.activity("Follow", amy), key=before)) == 401


def apart(ben: Actor, **changes: object) -> str:
    """Serve ben's key in a document of its own; its id."""
    ben.key_id = f"{ben.uri}/publickey"
    pem = keys.public_pem(ben.key.public_key())
    document = {"id": ben.key_id, "type": "Key", "owner": ben.uri, "publicKeyPem": pem} | changes
    ben.server.answer(ben.key_id, Answer(body=orjson.dumps(document)))
    return ben.key_id


@ONE
async def test_051_a_key_in_a_document_of_its_own_counts_if_its_owner_lists_it(here: Reader, beta: PeerServer, gamma: PeerServer):
    amy = (await here.home.person()).uri
    ben, cai, dan = beta.person("ben"), beta.person("cai"), beta.person("dan")
    ben.document["publicKey"] = apart(ben)
    dan.document["publicKey"], dan.key = None, keys.generate_ed25519()
    public = keys.public_multibase(dan.key.public_key())
    apart_key = {"type": "Multikey", "controller": dan.uri, "owner": None, "publicKeyPem": None, "publicKeyMultibase": public}
    dan.document["assertionMethod"] = [_apart_ed25519(dan, apart_key)]
    assert await here.sent(ben.signed(ben.activity("Follow", amy))) == 202
    assert await here.sent(new(dan, dan.activity("Follow", amy))) == 202
    elsewhere, other = f"{gamma.origin}/users/gil", f"{beta.origin}/other"
    for changes in ({}, {"owner": None}, {"owner": ben.uri}, {"owner": elsewhere}, {"id": other}):
        here.home.clock.forward(hours=2)  # what failed is not asked for again at once
        stray = apart(cai, **changes)
        async with nothing_follows(here.home, beta, gamma, fetching=(stray, cai.uri, ben.uri, other)):
            assert await here.sent(cai.signed(cai.activity("Follow", amy))) == 401, changes
    cai.document["publicKey"] = [cai.key_id]
    here.home.clock.forward(hours=2)
    apart(cai)
    assert await here.sent(cai.signed(cai.activity("Follow", amy))) == 202


def _apart_ed25519(dan: Actor, document: dict[str, object]) -> str:
    dan.key_id = f"{dan.uri}/ed25519"
    dan.server.answer(dan.key_id, Answer(body=orjson.dumps({"id": dan.key_id} | document)))
    return dan.key_id


@ONE
async def test_052_a_stub_of_gotosocial_in_place_of_a_key_leads_to_the_actor(here: Reader, beta: PeerServer):
    amy, ben = await here.home.person(), beta.person("ben")
    ben.key_id = f"{ben.uri}/main-key"
    ben.publish_key()
    stub = {name: ben.document[name] for name in ("@context", "id", "type", "publicKey")}
    beta.answer(ben.key_id, Answer(body=orjson.dumps(stub)))
    assert await here.sent(ben.signed(ben.activity("Follow", amy.uri))) == 202
    await here.home.settle()
    account = await reading.account(here.home, ben)
    assert (account.display_name, account.inbox_uri) == ("Ben", f"{ben.uri}/inbox")
    fetches = [head for head, asked in zip(beta.heads, beta.asked, strict=True) if asked == "GET /users/ben"]
    assert all("home.test/actor#main-key" in head["Signature"] for head in fetches)
    ben.document["publicKey"]["publicKeyPem"] = keys.public_pem(rsa(11).public_key())  # the actor itself shows another
    cai = beta.person("cai")
    cai.key_id = f"{cai.uri}/main-key"
    beta.answer(cai.key_id, Answer(body=orjson.dumps({**stub, "id": cai.uri})))
    async with nothing_follows(here.home, beta, fetching=(cai.key_id, cai.uri)):
        assert await here.sent(cai.signed(cai.activity("Follow", amy.uri))) == 401


@ONE
async def test_053_a_key_without_address_is_refused_and_one_on_a_blocked_host_forbidden(here: Reader, beta: PeerServer):
    amy, ben = await here.home.person(), beta.person("ben")
    follow = ben.activity("Follow", amy.uri)
    async with nothing_follows(here.home, beta):
        for sign in (old, new):
            for key_id in ("acct:ben@beta.test", "ben@beta.test", "did:key:z6Mk"):
                ben.key_id = key_id
                assert await here.sent(sign(ben, follow)) in (400, 401)
        ben.key_id = f"{ben.uri}#main-key"
        await here.home.suspend_host("beta.test")
        before = await here.home.kept()
        for sign in (old, new):
            response = await here.post(sign(ben, follow))
            assert (response.status, response.content_type) == (403, "application/json")
            body = await response.json()
            assert body["type"] == "https://w3id.org/fep/c180#principal-not-authorized"
            assert "ben" not in body["error"]
        ben.key_id = "https://deep.beta.test/users/ben#main-key"
        assert await here.sent(old(ben, follow)) == 403
        assert await here.home.kept() == before


@ONE
@pytest.mark.parametrize("is_signed", [True, False])
async def test_054_the_deletion_of_an_unknown_actor_is_taken_without_a_question(here: Reader, beta: PeerServer, is_signed: bool):
    ben = beta.person("ben")
    async with nothing_follows(here.home, beta):
        for kind, thing in (("Delete", ben.uri), ("Delete", {"id": ben.uri, "type": "Person"}), ("Update", ben.document)):
            parts = ben.signed(ben.activity(kind, thing))
            assert await here.sent(parts if is_signed else with_header(parts, "Signature", None)) == 202
    assert beta.asked == []


@ONE
@pytest.mark.parametrize("status", [404, 410])
async def test_055_the_deletion_of_a_known_actor_counts_when_its_address_is_gone(here: Reader, beta: PeerServer, status: int):
    _, ben = await known(here, beta)
    other_key = f"{ben.uri}/gone-key"
    delete = ben.activity("Delete", ben.uri)
    async with nothing_follows(here.home, beta, fetching=(ben.uri, other_key)):
        assert await here.sent(ben.signed(delete, key_id=other_key)) == 202  # it is still there: nothing happens
    here.home.clock.forward(hours=2)
    beta.fail(ben.uri, status)
    assert await here.sent(ben.signed(delete, key_id=other_key)) == 202
    await here.home.settle()
    gone = await here.db.read(accounts.find_by_uri, ben.uri)
    assert gone is None or gone.deleted_at is not None


@ONE
@pytest.mark.parametrize("status", [500, 502, 503, 429, 401, 403])
async def test_056_a_key_that_cannot_be_had_now_is_asked_for_again_later(here: Reader, beta: PeerServer, status: int):
    amy, ben = await here.home.person(), beta.person("ben")
    beta.fail(ben.uri, status)
    parts = ben.signed(ben.activity("Follow", amy.uri))
    async with nothing_follows(here.home, beta, fetching=(ben.uri,)):
        response = await here.post(parts)
        assert (response.status, response.headers["Retry-After"]) == (503, "300")
        assert set(await response.json()) == {"error", "type", "title", "status"}
        asked = len(beta.asked)
        assert await here.sent(parts) == 503
        assert len(beta.asked) == asked
    beta.serve(ben.document)
    here.home.clock.forward(minutes=2)
    assert await here.sent(parts) == 202
    nobody = ben.signed(ben.activity("Follow", amy.uri), key_id="https://nowhere.test/users/ben#main-key")
    assert await here.sent(nobody) == 503

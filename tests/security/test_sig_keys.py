"""Replays, keys and signed reading (security, section 8: SIG-8 to SIG-13), with a peer that signs for real."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
import pytest

from fedisw.crypto import cavage, keys
from fedisw.crypto.signed import Request, Scheme
from fedisw.federation import authenticate
from fedisw.model.errors import Forbidden, Unauthenticated, Unreachable
from fedisw.storage.queries import accounts, follows
from tests.security.arriving import ONE
from tests.security.signed_requests import a_follow, refused, with_header
from tests.support.home import Home
from tests.support.peers import Actor, Answer, PeerServer, rsa


async def test_sig_8_the_same_signature_again_has_no_second_effect(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    parts = ben.signed(ben.activity("Follow", amy.uri))
    undo = ben.activity("Undo", ben.activity("Follow", amy.uri))
    await home.receive(parts)
    await home.receive(ben.signed(undo))
    before = await home.kept()
    await home.receive(parts)
    assert await home.kept() == before
    follower = await home.db.read(accounts.find_by_uri, ben.uri)
    assert follower is not None
    assert await home.db.read(follows.find, follower_id=follower.id, target_id=amy.id) is None


async def test_sig_8_fifty_at_once_are_one(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    answers = await asyncio.gather(*(home.take(parts) for _ in range(50)))
    assert set(answers) == {202}
    kept = await home.kept()
    assert (kept["inbound"], kept["replays"]) == (1, 1)
    assert beta.times_asked("/users/ben") == 1


@ONE
async def test_sig_9_a_key_in_a_document_of_its_own_counts_if_its_owner_lists_it(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    ben.key_id = f"{ben.uri}/publickey"
    key = {"id": ben.key_id, "type": "Key", "owner": ben.uri, "publicKeyPem": keys.public_pem(ben.key.public_key())}
    beta.serve(key)
    ben.document["publicKey"] = ben.key_id
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    await home.receive(ben.signed(ben.activity("Undo", ben.activity("Follow", amy.uri))))
    assert beta.times_asked(ben.key_id) == 1


SEPARATE: dict[str, dict[str, object]] = {
    "its owner lists another": {},
    "its owner is on another server": {"owner": "https://gamma.test/users/gil"},
    "it has no owner": {"owner": None},
    "it has another id": {"id": "https://beta.test/other"},
    "it holds no key": {"publicKeyPem": None},
}


@ONE
@pytest.mark.parametrize("fault", SEPARATE.values(), ids=SEPARATE.keys())
async def test_sig_9_a_key_that_nobody_vouches_for_is_refused(
    home: Home, beta: PeerServer, gamma: PeerServer, fault: dict[str, object]
):
    amy, ben = await home.person("amy"), beta.person("ben")
    gamma.person("gil")
    key_id = f"{beta.origin}/stray"
    pem = keys.public_pem(ben.key.public_key())
    document = {"id": key_id, "type": "Key", "owner": ben.uri, "publicKeyPem": pem} | fault
    beta.answer(key_id, Answer(body=orjson.dumps(document)))
    if fault:
        ben.document["publicKey"] = [ben.document["publicKey"], key_id]
    await refused(home, ben.signed(ben.activity("Follow", amy.uri), key_id=key_id), Unauthenticated)


@ONE
async def test_sig_9_a_stub_in_place_of_a_key_leads_to_the_whole_actor(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    ben.key_id = f"{ben.uri}/main-key"
    ben.publish_key()
    stub = {name: ben.document[name] for name in ("@context", "id", "type", "publicKey", "inbox", "preferredUsername")}
    beta.answer(ben.key_id, Answer(body=orjson.dumps(stub)))
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    follower = await home.db.read(accounts.find_by_uri, ben.uri)
    assert follower is not None
    assert follower.outbox_uri == f"{ben.uri}/outbox"


@ONE
@pytest.mark.parametrize(
    "change",
    [
        {"owner": "https://gamma.test/users/gil"},
        {"id": "https://gamma.test/users/gil#main-key"},
        {"publicKeyPem": keys.public_pem(keys.generate_ed25519().public_key())},
        {"publicKeyPem": "nonsense"},
    ],
    ids=["another owner", "another server", "another key", "no key"],
)
async def test_sig_9_an_actor_that_shows_another_key_is_refused(home: Home, beta: PeerServer, change: dict[str, str]):
    ben, parts = await a_follow(home, beta)
    ben.document["publicKey"] |= change
    await refused(home, parts, Unauthenticated)


@ONE
async def test_sig_9_a_key_fetch_never_leaves_for_addresses_inside(home: Home, beta: PeerServer):
    ben, _ = await a_follow(home, beta)
    for inside in ("https://127.0.0.1/key", "https://localhost/key", "https://home.test/ap/actors/1#main-key"):
        await refused(home, ben.signed(ben.activity("Follow", "https://home.test/x"), key_id=inside), Unauthenticated)


@ONE
async def test_sig_9_an_ed25519_key_signs_too(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    ben.key = keys.generate_ed25519()
    ben.key_id = f"{ben.uri}#ed25519-key"
    ben.document["assertionMethod"] = [
        {
            "id": ben.key_id,
            "type": "Multikey",
            "controller": ben.uri,
            "publicKeyMultibase": keys.public_multibase(ben.key.public_key()),
        }
    ]
    await home.receive(ben.signed(ben.activity("Follow", amy.uri), scheme=Scheme.RFC9421))
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))


@ONE
async def test_sig_11_a_rotated_key_is_picked_up_and_the_old_one_is_over(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    home.clock.forward(minutes=6)
    old = ben.key
    ben.rotate()
    await home.receive(ben.signed(ben.activity("Undo", ben.activity("Follow", amy.uri))))
    home.clock.forward(minutes=6)
    await refused(home, ben.signed(ben.activity("Follow", amy.uri), key=old), Unauthenticated)


@ONE
async def test_sig_11_a_wrong_signature_makes_us_ask_again_once_in_five_minutes(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    asked = beta.times_asked(ben.uri)
    forged = ben.signed(ben.activity("Follow", amy.uri), key=rsa(11))
    await refused(home, forged, Unauthenticated)
    assert beta.times_asked(ben.uri) == asked  # what we have is younger than five minutes
    home.clock.forward(minutes=6)
    for _ in range(5):
        await refused(home, forged, Unauthenticated)
    assert beta.times_asked(ben.uri) == asked + 1


@ONE
@pytest.mark.parametrize("status", [500, 503, 429, 401, 403])
async def test_sig_11_a_key_that_cannot_be_had_now_gives_503_and_is_not_asked_for_at_once_again(
    home: Home, beta: PeerServer, status: int
):
    ben, parts = await a_follow(home, beta)
    beta.fail(ben.uri, status)
    for _ in range(3):
        with pytest.raises(Unreachable) as caught:
            await home.take(parts)
        assert caught.value.retry_after == 300
    asked = beta.times_asked(ben.uri)
    assert asked <= 2  # with the other form of signature where it was 401
    beta.serve(ben.document)
    home.clock.forward(seconds=61)
    assert await home.take(parts) == 202


@ONE
async def test_sig_11_failures_of_one_key_pause_longer_and_longer(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    beta.fail(ben.uri, 404)
    asked = []
    for _ in range(12):
        home.clock.forward(minutes=2)
        await refused(home, ben.signed(ben.activity("Follow", amy.uri)), Unauthenticated)
        asked.append(beta.times_asked(ben.uri))
    assert asked[0] == 1
    assert asked[-1] == 5  # after pauses of 1, 2, 4 and 8 minutes


@ONE
@pytest.mark.parametrize("status", [404, 410])
async def test_sig_11_a_key_that_is_gone_is_nobodys(home: Home, beta: PeerServer, status: int):
    ben, parts = await a_follow(home, beta)
    beta.fail(ben.uri, status)
    await refused(home, parts, Unauthenticated)


@ONE
@pytest.mark.parametrize("kind", ["Delete", "Update"])
@pytest.mark.parametrize("is_signed", [True, False])
async def test_sig_12_somebody_unknown_who_deletes_itself_costs_nothing(home: Home, beta: PeerServer, kind: str, is_signed: bool):
    ben = beta.person("ben")
    parts = ben.signed(ben.activity(kind, ben.uri if kind == "Delete" else ben.document))
    before = await home.kept()
    assert await home.take(parts if is_signed else with_header(parts, "Signature", None)) == 202
    assert await home.kept() == before
    assert beta.asked == []


async def test_sig_12_the_delete_of_a_known_actor_is_verified_with_the_key_that_we_have(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    beta.fail(ben.uri, 410)
    await home.receive(ben.signed(ben.activity("Delete", ben.uri)))
    known = await home.db.read(accounts.find_by_uri, ben.uri)
    assert known is not None
    assert known.deleted_at is not None


async def test_sig_12_the_delete_of_a_known_actor_counts_without_a_key_if_its_address_is_gone(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    beta.fail(ben.uri, 410)
    await home.receive(ben.signed(ben.activity("Delete", ben.uri), key_id=f"{ben.uri}/other-key"))
    known = await home.db.read(accounts.find_by_uri, ben.uri)
    assert known is not None
    assert known.deleted_at is not None


@ONE
async def test_sig_12_a_delete_without_a_key_does_nothing_while_the_actor_is_there(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    assert await home.take(ben.signed(ben.activity("Delete", ben.uri), key_id=f"{ben.uri}/other-key")) == 202
    known = await home.db.read(accounts.find_by_uri, ben.uri)
    assert known is not None
    assert known.deleted_at is None


@ONE
async def test_sig_12_an_unsigned_delete_of_a_known_actor_is_refused(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    await refused(home, with_header(ben.signed(ben.activity("Delete", ben.uri)), "Signature", None), Unauthenticated)


def a_get(actor: Actor, home: Home, url: str = "https://home.test/ap/objects/1?page=1") -> Request:
    fields = cavage.sign(method="GET", url=url, key_id=actor.key_id, key=actor.key, now=home.clock())
    return Request.of(method="GET", target=url.removeprefix("https://home.test"), scheme="https", headers=fields.items())


@ONE
async def test_sig_13_a_signed_get_tells_who_reads_and_leaves_nothing(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    before = await home.kept()
    for _ in range(2):  # two alike in one second are honest
        reader = await authenticate.reader_of(home.peer, a_get(ben, home))
        assert reader is not None
        assert reader.account.uri == ben.uri
    assert await home.kept() == before
    assert beta.times_asked(ben.uri) == 1
    assert await authenticate.reader_of(home.peer, Request.of(method="GET", target="/x", scheme="https", headers=[])) is None


@ONE
async def test_sig_13_a_get_with_a_wrong_signature_or_from_a_blocked_host_is_refused(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    with pytest.raises(Unauthenticated):
        await authenticate.reader_of(home.peer, replace(a_get(ben, home), target="/ap/objects/2"))
    await home.suspend_host("beta.test")
    with pytest.raises(Forbidden):
        await authenticate.reader_of(home.peer, a_get(ben, home))

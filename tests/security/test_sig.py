"""Verifying a request (security, section 8), through the inbox, with a peer that signs for real."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedisw.crypto import cavage, keys
from fedisw.crypto.signed import Request, Scheme
from fedisw.federation import authenticate, inbox
from fedisw.federation.inbox import RequestParts
from fedisw.model.errors import FediswError, Forbidden, Malformed, TooLarge, Unauthenticated, Unreachable, UnsupportedMedia
from fedisw.storage.queries import accounts, follows
from tests.support.home import NOTHING, Home
from tests.support.peers import AJ, Actor, Answer, PeerServer, rsa

BOTH = pytest.mark.parametrize("scheme", list(Scheme))
ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
INBOX = "https://home.test/inbox"


def with_header(parts: RequestParts, name: str, value: str | None) -> RequestParts:
    """The same request with another value of a field; None takes it out."""
    kept = [(field, old) for field, old in parts.headers if field.lower() != name.lower()]
    return replace(parts, headers=(*kept, *([] if value is None else [(name, value)])))


def header(parts: RequestParts, name: str) -> str:
    return next(value for field, value in parts.headers if field.lower() == name.lower())


async def a_follow(home: Home, beta: PeerServer, scheme: Scheme = Scheme.CAVAGE) -> tuple[Actor, RequestParts]:
    amy, ben = await home.person("amy"), beta.person("ben")
    return ben, ben.signed(ben.activity("Follow", amy.uri), scheme=scheme)


async def refused(home: Home, parts: RequestParts, *errors: type[FediswError]) -> None:
    """The request is refused so, and leaves nothing behind."""
    before = await home.kept()
    with pytest.raises(errors):
        await home.take(parts)
    assert await home.kept() == before


@BOTH
async def test_sig_1_a_signed_activity_is_kept_with_its_account_and_then_takes_effect(
    home: Home, beta: PeerServer, scheme: Scheme
):
    ben, parts = await a_follow(home, beta, scheme)
    assert await home.take(parts) == 202
    kept = await home.kept()
    assert (kept["inbound"], kept["accounts"], kept["replays"]) == (1, 1, 1)
    await home.settle()
    follower = await home.db.read(accounts.find_by_uri, ben.uri)
    assert follower is not None
    assert follower.following_count == 1


@ONE
async def test_sig_1_an_unsigned_activity_is_refused(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    await refused(home, with_header(parts, "Signature", None), Unauthenticated)
    assert beta.asked == []


@ONE
async def test_sig_1_a_body_over_the_limit_is_refused_before_all_else(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    await refused(home, replace(parts, body=b"{" + b" " * 1_048_576), TooLarge)


@ONE
@pytest.mark.parametrize("kind", ["application/json", "text/html", "application/ld+json", ""])
async def test_sig_1_another_media_type_is_refused(home: Home, beta: PeerServer, kind: str):
    _, parts = await a_follow(home, beta)
    await refused(home, with_header(parts, "Content-Type", kind), UnsupportedMedia)


@ONE
async def test_sig_1_a_blocked_host_is_refused_before_its_body_is_read_and_its_key_fetched(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    await home.suspend_host("beta.test")
    await refused(home, parts, Forbidden)
    await refused(home, replace(parts, body=b"no JSON"), Forbidden)
    assert beta.asked == []


@ONE
async def test_sig_1_a_body_that_is_no_json_is_refused_before_the_signature_is_asked_for(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    await refused(home, replace(with_header(parts, "Signature", None), body=b'{"a":1,"a":2}'), Malformed)
    assert beta.asked == []


@ONE
async def test_sig_1_a_database_that_is_away_gives_503_and_the_same_bytes_may_come_again(home: Home, beta: PeerServer):
    ben, parts = await a_follow(home, beta)

    class Away:
        def __init__(self) -> None:
            self.read = home.db.read

        async def write(self, *_: object, **__: object) -> None:
            raise Unreachable("away")

    with pytest.raises(Unreachable):
        await inbox.accept(replace(home.peer, db=Away()), parts)  # type: ignore[arg-type]  # as much of it as is asked
    await home.receive(parts)
    assert await home.db.read(accounts.find_by_uri, ben.uri) is not None


CAVAGE_FAULTS: dict[str, tuple[Callable[[RequestParts], RequestParts], type[FediswError]]] = {
    "another body": (lambda parts: replace(parts, body=parts.body.replace(b"Follow", b"Block")), Unauthenticated),
    "another path": (lambda parts: replace(parts, target="/actor/inbox"), Unauthenticated),
    "another method": (lambda parts: replace(parts, method="PUT"), Unauthenticated),
    "another host": (lambda parts: with_header(parts, "Host", "other.test"), Unauthenticated),
    "another date": (lambda parts: with_header(parts, "Date", "Sat, 21 Nov 2026 12:00:01 GMT"), Unauthenticated),
    "no date": (lambda parts: with_header(parts, "Date", None), Unauthenticated),
    "no digest": (lambda parts: with_header(parts, "Digest", None), Unauthenticated),
    "host twice": (lambda parts: replace(parts, headers=(*parts.headers, ("Host", "home.test"))), Malformed),
    "signature twice": (
        lambda parts: replace(parts, headers=(*parts.headers, ("Signature", header(parts, "Signature")))),
        Malformed,
    ),
    "a parameter twice": (
        lambda parts: with_header(parts, "Signature", header(parts, "Signature") + ',keyId="https://beta.test/x"'),
        Malformed,
    ),
    "no parameters": (lambda parts: with_header(parts, "Signature", "nonsense"), Malformed),
    "a key that is no URL": (lambda parts: _with_key(parts, "acct:ben@beta.test"), Malformed),
    "a key without TLS": (lambda parts: _with_key(parts, "http://beta.test/users/ben#main-key"), Unauthenticated),
    "a key of ours": (lambda parts: _with_key(parts, "https://home.test/actor#main-key"), Unauthenticated),
    "an algorithm that is none": (
        lambda parts: with_header(parts, "Signature", header(parts, "Signature").replace("rsa-sha256", "hmac-sha256")),
        Unauthenticated,
    ),
    "an algorithm of another key": (
        lambda parts: with_header(parts, "Signature", header(parts, "Signature").replace("rsa-sha256", "ed25519")),
        Unauthenticated,
    ),
}


def _with_key(parts: RequestParts, key_id: str) -> RequestParts:
    value = header(parts, "Signature")
    start = value.index('keyId="') + 7
    return with_header(parts, "Signature", value[:start] + key_id + value[value.index('"', start) :])


@ONE
@pytest.mark.parametrize("fault", CAVAGE_FAULTS.values(), ids=CAVAGE_FAULTS.keys())
async def test_sig_2_a_faulty_draft_signature_is_refused(
    home: Home, beta: PeerServer, fault: tuple[Callable[[RequestParts], RequestParts], type[FediswError]]
):
    _, parts = await a_follow(home, beta)
    spoil, error = fault
    await refused(home, spoil(parts), error)


RFC_FAULTS: dict[str, tuple[Callable[[RequestParts], RequestParts], type[FediswError]]] = {
    "another body": (lambda parts: replace(parts, body=parts.body.replace(b"Follow", b"Block")), Unauthenticated),
    "another path": (lambda parts: replace(parts, target="/actor/inbox"), Unauthenticated),
    "the query is not left out": (lambda parts: replace(parts, target="/inbox?a=1"), Unauthenticated),
    "another method": (lambda parts: replace(parts, method="PUT"), Unauthenticated),
    "no digest": (lambda parts: with_header(parts, "Content-Digest", None), Unauthenticated),
    "no signature": (lambda parts: with_header(parts, "Signature", None), Unauthenticated),
    "no created": (lambda parts: _with_input(parts, ";created=1795262400", ""), Unauthenticated),
    "two of them": (
        lambda parts: with_header(
            parts,
            "Signature-Input",
            header(parts, "Signature-Input") + ", " + header(parts, "Signature-Input").replace("sig1", "b"),
        ),
        Unauthenticated,
    ),
    "the digest is not covered": (lambda parts: _with_input(parts, ' "content-digest"', ""), Unauthenticated),
    "the method is not covered": (lambda parts: _with_input(parts, '"@method" ', ""), Unauthenticated),
    "broken": (lambda parts: with_header(parts, "Signature-Input", "sig1=("), Malformed),
}


def _with_input(parts: RequestParts, old: str, new: str) -> RequestParts:
    value = header(parts, "Signature-Input")
    assert old in value
    return with_header(parts, "Signature-Input", value.replace(old, new))


@ONE
@pytest.mark.parametrize("fault", RFC_FAULTS.values(), ids=RFC_FAULTS.keys())
async def test_sig_3_a_faulty_message_signature_is_refused(
    home: Home, beta: PeerServer, fault: tuple[Callable[[RequestParts], RequestParts], type[FediswError]]
):
    _, parts = await a_follow(home, beta, Scheme.RFC9421)
    spoil, error = fault
    await refused(home, spoil(parts), error)


@ONE
async def test_sig_3_with_the_new_form_there_is_no_way_back_to_the_old_one(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    both = replace(parts, headers=(*parts.headers, ("Signature-Input", 'sig1=("@method");created=1')))
    await refused(home, both, Unauthenticated, Malformed)


@ONE
@BOTH
@pytest.mark.parametrize(("seconds", "is_fine"), [(-3_600, True), (-3_601, False), (300, True), (301, False)])
async def test_sig_6_a_signature_is_taken_within_an_hour_past_and_five_minutes_future(
    home: Home, beta: PeerServer, scheme: Scheme, seconds: int, is_fine: bool
):
    amy, ben = await home.person("amy"), beta.person("ben")
    at = home.clock() + timedelta(seconds=seconds)
    parts = ben.signed(ben.activity("Follow", amy.uri), scheme=scheme, now=at)
    if is_fine:
        assert await home.take(parts) == 202
    else:
        await refused(home, parts, Unauthenticated)


@ONE
async def test_sig_6_a_signature_that_has_expired_is_refused(home: Home, beta: PeerServer):
    amy, ben = await home.person("amy"), beta.person("ben")
    now, body = int(home.clock().timestamp()), orjson.dumps(ben.activity("Follow", amy.uri))
    fields = {"Date": "Sat, 21 Nov 2026 12:00:00 GMT", "Digest": _digest(body), "Content-Type": AJ}
    request = Request.to(method="POST", url=INBOX, headers=fields.items())
    covers = ["(request-target)", "host", "digest", "(created)", "(expires)"]
    for expires, is_fine in ((now, False), (now + 1, True)):
        value = cavage.signature_value(request, covers, key_id=ben.key_id, key=ben.key, created=now - 9, expires=expires)
        parts = RequestParts(
            method="POST", target="/inbox", headers=(("Host", "home.test"), *fields.items(), ("Signature", value)), body=body
        )
        if is_fine:
            assert await home.take(parts) == 202
        else:
            await refused(home, parts, Unauthenticated)


def _digest(body: bytes) -> str:
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


@ONE
async def test_sig_7_a_draft_signature_may_leave_the_query_out(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    assert await home.take(replace(parts, target="/inbox?shared=1")) == 202


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


@ONE
@BOTH
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_sig_4_a_request_with_one_changed_byte_is_never_accepted(
    home: Home, beta: PeerServer, scheme: Scheme, data: st.DataObject
):
    ben = _KNOWN.get(id(beta)) or beta.person("ben")
    _KNOWN[id(beta)] = ben
    parts = ben.signed(ben.activity("Follow", "https://home.test/ap/actors/1"), scheme=scheme)
    covered = ("body", "target", "digest", "content-digest", "date", "host")
    names = [name for name in covered if name in ("body", "target") or any(field.lower() == name for field, _ in parts.headers)]
    which = data.draw(st.sampled_from([*names, "signature"]))
    with pytest.raises(FediswError):
        await home.take(_damaged(parts, which, data))
    kept = await home.kept()
    assert (kept["inbound"], kept["replays"]) == (0, 0)


_KNOWN: dict[int, Actor] = {}


def _damaged(parts: RequestParts, which: str, data: st.DataObject) -> RequestParts:
    match which:
        case "body":
            at, bit = data.draw(st.integers(0, len(parts.body) - 1)), data.draw(st.integers(0, 7))
            return replace(parts, body=parts.body[:at] + bytes([parts.body[at] ^ (1 << bit)]) + parts.body[at + 1 :])
        case "target":
            return replace(parts, target=_changed(parts.target, data, keep=1))
        case "signature":
            return with_header(parts, "Signature", _other_signature(header(parts, "Signature"), data))
        case _:
            return with_header(parts, which, _changed(header(parts, which), data))


def _changed(text: str, data: st.DataObject, *, keep: int = 0) -> str:
    at = data.draw(st.integers(keep, len(text) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda char: char.lower() != text[at].lower()))
    return text[:at] + other + text[at + 1 :]


def _other_signature(value: str, data: st.DataObject) -> str:
    old = next(part for part in value.replace(":", '"').split('"') if len(part) > 300)
    raw = bytearray(base64.b64decode(old))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    return value.replace(old, base64.b64encode(bytes(raw)).decode())


@ONE
async def test_what_is_refused_leaves_nothing_at_all(home: Home, beta: PeerServer):
    before = await home.kept()
    _, parts = await a_follow(home, beta)
    await refused(home, replace(parts, body=b"{}"), Unauthenticated)
    assert {name: count - before[name] for name, count in (await home.kept()).items()} == NOTHING

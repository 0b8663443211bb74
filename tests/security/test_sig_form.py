"""The form of a request (security, section 8: SIG-1 to SIG-7), through the inbox, with a peer that signs for real."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fedisw.crypto import cavage
from fedisw.crypto.signed import Request, Scheme
from fedisw.federation import inbox
from fedisw.federation.inbox import RequestParts
from fedisw.model.errors import FediswError, Forbidden, Malformed, TooLarge, Unauthenticated, Unreachable, UnsupportedMedia
from fedisw.storage.queries import accounts
from tests.security.arriving import ONE
from tests.security.signed_requests import BOTH, INBOX, a_follow, header, refused, with_header
from tests.support.home import NOTHING, Home
from tests.support.peers import AJ, Actor, PeerServer


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
    amy, ben = await home.person("amy"), beta.person("ben")
    body = orjson.dumps(ben.activity("Follow", amy.uri))
    await refused(home, ben.signed(body.ljust(1_048_577)), TooLarge)
    assert beta.asked == []
    assert await home.take(ben.signed(body.ljust(1_048_576))) == 202


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

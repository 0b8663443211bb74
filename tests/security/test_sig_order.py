"""In which order a request is judged, with which keys and digests (security, section 8: SIG-1, 2, 4, 5 and 7)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fedisw.federation.inbox import RequestParts
from fedisw.model.errors import Forbidden, Malformed, TooLarge, Unauthenticated
from tests.conformance.refusing import nothing_follows
from tests.conformance.signing import new, old
from tests.security.arriving import ONE
from tests.security.signed_requests import a_follow, header, refused, with_header
from tests.support.home import Home
from tests.support.peers import PeerServer

WITHOUT_KEY: dict[str, Callable[[RequestParts], RequestParts]] = {
    "another body": lambda parts: replace(parts, body=parts.body.replace(b"Follow", b"Block")),
    "another host": lambda parts: with_header(parts, "Host", "other.test"),
    "no date": lambda parts: with_header(parts, "Date", None),
    "no digest": lambda parts: with_header(parts, "Digest", None),
    "an old date": lambda parts: with_header(parts, "Date", "Sat, 21 Nov 2020 12:00:00 GMT"),
    "a key on plain http": lambda parts: _with_key(parts, "http://beta.test/users/ben#main-key"),
    "a key of ours": lambda parts: _with_key(parts, "https://home.test/actor#main-key"),
    "too little covered": lambda parts: with_header(
        parts, "Signature", header(parts, "Signature").replace("(request-target) host", "host")
    ),
    "an unknown algorithm": lambda parts: with_header(
        parts, "Signature", header(parts, "Signature").replace("rsa-sha256", "rsa-sha1")
    ),
}


def _with_key(parts: RequestParts, key_id: str) -> RequestParts:
    value = header(parts, "Signature")
    return with_header(parts, "Signature", value.replace(value.split('"')[1], key_id))


@ONE
@pytest.mark.parametrize("spoil", WITHOUT_KEY.values(), ids=WITHOUT_KEY.keys())
async def test_sig_1_what_can_be_seen_without_the_key_is_refused_before_it_is_fetched(
    home: Home, beta: PeerServer, spoil: Callable[[RequestParts], RequestParts]
):
    _, parts = await a_follow(home, beta)
    async with nothing_follows(home, beta):
        await refused(home, spoil(parts), Unauthenticated)


@ONE
async def test_sig_1_of_several_faults_the_first_in_the_order_is_told(home: Home, beta: PeerServer):
    _, parts = await a_follow(home, beta)
    huge, broken = replace(parts, body=b"[" * 1_048_577), replace(parts, body=b"no JSON")
    unsigned, unclear = with_header(parts, "Signature", None), with_header(parts, "Signature", "nonsense")
    async with nothing_follows(home, beta):
        await refused(home, replace(unclear, body=b"no JSON"), Malformed)  # 3 before 5, both 400
        await refused(home, replace(unsigned, body=b"no JSON"), Malformed)  # 3 before 5
        await refused(home, unsigned, Unauthenticated)
        await refused(home, unclear, Malformed)  # 5
        await refused(home, with_header(unclear, "Date", None), Malformed)  # 5 before 6
    before = await home.kept()
    await home.suspend_host("beta.test")
    async with nothing_follows(home, beta):
        await refused(home, huge, TooLarge)  # 1 before 2
        await refused(home, broken, Forbidden)  # 2 before 3
        await refused(home, with_header(parts, "Date", None), Unauthenticated)  # what names no key is read as unsigned
        assert await home.kept() == before


@ONE
@pytest.mark.parametrize("name", ["Host", "Date", "Digest", "Signature"])
async def test_sig_2_a_field_that_counts_comes_once(home: Home, beta: PeerServer, name: str):
    _, parts = await a_follow(home, beta)
    async with nothing_follows(home, beta):
        for value in (header(parts, name), "another"):
            await refused(home, replace(parts, headers=(*parts.headers, (name, value))), Malformed)
            await refused(home, replace(parts, headers=((name.upper(), value), *parts.headers)), Malformed)


def _weak_rsa() -> str:
    return _pem(rsa.generate_private_key(public_exponent=65_537, key_size=1_024).public_key())


def _elliptic() -> str:
    return _pem(ec.generate_private_key(ec.SECP256R1()).public_key())


def _pem(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@ONE
@pytest.mark.parametrize("make", [_weak_rsa, _elliptic, lambda: "-----BEGIN PUBLIC KEY-----\n", lambda: "x" * 20_000])
async def test_sig_4_a_key_that_proves_too_little_is_no_key(home: Home, beta: PeerServer, make: Callable[[], str]):
    ben, parts = await a_follow(home, beta)
    ben.document["publicKey"] |= {"publicKeyPem": make()}
    async with nothing_follows(home, beta, fetching=(ben.uri,)):
        await refused(home, parts, Unauthenticated)


def _digests(parts: RequestParts, *values: str) -> str:
    """The `Digest` field with these kinds of digest; "!" makes one wrong."""
    found = []
    for kind in values:
        name = kind.removesuffix("!").lower().replace("-", "")
        raw = hashlib.new(name, parts.body + (b" " if kind.endswith("!") else b"")).digest()
        found.append(f"{kind.removesuffix('!')}={base64.b64encode(raw).decode()}")
    return ",".join(found)


@ONE
@pytest.mark.parametrize(
    ("kinds", "is_fine"),
    [
        (("SHA-512",), True),
        (("sha-256", "SHA-512"), True),
        (("MD5", "sha-256"), True),
        (("sha-256", "SHA-512!"), False),
        (("sha-256!", "SHA-512"), False),
        (("MD5",), False),
    ],
)
async def test_sig_5_all_digests_that_are_known_must_match(home: Home, beta: PeerServer, kinds: tuple[str, ...], is_fine: bool):
    ben, parts = await a_follow(home, beta)
    value = _digests(parts, *kinds)
    signed = old(ben, {}, body=parts.body, digests=value)
    if is_fine:
        assert await home.take(signed) == 202
    else:
        async with nothing_follows(home, beta):
            await refused(home, signed, Unauthenticated)


@ONE
async def test_sig_7_only_the_names_of_this_server_are_hosts_and_no_proxy_says_otherwise(home: Home, beta: PeerServer):
    ben, _ = await a_follow(home, beta)
    follow = ben.activity("Follow", "https://home.test/ap/actors/1")
    for sign in (old, new):
        elsewhere = with_header(sign(ben, follow, to="https://other.test/inbox"), "Host", "other.test")
        async with nothing_follows(home, beta):
            await refused(home, elsewhere, Unauthenticated)
            for name in ("X-Forwarded-Host", "Forwarded", "X-Original-Host"):
                await refused(home, replace(elsewhere, headers=(*elsewhere.headers, (name, "home.test"))), Unauthenticated)


@ONE
@pytest.mark.parametrize(
    "key_id", ["https://beta.test/\udcff#k", "https://beta\udcff.test/#k", "\udcff\udcfe", "https://beta.test/ #k"]
)
async def test_sig_1_a_key_id_that_is_no_text_is_no_key_id(home: Home, beta: PeerServer, key_id: str):
    """Bytes of a header that are not UTF-8 come as surrogates, which no database takes."""
    _, parts = await a_follow(home, beta)
    async with nothing_follows(home, beta):
        await refused(home, _with_key(parts, key_id), Malformed)

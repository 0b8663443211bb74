"""Which signatures count at an inbox: statements 36 to 46."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fedisw.crypto import keys
from fedisw.federation.inbox import RequestParts
from tests.conformance.refusing import nothing_follows
from tests.conformance.signing import FEDIFY, INBOX, MASTODON, new, old
from tests.security.arriving import ONE
from tests.security.signed_requests import header, with_header
from tests.support.peers import Actor, PeerServer
from tests.support.reading import Reader

MakeReader = Callable[..., Awaitable[Reader]]
FORMS = pytest.mark.parametrize("sign", [old, new], ids=["draft-cavage", "RFC 9421"])


async def a_follow(here: Reader, beta: PeerServer) -> tuple[Actor, dict[str, object]]:
    """Ben, and an activity of his that would have an effect."""
    amy, ben = await here.home.person(), beta.person("ben")
    return ben, ben.activity("Follow", amy.uri)


async def refused(here: Reader, beta: PeerServer, parts: RequestParts, *statuses: int) -> None:
    """Refused so, without effect; nothing but the key may be fetched for it."""
    async with nothing_follows(here.home, beta, fetching=(f"{beta.origin}/users/ben",)):
        assert await here.sent(parts) in statuses


@ONE
@pytest.mark.parametrize("kind", ["Follow", "Create", "Like", "Announce", "Block", "Undo", "Delete", "Move"])
async def test_036_what_is_not_signed_is_refused(here: Reader, beta: PeerServer, kind: str):
    amy, ben = await here.home.person(), beta.person("ben")
    thing = ben.note("Hello", cc=[amy.uri]) if kind == "Create" else amy.uri
    bare = with_header(ben.signed(ben.activity(kind, thing)), "Signature", None)
    async with nothing_follows(here.home, beta):
        for target in ("/inbox", "/actor/inbox", f"/ap/actors/{amy.id}/inbox"):
            assert await here.sent(replace(bare, target=target)) == 401
            assert await here.sent(replace(bare, target=target), Signature="") in (400, 401)


DIGESTS: dict[str, Callable[[RequestParts], RequestParts]] = {
    "of another body": lambda parts: replace(parts, body=parts.body.replace(b"Follow", b"Block")),
    "of a longer body": lambda parts: replace(parts, body=parts.body + b" "),
    "missing": lambda parts: with_header(with_header(parts, "Digest", None), "Content-Digest", None),
    "right but not the signed one": lambda parts: _with_digest(replace(parts, body=parts.body + b" ")),
    "of an unknown kind": lambda parts: with_header(
        with_header(parts, "Digest", "MD5=1B2M2Y8AsgTpgAmY7PhCfg=="), "Content-Digest", "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:"
    ),
}


def _with_digest(parts: RequestParts) -> RequestParts:
    value = base64.b64encode(hashlib.sha256(parts.body).digest()).decode()
    name, text = ("Digest", f"SHA-256={value}") if "Digest" in dict(parts.headers) else ("Content-Digest", f"sha-256=:{value}:")
    return with_header(parts, name, text)


@ONE
@FORMS
@pytest.mark.parametrize("spoil", DIGESTS.values(), ids=DIGESTS.keys())
async def test_037_a_wrong_or_missing_digest_is_refused(
    here: Reader, beta: PeerServer, sign: Callable[..., RequestParts], spoil: Callable[[RequestParts], RequestParts]
):
    ben, follow = await a_follow(here, beta)
    await refused(here, beta, spoil(sign(ben, follow)), 401)
    unsigned = {"covers": "(request-target) host date"} if sign is old else {"components": ("@method", "@target-uri")}
    await refused(here, beta, sign(ben, follow, **unsigned), 401)
    assert await here.sent(sign(ben, follow)) == 202


@ONE
async def test_038_another_path_method_host_or_date_is_refused(here: Reader, beta: PeerServer):
    ben, follow = await a_follow(here, beta)
    elsewhere = f"https://home.test/ap/actors/{(await here.home.person('cai')).id}/inbox"
    later = here.home.clock() + timedelta(seconds=1)
    for sign in (old, new):
        good = sign(ben, follow)
        await refused(here, beta, replace(good, target=elsewhere.removeprefix("https://home.test")), 401)
        await refused(here, beta, with_header(good, "Host", "other.test"), 401)
    await refused(here, beta, old(ben, follow, method="PUT"), 401)
    await refused(here, beta, old(ben, follow, signed_as="https://other.test/inbox"), 401)
    moved = dict(old(ben, follow, at=later).headers)["Date"]
    await refused(here, beta, with_header(old(ben, follow), "Date", moved), 401)
    await refused(here, beta, with_header(new(ben, follow, FEDIFY), "Date", moved), 401)


@ONE
async def test_039_the_query_may_be_signed_or_left_out(here: Reader, beta: PeerServer):
    ben, follow = await a_follow(here, beta)
    asked = f"{INBOX}?shared=1&x=%20"
    assert await here.sent(old(ben, follow, to=asked)) == 202
    assert await here.sent(old(ben, follow, to=asked, signed_as=INBOX, at=here.home.clock() + timedelta(seconds=1))) == 202
    assert await here.sent(old(ben, follow)) == 202
    await refused(here, beta, old(ben, follow, to=asked, signed_as=f"{INBOX}?shared=2"), 401)
    await refused(here, beta, old(ben, follow, signed_as=asked), 401)


@ONE
async def test_040_hs2019_says_when_it_was_made_and_when_it_ends(here: Reader, beta: PeerServer):
    ben, follow = await a_follow(here, beta)
    now = int(here.home.clock().timestamp())
    covers = "(request-target) (created) (expires) host digest"
    assert await here.sent(old(ben, follow, covers=covers, created=now, expires=now + 60)) == 202
    assert await here.sent(old(ben, follow, covers="(request-target) (created) host digest", created=now)) == 202
    good = old(ben, follow, covers=covers, created=now, expires=now + 61)
    await refused(here, beta, with_header(good, "Signature", header(good, "Signature").replace("hs2019", "rsa-sha256")), 401)
    await refused(here, beta, old(ben, follow, covers=covers, created=now - 60, expires=now), 401)


@ONE
async def test_041_the_header_is_read_in_any_order_and_spacing_but_says_nothing_twice(here: Reader, beta: PeerServer):
    ben, follow = await a_follow(here, beta)
    value = header(old(ben, follow), "Signature")
    turned = ",".join(reversed(value.split(",")))
    spaced = value.replace(",", " ,  ").replace("=", " = ", 1)
    for shape in (turned, spaced, f"Signature {value}", f'{value},more="x"', value.replace("rsa-sha256", "RSA-SHA256")):
        assert await here.sent(with_header(old(ben, follow), "Signature", shape)) == 202, shape
    for shape in (f'{value},keyId="{ben.key_id}"', f'algorithm="rsa-sha256",{value}', f"{value},signature"):
        await refused(here, beta, with_header(old(ben, follow), "Signature", shape), 400)
    twice = old(ben, follow)
    await refused(here, beta, replace(twice, headers=(*twice.headers, ("Signature", value))), 400)


@ONE
@FORMS
@pytest.mark.parametrize("window", [(), (7_200, 600)], ids=["as a rule", "set"])
async def test_042_a_signature_counts_within_the_window_that_the_settings_name(
    reading: MakeReader, beta: PeerServer, sign: Callable[..., RequestParts], window: tuple[int, ...]
):
    names = ("FEDISW_FEDERATION_CLOCK_PAST", "FEDISW_FEDERATION_CLOCK_FUTURE")
    here = await reading(**{name: str(seconds) for name, seconds in zip(names, window, strict=False)})
    past, future = (timedelta(seconds=seconds) for seconds in window or (3_600, 300))
    ben, follow = await a_follow(here, beta)
    second, now = timedelta(seconds=1), here.home.clock()
    for at in (now - past - second, now + future + second):
        await refused(here, beta, sign(ben, follow, at=at), 401)
    for at in (now - past, now + future):
        assert await here.sent(sign(ben, follow, at=at)) == 202
    end = int(now.timestamp())
    await refused(here, beta, ending(sign, ben, follow, end), 401)
    assert await here.sent(ending(sign, ben, follow, end + 1)) == 202


def ending(sign: Callable[..., RequestParts], ben: Actor, follow: dict[str, object], expires: int) -> RequestParts:
    """A signature that ends then, made now."""
    if sign is new:
        return new(ben, follow, named={"expires": expires})
    now = int(ben.server.now().timestamp())
    return old(ben, follow, covers="(request-target) (created) (expires) host digest", created=now, expires=expires)


@ONE
@pytest.mark.parametrize(
    ("components", "named"),
    [
        (MASTODON, {}),
        (FEDIFY, {"created": None, "keyid": None, "alg": "rsa-v1_5-sha256"}),
        (FEDIFY, {"nonce": "abc", "tag": "fedify"}),
        (("@method", "@authority", "@path", "content-digest"), {}),
        (("@method", "@scheme", "@authority", "@request-target", "@target-uri", "content-digest", "content-type"), {}),
    ],
    ids=["Mastodon", "Fedify", "Fedify, challenged", "in parts", "all of it"],
)
async def test_043_the_lists_of_components_that_others_sign_are_read(
    here: Reader, beta: PeerServer, components: tuple[str, ...], named: dict[str, str | int | None]
):
    ben, follow = await a_follow(here, beta)
    if named.get("alg"):  # Fedify's order: alg, keyid, created
        named = named | {"keyid": ben.key_id} | {"created": int(here.home.clock().timestamp())}
    assert await here.sent(new(ben, follow, components, named)) == 202
    await here.home.settle()


@ONE
async def test_044_a_message_signature_that_proves_too_little_is_refused(here: Reader, beta: PeerServer):
    ben, follow = await a_follow(here, beta)
    for named in ({"created": None}, {"keyid": None}):
        await refused(here, beta, new(ben, follow, named=named), 401)
    for components in (
        ("@target-uri", "content-digest"),
        ("@method", "content-digest"),
        ("@method", "@path", "content-digest"),
        ("@method", "@authority", "content-digest"),
        ("@method", "@target-uri"),
    ):
        await refused(here, beta, new(ben, follow, components), 401)
    first, second = new(ben, follow), new(ben, follow, label="sig2")
    both = first
    for name in ("Signature", "Signature-Input"):
        both = with_header(both, name, f"{header(first, name)}, {header(second, name)}")
    await refused(here, beta, both, 401)


@ONE
@pytest.mark.parametrize("listed", ['sig1=("@method");created=1', "nonsense", "", 'sig1=();keyid="x"'])
async def test_045_with_signature_input_the_old_form_is_never_tried(here: Reader, beta: PeerServer, listed: str):
    ben, follow = await a_follow(here, beta)
    good = old(ben, follow)
    await refused(here, beta, replace(good, headers=(*good.headers, ("Signature-Input", listed))), 400, 401)
    assert await here.sent(good) == 202


@ONE
async def test_046_a_named_algorithm_must_be_that_of_the_key(here: Reader, beta: PeerServer):
    ben, follow = await a_follow(here, beta)
    for name in ("ed25519", "hmac-sha256", "rsa-pss-sha512", "none"):
        await refused(here, beta, new(ben, follow, named={"alg": name}), 401)
    assert await here.sent(new(ben, follow, named={"alg": "rsa-v1_5-sha256"})) == 202
    cai = beta.person("cai")
    cai.key, cai.key_id = keys.generate_ed25519(), f"{cai.uri}#ed25519-key"
    multikey = {
        "id": cai.key_id,
        "type": "Multikey",
        "controller": cai.uri,
        "publicKeyMultibase": keys.public_multibase(cai.key.public_key()),
    }
    cai.document["assertionMethod"] = [multikey]
    wrong = new(cai, cai.activity("Follow", follow["object"]), named={"alg": "rsa-v1_5-sha256"})
    async with nothing_follows(here.home, beta, fetching=(cai.uri,)):
        assert await here.sent(wrong) == 401
    assert await here.sent(new(cai, cai.activity("Follow", follow["object"]), named={"alg": "ed25519"})) == 202

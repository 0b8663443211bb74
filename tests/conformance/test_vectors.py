"""Statement 35: the recorded signatures and digests verify, and are reproduced bit for bit."""

from __future__ import annotations

from fedisw.crypto import cavage, digest, followers, keys, ldsig, proofs, rfc9421, signatures, signed
from fedisw.crypto.ldsig import Normaliser
from tests.support import vectors
from tests.support.vectors import KEY_ID, NOW, PROOF_KEY_ID

REQUESTS = (
    "cavage_post",
    "cavage_get_with_query",
    "cavage_get_query_omitted_legacy",
    "cavage_hs2019_created",
    "rfc9421_post",
    "rfc9421_post_fedify_style",
    "rfc9421_get",
)
CREATED = 1_795_262_400


async def test_035_the_vectors_verify_and_are_reproduced() -> None:
    for name in REQUESTS:
        _verify_request(name)
    for name in ("cavage_post", "cavage_get_with_query", "cavage_get_query_omitted_legacy", "rfc9421_post", "rfc9421_get"):
        assert _signed_by_us(name) == _without(name, "Accept", "Content-Type" if name.startswith("rfc") else "")
    _reproduce_what_we_do_not_send()
    _proof_and_followers()
    await _linked_data()


def _verify_request(name: str) -> None:
    request = vectors.request(name)
    read = signatures.parse(request)
    signed.check_host(request, ours={"remote.example"})
    signed.check_body(read, request, vectors.body(name) if request.method.upper() == "POST" else b"")
    signed.check_clock(read, now=NOW)
    signed.verify(read, vectors.rsa().public_key())
    assert read.key_id == KEY_ID


def _without(name: str, *left_out: str) -> dict[str, str]:
    return {field: value for field, value in vectors.vector(name)["headers"].items() if field not in left_out}


def _signed_by_us(name: str) -> dict[str, str]:
    made = vectors.vector(name)
    body = digest.sha256(vectors.body(name)) if made["method"] == "POST" else None
    if name.startswith("rfc"):
        return rfc9421.sign(method=made["method"], url=made["url"], key_id=KEY_ID, key=vectors.rsa(), now=NOW, body_sha256=body)
    return cavage.sign(
        method=made["method"],
        url=made["url"],
        key_id=KEY_ID,
        key=vectors.rsa(),
        now=NOW,
        body_sha256=body,
        headers={"Content-Type": vectors.BODY_TYPE} if body else {},
        with_query="omitted" not in name,
    )


def _reproduce_what_we_do_not_send() -> None:
    """hs2019, and the list of parts that Fedify signs."""
    covers = ["(request-target)", "(created)", "(expires)", "host", "digest"]
    request = vectors.request("cavage_hs2019_created")
    value = cavage.signature_value(request, covers, key_id=KEY_ID, key=vectors.rsa(), created=CREATED, expires=CREATED + 300)
    assert value == request.fields["signature"][0]
    parts = ["@method", "@target-uri", "@authority", "host", "date", "content-digest"]
    named = {"alg": "rsa-v1_5-sha256", "keyid": KEY_ID, "created": CREATED}
    fields = rfc9421.signature_fields(vectors.request("rfc9421_post_fedify_style"), parts, named, key=vectors.rsa())
    headers = vectors.vector("rfc9421_post_fedify_style")["headers"]
    assert fields == {name: headers[name] for name in ("Signature-Input", "Signature")}


def _proof_and_followers() -> None:
    made = vectors.vector("fep8b32")
    held = proofs.find(made["signed"])
    assert held is not None
    proofs.verify(held, vectors.ed25519().public_key(), now=NOW)
    bare = {name: value for name, value in made["signed"].items() if name != "proof"}
    assert proofs.make(bare, key=vectors.ed25519(), key_id=PROOF_KEY_ID, now=NOW) == made["signed"]
    assert keys.public_multibase(vectors.ed25519().public_key()) == vectors.key_text("ed25519_public_multibase")
    synchronised = vectors.vector("fep8fcf")
    assert followers.digest(synchronised["followers"]) == synchronised["digest"]


async def _linked_data() -> None:
    made, normaliser = vectors.vector("ldsig_rsa2017"), Normaliser(seconds=20)
    fixed = {"key_id": KEY_ID, "now": NOW, "normaliser": normaliser}
    try:
        assert await ldsig.sign(made["unsigned"], key=vectors.rsa(), lifetime=None, **fixed) == made["signed"]
        seen = await ldsig.verify(made["signed"], key=vectors.rsa().public_key(), **fixed)
    finally:
        await normaliser.close()
    assert seen["actor"] == made["signed"]["actor"]

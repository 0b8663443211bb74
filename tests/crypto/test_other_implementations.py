"""What we sign verifies elsewhere, and what others sign verifies here.

PyPI: http-message-signatures, apsig. npm: @peertube/http-signature, @misskey-dev/node-http-message-signatures, Fedify.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import apsig.draft
import apsig.proof
import pytest
from apsig.ld_signature import LDSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature, algorithms
from pyld import jsonld

from fedisw.crypto import cavage, contexts, digest, keys, ldsig, proofs, rfc9421, signatures, signed
from fedisw.crypto.signed import Request
from tests.support import node, vectors
from tests.support.node import Program
from tests.support.vectors import BODY_TYPE, KEY_ID, PROOF_KEY_ID

ACTOR = "https://swork.example/ap/actors/7"
INBOX = "https://remote.example/users/ben/inbox"
OUTBOX = "https://remote.example/users/ben/outbox?page=true"
BODY = vectors.body("cavage_post")
NOW = datetime.now(UTC).replace(microsecond=0)  # most of them know only the real clock; set anew for each test
SECRET = keys.private_pem(vectors.rsa()).decode()
PUBLIC = vectors.key_text("rsa_public_pem")
RSA = {"keyId": KEY_ID, "owner": ACTOR, "publicPem": PUBLIC}
CAVAGE, RFC9421 = "draft-cavage-http-signatures-12", "rfc9421"


@pytest.fixture(autouse=True)
def real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long run must not make the signatures of its last tests too old for the others."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with node.running("signatures.mjs") as program:
        yield program


def cavage_fields(method: str, url: str, **changes: Any) -> dict[str, str]:
    body = {"body_sha256": digest.sha256(BODY), "headers": {"Content-Type": BODY_TYPE}} if method == "POST" else {}
    return cavage.sign(**{"method": method, "url": url, "key_id": KEY_ID, "key": vectors.rsa(), "now": NOW, **body, **changes})


def rfc9421_fields(method: str, url: str, **changes: Any) -> dict[str, str]:
    body = {"body_sha256": digest.sha256(BODY)} if method == "POST" else {}
    return rfc9421.sign(**{"method": method, "url": url, "key_id": KEY_ID, "key": vectors.rsa(), "now": NOW, **body, **changes})


def asked(method: str, url: str, fields: dict[str, str]) -> dict[str, object]:
    """A request as the scripts want it."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = {"body": BODY.decode()} if method == "POST" else {}
    return {"method": method, "url": url, "target": target, "headers": fields, "now": NOW.isoformat(), **body}


def accept(method: str, url: str, fields: dict[str, str], key: keys.PublicKey) -> signed.Signed:
    """All our checks of a request that somebody else signed."""
    sent = urlsplit(url)
    target = sent.path + (f"?{sent.query}" if sent.query else "")
    headers = {"host": sent.netloc} | {name.lower(): str(value) for name, value in fields.items()}
    request = Request.of(method=method, target=target, scheme="https", headers=headers.items())
    read = signatures.parse(request)
    signed.check_host(request, ours={"remote.example"})
    signed.check_body(read, request, BODY if method == "POST" else b"")
    signed.check_clock(read, now=NOW)
    signed.verify(read, key)
    assert read.key_id == KEY_ID
    return read


# The request signatures of others


@pytest.mark.parametrize(("method", "url"), [("POST", INBOX), ("GET", OUTBOX)])
@pytest.mark.parametrize("library", ["peertube", "misskey"])
def test_our_requests_verify_with_the_libraries_of_peertube_and_misskey(program: Program, library: str, method: str, url: str):
    sent = asked(method, url, cavage_fields(method, url))
    assert program.ask(f"{library}.verify", publicPem=PUBLIC, **sent) is True
    assert program.try_to(f"{library}.verify", publicPem=PUBLIC, **{**sent, "target": "/other"}).get("result") is not True


@pytest.mark.parametrize(("method", "url"), [("POST", INBOX), ("GET", OUTBOX)])
def test_requests_of_peertubes_library_verify_here(program: Program, method: str, url: str):
    covers = ["(request-target)", "host", "date"] + (["digest"] if method == "POST" else [])
    fields = {name: value for name, value in cavage_fields(method, url).items() if name != "Signature"}
    made = program.ask("peertube.sign", **asked(method, url, fields), covers=covers, keyId=KEY_ID, privatePem=SECRET)
    accept(method, url, made, vectors.rsa().public_key())


def test_requests_of_misskeys_library_verify_here(program: Program):
    fields = {name: value for name, value in cavage_fields("POST", INBOX).items() if name in ("Host", "Date")}
    covers = ["(request-target)", "date", "host", "digest"]
    made = program.ask("misskey.sign", **asked("POST", INBOX, fields), covers=covers, keyId=KEY_ID, privatePem=SECRET)
    accept("POST", INBOX, made, vectors.rsa().public_key())


@pytest.mark.parametrize(("method", "url"), [("POST", INBOX), ("GET", "https://remote.example/users/ben")])
def test_our_requests_verify_with_fedify(program: Program, method: str, url: str):
    for spec, fields in ((CAVAGE, cavage_fields(method, url)), (RFC9421, rfc9421_fields(method, url))):
        sent = asked(method, url, fields)
        assert program.ask("fedify.verify", spec=spec, **sent, **RSA) is True
        assert program.ask("fedify.verify", spec=spec, **{**sent, "url": url + "2"}, **RSA) is False


def test_a_query_is_left_out_for_fedifys_draft_and_kept_for_its_rfc9421(program: Program):
    without = asked("GET", OUTBOX, cavage_fields("GET", OUTBOX, with_query=False))
    assert program.ask("fedify.verify", spec=CAVAGE, **without, **RSA) is True
    assert program.ask("fedify.verify", spec=RFC9421, **asked("GET", OUTBOX, rfc9421_fields("GET", OUTBOX)), **RSA) is True


@pytest.mark.parametrize("spec", [CAVAGE, RFC9421])
@pytest.mark.parametrize(("method", "url"), [("POST", INBOX), ("GET", OUTBOX)])
def test_requests_of_fedify_verify_here(program: Program, spec: str, method: str, url: str):
    fields = {"Content-Type": BODY_TYPE} if method == "POST" else {"Accept": BODY_TYPE}
    made = program.ask("fedify.sign", spec=spec, **asked(method, url, fields), keyId=KEY_ID, privatePem=SECRET)
    read = accept(method, url, made, vectors.rsa().public_key())
    assert read.scheme == (signed.Scheme.RFC9421 if spec == RFC9421 else signed.Scheme.CAVAGE)


def test_our_draft_verifies_with_apsig_and_its_draft_verifies_here():
    fields = cavage_fields("POST", INBOX)
    assert apsig.draft.Verifier(PUBLIC, "POST", INBOX, fields, BODY).verify() == KEY_ID
    assert apsig.draft.Verifier(PUBLIC, "POST", INBOX + "2", fields, BODY).verify() is None
    headers = {"Host": "remote.example", "Date": fields["Date"], "Content-Type": BODY_TYPE}
    made = apsig.draft.Signer(headers, vectors.rsa(), "POST", INBOX, KEY_ID, BODY).sign()
    accept("POST", INBOX, made, vectors.rsa().public_key())


class _Keys(HTTPSignatureKeyResolver):
    """One pair of keys, whatever it is asked for."""

    def __init__(self, key: keys.PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> keys.PrivateKey:
        return self._key

    def resolve_public_key(self, key_id: str) -> keys.PublicKey:
        return self._key.public_key()


PAIRS = [(vectors.rsa(), algorithms.RSA_V1_5_SHA256), (vectors.ed25519(), algorithms.ED25519)]


@pytest.mark.parametrize(("key", "algorithm"), PAIRS)
@pytest.mark.parametrize(("method", "url"), [("POST", INBOX), ("GET", OUTBOX)])
def test_our_rfc9421_verifies_with_http_message_signatures(key: keys.PrivateKey, algorithm: Any, method: str, url: str):
    message = types.SimpleNamespace(method=method, url=url, headers=rfc9421_fields(method, url, key=key))
    verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=_Keys(key))
    (seen,) = verifier.verify(message, body=BODY if method == "POST" else None)
    assert seen.parameters["keyid"] == KEY_ID
    message.url += "2"
    with pytest.raises(InvalidSignature):
        verifier.verify(message)


@pytest.mark.parametrize(("key", "algorithm"), PAIRS)
@pytest.mark.parametrize(
    "covers",
    [
        ["@method", "@target-uri", "content-digest"],
        [
            "@method",
            "@authority",
            "@path",
            "@query",
            '"@query-param";name="page"',
            "@scheme",
            "@request-target",
            "host",
            "content-digest",
        ],
    ],
)
def test_http_message_signatures_verify_here(key: keys.PrivateKey, algorithm: Any, covers: list[str]):
    headers = {"Host": "remote.example", "Content-Digest": digest.content_digest_value(digest.sha256(BODY))}
    message = types.SimpleNamespace(method="POST", url=OUTBOX, headers=headers)
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=_Keys(key))
    signer.sign(message, key_id=KEY_ID, covered_component_ids=covers, created=NOW, use_existing_digest=True)
    accept("POST", OUTBOX, message.headers, key.public_key())


# Proofs


def proved() -> dict[str, Any]:
    return proofs.make(vectors.vector("fep8b32")["unsigned"], key=vectors.ed25519(), key_id=PROOF_KEY_ID, now=NOW)


def test_our_proofs_verify_with_apsig_and_its_proofs_verify_here():
    assert apsig.proof.ProofVerifier(vectors.ed25519().public_key()).verify(proved()) == PROOF_KEY_ID
    config = {**vectors.vector("fep8b32")["proof_config"]}
    made = apsig.proof.ProofSigner(vectors.ed25519()).sign(vectors.vector("fep8b32")["unsigned"], config)
    proof = proofs.find(made)
    assert proof is not None
    proofs.verify(proof, vectors.ed25519().public_key(), now=NOW)


def test_our_proofs_verify_with_fedify(program: Program):
    pem = vectors.ed25519().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    key = {"keyId": PROOF_KEY_ID, "owner": ACTOR, "publicPem": pem}
    assert program.ask("fedify.verifyProof", document=proved(), **key) is True
    assert program.ask("fedify.verifyProof", document={**proved(), "type": "Dislike"}, **key) is False


def test_proofs_of_fedify_verify_here(program: Program):
    context = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"]
    made = program.ask(
        "fedify.makeProof",
        keyId=PROOF_KEY_ID,
        privatePem=keys.private_pem(vectors.ed25519()).decode(),
        now=NOW.isoformat(),
        id="https://swork.example/activities/02",
        actor=ACTOR,
        object="https://remote.example/notes/9",
        context=context,
    )
    proof = proofs.find(made)
    assert proof is not None
    proofs.verify(proof, vectors.ed25519().public_key(), now=NOW)


# LD signatures


OTHER_ADDRESS = "https://w3c-ccg.github.io/security-vocab/contexts/security-v1.jsonld"  # where apsig looks for a context


def _offline(url: str, options: object) -> dict[str, object]:
    known = contexts.bundled("https://w3id.org/security/v1" if url == OTHER_ADDRESS else url)
    return {"contextUrl": None, "documentUrl": url, "document": known, "contentType": "application/ld+json"}


@pytest.fixture
def offline() -> Iterator[None]:
    """apsig lets PyLD load contexts as it likes; here it gets ours."""
    before = jsonld.get_document_loader()
    jsonld.set_document_loader(_offline)
    yield
    jsonld.set_document_loader(before)


async def ld_signed(lifetime: timedelta | None = ldsig.LIFETIME) -> dict[str, Any]:
    normaliser = ldsig.Normaliser(seconds=20)
    unsigned = vectors.vector("ldsig_rsa2017")["unsigned"]
    held = await ldsig.sign(unsigned, key=vectors.rsa(), key_id=KEY_ID, now=NOW, normaliser=normaliser, lifetime=lifetime)
    await normaliser.close()
    return held


async def ld_accept(held: dict[str, Any]) -> None:
    normaliser = ldsig.Normaliser(seconds=20)
    seen = await ldsig.verify(held, key=vectors.rsa().public_key(), key_id=KEY_ID, now=NOW, normaliser=normaliser)
    await normaliser.close()
    assert seen["actor"] == ACTOR


@pytest.mark.usefixtures("offline")
async def test_our_ld_signatures_verify_with_apsig_and_its_ones_verify_here():
    held = await ld_signed(lifetime=None)  # apsig 0.6 leaves `expires` out of what it checks
    assert LDSignature().verify(held, vectors.rsa().public_key()) == KEY_ID
    assert LDSignature().verify({**held, "to": []}, vectors.rsa().public_key()) is None
    await ld_accept(LDSignature().sign(vectors.vector("ldsig_rsa2017")["unsigned"], KEY_ID, vectors.rsa(), created=NOW))


async def test_our_ld_signatures_verify_with_fedify_and_its_ones_verify_here(program: Program):
    held = await ld_signed()
    assert program.ask("fedify.verifyLd", document=held, **RSA) is True
    assert program.ask("fedify.verifyLd", document={**held, "to": []}, **RSA) is False
    unsigned = vectors.vector("ldsig_rsa2017")["unsigned"]
    await ld_accept(program.ask("fedify.signLd", document=unsigned, keyId=KEY_ID, now=NOW.isoformat(), privatePem=SECRET))

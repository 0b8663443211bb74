"""Proofs in documents: the vectors, and what is refused (FEP-8b32, SIG-10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import keys, multibase, proofs
from fedisw.model.errors import Malformed, Unauthenticated
from tests.support import vectors
from tests.support.vectors import NOW, PROOF_KEY_ID

FEP_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
FEP_DOCUMENT: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
    "proof": {
        "@context": CONTEXT,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": "https://server.example/users/alice#ed25519-key",
        "proofPurpose": "assertionMethod",
        "proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
        "created": "2023-02-24T23:36:38Z",
    },
}


def document() -> dict[str, Any]:
    return dict(vectors.vector("fep8b32")["signed"])


def verify(held: dict[str, Any]) -> None:
    proof = proofs.find(held)
    assert proof is not None
    proofs.verify(proof, vectors.ed25519().public_key(), now=NOW)


def signed_by_hand(held: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """A document with a proof of any form, rightly signed."""
    value = multibase.encode(keys.sign(vectors.ed25519(), proofs._hash(config, held)))
    return {**held, "proof": {**config, "proofValue": value}}


def test_the_vector_verifies_and_is_reproduced():
    verify(document())
    made = proofs.make(vectors.vector("fep8b32")["unsigned"], key=vectors.ed25519(), key_id=PROOF_KEY_ID, now=NOW)
    assert made == document()


def test_the_example_of_the_fep_verifies():
    proof = proofs.find(FEP_DOCUMENT)
    assert proof is not None
    assert proof.key_id == "https://server.example/users/alice#ed25519-key"
    proofs.verify(proof, keys.parse_multikey(FEP_KEY), now=NOW)


def test_the_example_of_the_fep_is_reproduced():
    bare = {name: value for name, value in FEP_DOCUMENT.items() if name != "proof"}
    key = keys.Ed25519PrivateKey.from_private_bytes(multibase.decode("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")[2:])
    made = proofs.make(
        bare, key=key, key_id="https://server.example/users/alice#ed25519-key", now=datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
    )
    assert made == FEP_DOCUMENT


def test_an_ld_signature_added_later_does_not_matter():
    verify({**document(), "signature": {"type": "RsaSignature2017"}})


def test_a_list_of_one_proof_is_a_proof():
    held = document()
    verify({**held, "proof": [held["proof"], {"type": "DataIntegrityProof", "cryptosuite": "other"}]})


@pytest.mark.parametrize("proof", [None, [], "text", {}, {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}])
def test_without_a_proof_of_our_kind_there_is_none(proof: object):
    assert proofs.find({**document(), "proof": proof}) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held.update(type="Dislike"),
        lambda held: held.update(extra=1),
        lambda held: held.pop("object"),
        lambda held: held["proof"].update(created="2026-11-21T12:00:01Z"),
        lambda held: held["proof"].update(verificationMethod=PROOF_KEY_ID + "2"),
        lambda held: held["proof"].pop("created"),
        lambda held: held["proof"].update(extra=1),
        lambda held: held["proof"].pop("@context"),
        lambda held: held["proof"].update(proofValue="z" + "1" * 64),
    ],
)
def test_a_changed_document_or_proof_is_refused(change: Callable[[dict[str, Any]], object]):
    held = document()
    change(held)
    with pytest.raises(Unauthenticated):
        verify(held)


@pytest.mark.parametrize(
    "change",
    [
        {"proofValue": None},
        {"proofValue": "z111"},
        {"proofValue": "x" + "1" * 64},
        {"verificationMethod": None},
        {"verificationMethod": ["x"]},
        {"expires": 5},
        {"expires": "soon"},
        {"expires": "2026-11-21T12:00:00"},
    ],
)
def test_a_proof_that_cannot_be_read_is_malformed(change: dict[str, object]):
    held = document()
    held["proof"].update(change)
    with pytest.raises(Malformed):
        verify(held)


def test_several_proofs_are_malformed():
    held = document()
    with pytest.raises(Malformed):
        verify({**held, "proof": [held["proof"], held["proof"]]})


def test_an_expired_proof_is_refused():
    bare = vectors.vector("fep8b32")["unsigned"]
    config = {**vectors.vector("fep8b32")["proof_config"], "expires": "2026-11-21T12:00:01Z"}
    held = signed_by_hand(bare, config)
    verify(held)
    proof = proofs.find(held)
    assert proof is not None
    with pytest.raises(Unauthenticated):
        proofs.verify(proof, vectors.ed25519().public_key(), now=NOW + timedelta(seconds=1))


def test_a_context_that_begins_the_documents_is_accepted_and_is_what_counts():
    bare = vectors.vector("fep8b32")["unsigned"]
    held = signed_by_hand(bare, vectors.vector("fep8b32")["proof_config"])
    longer = {**held, "@context": [*held["@context"], {"extra": "https://swork.example/ns#extra"}]}
    verify(longer)
    proof = proofs.find(longer)
    assert proof is not None
    assert proof.document["@context"] == bare["@context"]


@pytest.mark.parametrize(
    "context", [None, CONTEXT[0], CONTEXT[:1], list(reversed(CONTEXT)), [CONTEXT[0], "https://evil.example"]]
)
def test_a_proof_of_another_context_is_refused(context: object):
    with pytest.raises(Unauthenticated):
        verify({**document(), "@context": context})


def test_other_keys_are_refused():
    proof = proofs.find(document())
    assert proof is not None
    for key in (keys.generate_ed25519().public_key(), vectors.rsa().public_key()):
        with pytest.raises(Unauthenticated):
            proofs.verify(proof, key, now=NOW)


@pytest.mark.parametrize("name", ["proof", "signature"])
def test_what_is_signed_already_is_not_signed_again(name: str):
    with pytest.raises(Malformed):
        proofs.make({name: {}}, key=vectors.ed25519(), key_id=PROOF_KEY_ID, now=NOW)


@given(position=st.integers(min_value=0), letter=st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZ"))
def test_a_changed_letter_of_the_value_never_verifies(position: int, letter: str):
    held = document()
    value = held["proof"]["proofValue"]
    at = position % len(value)
    held["proof"]["proofValue"] = changed = value[:at] + letter + value[at + 1 :]
    if changed != value:
        with pytest.raises((Malformed, Unauthenticated)):
            verify(held)

"""Proofs inside documents: FEP-8b32 with the cryptosuite eddsa-jcs-2022.

A proof says that the owner of an Ed25519 key made exactly this document, whoever brought it. Whether that key belongs
to the document's actor is for the caller to find out (SIG-10).

Source: FEP-8b32; W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3; federation.md, section 3.8.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fedisw.crypto import jcs, keys, multibase
from fedisw.model.errors import Malformed, Unauthenticated

SUITE = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
OUTSIDE = ("proof", "signature")  # members that a proof does not cover; an LD signature is added after it
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof whose form is in order; it proves nothing before `verify`.

    Args:
        key_id: its `verificationMethod`.
        config: the proof without its value, as it is signed.
        document: what is signed: the document without proof and LD signature, with the context that the proof names.
        expires: None when it does not say.
    """

    key_id: str
    config: Mapping[str, object]
    document: Mapping[str, object]
    expires: datetime | None
    signature: bytes


def make(document: Mapping[str, object], *, key: Ed25519PrivateKey, key_id: str, now: datetime) -> dict[str, object]:
    """The document with a proof. An LD signature must be added after it, never before.

    Raises:
        Malformed: the document has a proof or signature already, or is not JSON.
    """
    if any(name in document for name in OUTSIDE):
        raise Malformed("the document has a proof or a signature already")
    created = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    config: dict[str, object] = {**SUITE, "verificationMethod": key_id, "created": created}
    if "@context" in document:
        config = {"@context": document["@context"], **config}
    value = multibase.encode(keys.sign(key, _hash(config, document)))
    return {**document, "proof": {**config, "proofValue": value}}


def find(document: Mapping[str, object]) -> Proof | None:
    """The proof of a document; None when it has none of the kind that we check.

    Raises:
        Malformed: a proof of our kind that cannot be read, or several.
        Unauthenticated: its context is not the document's.
    """
    held = document.get("proof")
    proofs = [proof for given in (held if isinstance(held, list) else [held]) if (proof := _ours(given)) is not None]
    if not proofs:
        return None
    if len(proofs) > 1:
        raise Malformed("several proofs")
    proof = proofs[0]
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in document.items() if name not in OUTSIDE}
    if "@context" in config:
        _check_context(config["@context"], bare.get("@context"))
        bare["@context"] = config["@context"]
    return Proof(
        key_id=_text(proof, "verificationMethod"),
        config=config,
        document=bare,
        expires=_moment(_text(proof, "expires")) if "expires" in proof else None,
        signature=_signature(_text(proof, "proofValue")),
    )


def verify(proof: Proof, key: keys.PublicKey, *, now: datetime) -> None:
    """Unauthenticated unless the proof was made with `key` over this very document and has not expired."""
    if not isinstance(key, Ed25519PublicKey):
        raise Unauthenticated("the key of a proof must be an Ed25519 key")
    if proof.expires is not None and proof.expires <= now:
        raise Unauthenticated("the proof has expired")
    if not keys.is_signed(key, signature=proof.signature, data=_hash(proof.config, proof.document)):
        raise Unauthenticated("wrong proof")


def _hash(config: Mapping[str, object], document: Mapping[str, object]) -> bytes:
    return b"".join(hashlib.sha256(jcs.canonical(dict(part))).digest() for part in (config, document))


def _ours(given: object) -> Mapping[str, object] | None:
    if isinstance(given, dict) and all(given.get(name) == value for name, value in SUITE.items()):
        return given
    return None


def _check_context(mine: object, whole: object) -> None:
    """The proof's context must be the document's or the beginning of it; only what it says has been signed."""
    mine_listed, whole_listed = (value if isinstance(value, list) else [value] for value in (mine, whole))
    if whole_listed[: len(mine_listed)] != mine_listed:
        raise Unauthenticated("the proof has another context than the document")


def _text(proof: Mapping[str, object], name: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} of the proof is not text")
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed("a time of the proof cannot be read") from error
    if moment.tzinfo is None:
        raise Malformed("a time of the proof has no zone")
    return moment


def _signature(text: str) -> bytes:
    value = multibase.decode(text)
    if len(value) != SIGNATURE_BYTES:
        raise Malformed("the proof's value has the wrong length")
    return value

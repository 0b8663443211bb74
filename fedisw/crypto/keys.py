"""Actor keys: made, written, read, and used to sign and to check.

RSA-2048 for HTTP and LD signatures, Ed25519 for proofs and for peers that use it. The algorithm follows the key: RSA
PKCS#1 v1.5 with SHA-256, or Ed25519; nothing else exists here (SIG-4).

Source: federation.md, section 3.1; FEP-521a.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from fedisw.crypto import multibase
from fedisw.model.errors import Malformed, Unauthenticated

PublicKey: TypeAlias = RSAPublicKey | Ed25519PublicKey
PrivateKey: TypeAlias = RSAPrivateKey | Ed25519PrivateKey

RSA_BITS = 2_048  # of our own keys: understood everywhere
MIN_RSA_BITS, MAX_RSA_BITS = 2_048, 8_192  # SIG-4
MAX_RSA_EXPONENT = 2**32  # larger ones only make checking slow
MAX_PEM = 4_096  # characters; an RSA key of 8,192 bits has about 1,450
PARSED_KEYS = 2_048  # parsed keys that are remembered, a few kB each

ED25519_PREFIX = bytes.fromhex("ed01")  # multicodec ed25519-pub
RSA_PREFIX = bytes.fromhex("8524")  # multicodec rsa-pub


class Algorithm(StrEnum):
    """What a key can do; the values are the names of RFC 9421."""

    RSA = "rsa-v1_5-sha256"
    ED25519 = "ed25519"


def algorithm_of(key: PublicKey | PrivateKey) -> Algorithm:
    """The one algorithm of this key."""
    return Algorithm.ED25519 if isinstance(key, Ed25519PublicKey | Ed25519PrivateKey) else Algorithm.RSA


def generate_rsa() -> RSAPrivateKey:
    """A new RSA key of 2,048 bits; 0.1 s and more of CPU, so call it in a thread."""
    return generate_private_key(public_exponent=65_537, key_size=RSA_BITS)


def generate_ed25519() -> Ed25519PrivateKey:
    """A new Ed25519 key."""
    return Ed25519PrivateKey.generate()


def private_pem(key: PrivateKey) -> bytes:
    """PKCS#8, not encrypted: to be sealed before it is stored (KEY-1)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: PublicKey) -> str:
    """SPKI as actors publish it in `publicKeyPem`, with its final line break."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def public_multibase(key: PublicKey) -> str:
    """`publicKeyMultibase` of a Multikey: multicodec prefix and raw key (Ed25519) or PKCS#1 DER (RSA)."""
    if isinstance(key, Ed25519PublicKey):
        return multibase.encode(ED25519_PREFIX + key.public_bytes_raw())
    return multibase.encode(RSA_PREFIX + key.public_bytes(Encoding.DER, PublicFormat.PKCS1))


def import_private(pem: bytes) -> PrivateKey:
    """Read a private key from outside, with the full check (about 50 ms for RSA).

    Raises:
        Malformed: no private key, encrypted, of another kind, or its numbers do not belong together.
    """
    return _private(pem, trusted=False)


def load_private(pem: bytes) -> PrivateKey:
    """Read a private key that we made or checked ourselves; skips the check of its numbers (13 us instead of 51 ms).

    Raises:
        Malformed: as `import_private`, but for the numbers.
    """
    return _private(pem, trusted=True)


def _private(pem: bytes, *, trusted: bool) -> PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=trusted)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Malformed("not a private key") from error
    if isinstance(key, RSAPrivateKey):
        _check_size(key.key_size)
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise Malformed("a private key of a kind that is not used here")


@lru_cache(maxsize=PARSED_KEYS)
def parse_pem(text: str) -> PublicKey:
    """A peer's `publicKeyPem`: SPKI, or PKCS#1 as Mobilizon writes it. Remembers the last 2,048 texts.

    Raises:
        Malformed: no key, or of a kind that is not used here.
        Unauthenticated: an RSA key of fewer than 2,048 or more than 8,192 bits (SIG-4).
    """
    if len(text) > MAX_PEM:
        raise Malformed("public key is too long")
    try:
        return _usable(load_pem_public_key(text.encode("ascii")))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a public key") from error


@lru_cache(maxsize=PARSED_KEYS)
def parse_multikey(text: str) -> PublicKey:
    """A peer's `publicKeyMultibase`: Ed25519, or RSA in PKCS#1. Errors and memory as `parse_pem`."""
    data = multibase.decode(text)
    prefix, raw = data[:2], data[2:]
    try:
        if prefix == ED25519_PREFIX:
            return Ed25519PublicKey.from_public_bytes(raw)
        if prefix == RSA_PREFIX:
            return _usable(load_der_public_key(raw))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a public key") from error
    raise Malformed("a public key of a kind that is not used here")


def _usable(key: object) -> PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise Malformed("a public key of a kind that is not used here")
    _check_size(key.key_size)
    if key.public_numbers().e > MAX_RSA_EXPONENT:
        raise Unauthenticated("RSA exponent is too large")
    return key


def _check_size(bits: int) -> None:
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        raise Unauthenticated("RSA key has too few or too many bits")


def sign(key: PrivateKey, data: bytes) -> bytes:
    """The signature of `data`: 0.8 ms of CPU for RSA-2048, freed of the interpreter lock: call it in a thread."""
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, padding.PKCS1v15(), SHA256())


def is_signed(key: PublicKey, *, signature: bytes, data: bytes) -> bool:
    """Whether `signature` was made over exactly `data` with the private half of `key`."""
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, data)
        else:
            key.verify(signature, data, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True

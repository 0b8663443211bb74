"""The key with which Web Push messages are signed: P-256 (RFC 8292)."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fedisw.model.errors import Invalid

SCALAR_BYTES = 32


def generate() -> str:
    """A new private key in the form of the secrets file: its number in base64url without padding."""
    number = generate_private_key(SECP256R1()).private_numbers().private_value
    return _encode(number.to_bytes(SCALAR_BYTES, "big"))


def load(text: str) -> EllipticCurvePrivateKey:
    """The key of the secrets file; Invalid when it is none."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(raw) != SCALAR_BYTES:
            raise Invalid("vapid_private_key", f"must be {SCALAR_BYTES} bytes in base64url")
        return derive_private_key(int.from_bytes(raw, "big"), SECP256R1())
    except (binascii.Error, ValueError) as error:
        raise Invalid("vapid_private_key", "is not a P-256 key in base64url") from error


def public_text(key: EllipticCurvePrivateKey) -> str:
    """The public half as browsers want it: uncompressed point in base64url without padding, 87 characters."""
    return _encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")

"""Digests of bodies: `Digest` (RFC 3230) beside draft-cavage, `Content-Digest` (RFC 9530) beside RFC 9421.

Always over the raw bytes that were received; SHA-256 or SHA-512; of several all that are known must match and one
must be known (SIG-5).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

from fedisw.crypto import structured
from fedisw.model.errors import Malformed, Unauthenticated

HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
MAX_ENTRIES = 8  # digests that one field may list


def sha256(body: bytes) -> bytes:
    """32 bytes; kept beside a stored body, so that both headers can be made without reading it again."""
    return hashlib.sha256(body).digest()


def digest_value(body_sha256: bytes) -> str:
    """Value of the `Digest` field."""
    return f"SHA-256={base64.b64encode(body_sha256).decode('ascii')}"


def content_digest_value(body_sha256: bytes) -> str:
    """Value of the `Content-Digest` field."""
    return f"sha-256=:{base64.b64encode(body_sha256).decode('ascii')}:"


def check_digest(value: str, body: bytes) -> None:
    """Unauthenticated unless the `Digest` field `value` is that of `body`."""
    _check(_entries(value), body)


def check_content_digest(value: str, body: bytes) -> None:
    """Unauthenticated unless the `Content-Digest` field `value` is that of `body`."""
    try:
        members = structured.parse_bytes_dictionary(value)
    except Malformed as error:
        raise Unauthenticated("Content-Digest cannot be read") from error
    _check(members.items(), body)


def _entries(value: str) -> Iterable[tuple[str, bytes]]:
    parts = value.split(",")
    if len(parts) > MAX_ENTRIES:
        raise Unauthenticated("too many digests")
    for part in parts:
        name, found, encoded = part.strip().partition("=")
        if not found:
            raise Unauthenticated("Digest cannot be read")
        if name.lower() in HASHES:
            yield name.lower(), _decode(encoded)


def _decode(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unauthenticated("Digest is not base64") from error


def _check(entries: Iterable[tuple[str, bytes]], body: bytes) -> None:
    known = [(HASHES[name], value) for name, value in entries if name in HASHES]
    if not known:
        raise Unauthenticated("no digest of a known kind")
    for make, value in known:
        if not hmac.compare_digest(make(body).digest(), value):
            raise Unauthenticated("the digest is not that of the body")

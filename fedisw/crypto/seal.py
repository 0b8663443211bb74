"""Secrets at rest: AES-256-GCM under a master key that is not in the database (KEY-1).

A sealed value is version (1 byte), fingerprint of the key (4), nonce (12), ciphertext with tag. The row that it belongs
to is bound to it, so that a value copied into another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fedisw.model.errors import Invalid

KEY_BYTES = 32
VERSION = b"\x01"
FINGERPRINT_BYTES, NONCE_BYTES = 4, 12
HEADER_BYTES = len(VERSION) + FINGERPRINT_BYTES
MIN_DIFFERENT_BYTES = 12  # 32 random bytes practically never have fewer; typed-in and example keys do


class Unsealable(Exception):
    """A sealed value does not open: another master key, another row, or damaged.

    Nobody who asks can do anything about it, so it is none of the domain's errors: an operator must look.
    """


class Sealer:
    """Seals with the first key, opens with any; more than one only while the master key is being changed (KEY-3)."""

    def __init__(self, key: bytes, *, older: Iterable[bytes] = ()) -> None:
        self._ciphers: dict[bytes, AESGCM] = {}
        self.adopt(key, older=older)

    def adopt(self, key: bytes, *, older: Iterable[bytes] = ()) -> None:
        """Seal with another key from now on; what was known before still opens."""
        self._ciphers = self._ciphers | {_fingerprint(known): AESGCM(known) for known in (*older, key)}
        self._current = _fingerprint(key)

    @property
    def header(self) -> bytes:
        """What everything begins with that the current key sealed."""
        return VERSION + self._current

    def seal(self, secret: bytes, *, row: str) -> bytes:
        """The sealed form of `secret`.

        Args:
            row: names table, row id and column, such as `accounts/7/rsa_key`; needed again to open.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + self._current + nonce + self._ciphers[self._current].encrypt(nonce, secret, row.encode("utf-8"))

    def open(self, sealed: bytes, *, row: str) -> bytes:
        """The secret; Unsealable when the value, the row or the key is another."""
        nonce, text = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :]
        cipher = self._ciphers.get(sealed[len(VERSION) : HEADER_BYTES])
        if sealed[: len(VERSION)] != VERSION or cipher is None or len(nonce) != NONCE_BYTES:
            raise Unsealable("sealed with another key, or not sealed at all")
        try:
            return cipher.decrypt(nonce, text, row.encode("utf-8"))
        except InvalidTag as error:
            raise Unsealable("sealed for another row, or damaged") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether `sealed` was made with the current key; False means: seal it again."""
        return sealed[:HEADER_BYTES] == self.header


def new_key() -> str:
    """A new master key in the form of the secrets file: 32 random bytes in base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def parse_key(text: str) -> bytes:
    """A key of the secrets file; Invalid when it is empty, not 32 bytes, or clearly not random (KEY-2)."""
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("master_key", "is not base64url") from error
    if len(key) != KEY_BYTES:
        raise Invalid("master_key", f"must be {KEY_BYTES} bytes in base64url")
    if len(set(key)) < MIN_DIFFERENT_BYTES or key.isascii():
        raise Invalid("master_key", "is not random")
    return key


def _fingerprint(key: bytes) -> bytes:
    return hashlib.sha256(b"fedisw seal " + key).digest()[:FINGERPRINT_BYTES]

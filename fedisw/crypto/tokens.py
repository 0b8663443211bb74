"""Random tokens, what is stored of them, and PKCE (OAU-1, OAU-5, AUT-7, KEY-4, KEY-5)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from functools import lru_cache

TOKEN_BYTES = 32  # 256 bits
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}", re.ASCII)  # RFC 7636, section 4.1
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # SHA-256 in base64url without padding


def new_token() -> str:
    """256 random bits as 43 characters that are safe in URLs, fields and files."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def stored_hash(token: str, *, key: bytes) -> bytes:
    """32 bytes to store and to look up by instead of the token.

    Args:
        key: at least 32 secret bytes that are not in the database; who reads the database alone cannot test guesses.
    """
    mac = _keyed(key).copy()  # a third of the time of hmac.digest, which also lets another thread take over meanwhile
    mac.update(token.encode("utf-8", "surrogatepass"))
    return mac.digest()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def same(one: str | bytes, other: str | bytes) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def is_challenge(text: str) -> bool:
    """Whether `text` can be a PKCE challenge of the method S256."""
    return _CHALLENGE.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier. Source: RFC 7636, section 4.2."""
    hashed = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode("ascii")


def answers(verifier: str, *, challenge: str) -> bool:
    """Whether `verifier` is well-formed and belongs to `challenge`."""
    return _VERIFIER.fullmatch(verifier) is not None and same(challenge_of(verifier), challenge)


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value

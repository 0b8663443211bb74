"""Values that must never be shown: their text form hides them (security LOG-1, KEY-2)."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final, NoReturn

import msgspec

KEY_BYTES: Final = 32
LEAST_DIFFERENT_BYTES: Final = 16  # 32 random bytes have fewer about once in 10^10; a typed-in key nearly always


class Secret:
    """A text that hides itself from logs, tracebacks and pickles; `reveal` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def key(self) -> bytes:
        """The 32 bytes of a key written in base64url; ValueError for anything else."""
        try:
            raw = base64.urlsafe_b64decode(self._value + "=" * (-len(self._value) % 4))
        except (binascii.Error, ValueError) as error:
            raise ValueError("is not base64") from error
        if len(raw) != KEY_BYTES:
            raise ValueError(f"is not {KEY_BYTES} bytes long")
        return raw

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(Secret)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What the secrets file holds; the three keys are 32 bytes each, base64url.

    `former_master_key` opens what was sealed before the master key was changed (KEY-3).
    """

    master_key: Secret
    session_key: Secret
    vapid_private_key: Secret
    former_master_key: Secret | None = None
    database_password: Secret | None = None
    mail_password: Secret | None = None
    s3_access_key: Secret | None = None
    s3_secret_key: Secret | None = None


KEYS: Final = ("master_key", "session_key", "vapid_private_key")


def weakness(key: Secret) -> str | None:
    """Why a key must not be used (empty, wrong form, an example, typed in by hand), or None (security KEY-2)."""
    if not key.reveal():
        return "is empty"
    try:
        raw = key.key()
    except ValueError as error:
        return str(error)
    if len(set(raw)) < LEAST_DIFFERENT_BYTES:
        return "looks like an example, not like a random key"
    return None

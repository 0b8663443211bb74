"""Second factors, and what a sign-in remembers between its two steps (security AUT-4, AUT-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Totp:
    """An authenticator app: `secret_sealed` belongs to the row of the account (KEY-1).

    `last_step` is the newest 30-second step whose code was used: that one and older ones are refused.
    """

    account_id: int
    secret_sealed: bytes
    created_at: datetime
    last_step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCode:
    """A code on paper, for one use; only its keyed hash is kept."""

    code_hash: bytes
    account_id: int
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A WebAuthn credential; `name` is what its owner calls it. `sign_count` only grows, where the device counts at all."""

    id: int
    account_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSignIn:
    """The password was right, the second factor is awaited. It gives no rights (AUT-5)."""

    token_hash: bytes
    account_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChange:
    """An address that a person wants to have and has not confirmed yet (AUT-7, AUT-8)."""

    account_id: int
    email: str
    token_hash: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What protects an account beside its password."""

    totp: bool = False
    passkeys: tuple[Passkey, ...] = ()
    codes_left: int = 0

    @property
    def any(self) -> bool:
        """Whether a sign-in has a second step."""
        return self.totp or bool(self.passkeys)

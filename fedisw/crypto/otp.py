"""One-time passwords of authenticator apps, and recovery codes (AUT-4; RFC 6238, RFC 4226); the only user of pyotp."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Final

import pyotp

from fedisw.crypto.tokens import same

STEP: Final = 30  # seconds
DRIFT: Final = 1  # steps that a clock may be wrong, in both directions
SECRET_BYTES: Final = 20  # 160 bits, as RFC 4226 recommends
DIGITS: Final = 6
RECOVERY_CODES: Final = 10
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
HALF: Final = 5  # letters of each half of a recovery code: 49 bits together


def new_secret() -> str:
    """A secret as authenticator apps take it: base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def link(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says: an `otpauth:` address that apps open."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(code: str, *, secret: str, now: datetime) -> int | None:
    """The step whose code this is, the present one or its neighbours; None for a wrong code.

    Whoever asks must refuse a step that was used before.
    """
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdecimal():
        return None
    generator, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    fitting = [step for step in range(present - DRIFT, present + DRIFT + 1) if same(generator.at(step * STEP), typed)]
    return fitting[-1] if fitting else None


def new_recovery_codes() -> list[str]:
    """Ten codes for paper, such as `k7m2p-x9qrt`."""
    return ["-".join("".join(secrets.choice(LETTERS) for _ in range(HALF)) for _ in range(2)) for _ in range(RECOVERY_CODES)]


def plain_recovery_code(typed: str) -> str:
    """A recovery code as it is hashed: however somebody wrote it, with blanks, in capitals, without the dash."""
    return "".join(char for char in typed.lower() if char.isalnum())

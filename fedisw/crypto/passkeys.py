"""Passkeys: what the browser is asked, and whether its answer is right (AUT-4; Web Authentication Level 3).

The only user of the library. Challenges are signed instead of stored: nobody can fill a table with them; the caller
remembers those that were answered until they are too old to count (`CHALLENGE_FOR`).
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fedisw.crypto.tokens import same
from fedisw.model.errors import Invalid

CHALLENGE_FOR: Final = timedelta(minutes=5)
RANDOM_BYTES, TIME_BYTES, MAC_BYTES = 16, 8, 32
MAX_ANSWER: Final = 20_000  # characters
ENTER: Final = "enter"  # purpose of a challenge for signing in
WRONG: Final = "The passkey did not work. Please try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose passkeys: the host they are bound to, our origin as browsers write it, and the name that people see."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A passkey as its device made it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


class _Answer(msgspec.Struct):
    rawId: str = ""  # noqa: N815  # the name on the wire


def new_challenge(purpose: str, *, key: bytes, now: datetime) -> bytes:
    """A random challenge that only we can have made, at this time and for this purpose."""
    head = secrets.token_bytes(RANDOM_BYTES) + int(now.timestamp()).to_bytes(TIME_BYTES, "big")
    return head + _mac(head, purpose, key)


def is_ours(challenge: bytes, purpose: str, *, key: bytes, now: datetime) -> bool:
    """Whether we made this challenge for this purpose within the last five minutes."""
    head, mac = challenge[: RANDOM_BYTES + TIME_BYTES], challenge[RANDOM_BYTES + TIME_BYTES :]
    if len(challenge) != RANDOM_BYTES + TIME_BYTES + MAC_BYTES or not same(mac, _mac(head, purpose, key)):
        return False
    age = now.timestamp() - int.from_bytes(head[RANDOM_BYTES:], "big")
    return -1 <= age <= CHALLENGE_FOR.total_seconds()


def question(challenge: bytes, *, site: Site, allowed: Iterable[bytes] = ()) -> str:
    """What a browser is asked at the sign-in, as JSON.

    Args:
        allowed: ids of the passkeys that will do; none: any that the person has for this site.
    """
    asked = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(CHALLENGE_FOR.total_seconds() * 1000),
        allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in allowed],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(asked)


def invitation(challenge: bytes, *, site: Site, person: bytes, name: str, shown: str, known: Iterable[bytes]) -> str:
    """What a browser is asked in order to make a passkey, as JSON.

    Args:
        person: a number for the person that tells nobody who they are.
        name: their handle; `shown`: their name.
        known: ids of the passkeys they have, so that no device makes a second one.
    """
    asked = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=person,
        user_name=name,
        user_display_name=shown,
        challenge=challenge,
        timeout=int(CHALLENGE_FOR.total_seconds() * 1000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return webauthn.options_to_json(asked)


def check_new(answer: str, *, challenge: bytes, site: Site) -> NewKey:
    """The passkey that a browser has made; Invalid when anything about it is not right."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer[:MAX_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise Invalid("credential", WRONG) from error
    return NewKey(credential_id=made.credential_id, public_key=made.credential_public_key, sign_count=made.sign_count)


def credential_id(answer: str) -> bytes:
    """Which passkey a browser has answered with; Invalid for nonsense. Nothing is proved yet."""
    try:
        return decode(msgspec.json.decode(answer[:MAX_ANSWER], type=_Answer).rawId)
    except msgspec.MsgspecError as error:
        raise Invalid("credential", WRONG) from error


def check_answer(answer: str, *, challenge: bytes, site: Site, public_key: bytes, sign_count: int) -> int:
    """Whether the answer at a sign-in is right.

    Returns:
        The device's new count.

    Raises:
        Invalid: another key, challenge, origin or host; the person was not verified; the count went back.
    """
    try:
        proved = webauthn.verify_authentication_response(
            credential=answer[:MAX_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise Invalid("credential", WRONG) from error
    return proved.new_sign_count


def encode(value: bytes) -> str:
    """base64url without padding, as browsers write it."""
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of such a text; Invalid for anything else."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise Invalid("credential", WRONG) from error


def _mac(head: bytes, purpose: str, key: bytes) -> bytes:
    return hmac.digest(key, b"passkey challenge " + purpose.encode() + b" " + head, "sha256")

"""The signature of a request, in whichever scheme it came (SIG-1, steps 5 to 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedisw.crypto import cavage, rfc9421
from fedisw.crypto.challenge import Challenge
from fedisw.crypto.keys import PrivateKey
from fedisw.crypto.signed import Request, Scheme, Signed

NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One way to sign a request of ours.

    Args:
        with_query: False leaves the query out of a draft-cavage signature (federation, section 3.2).
        challenge: what the peer asked of an RFC 9421 signature.
    """

    scheme: Scheme = Scheme.CAVAGE
    with_query: bool = True
    challenge: Challenge | None = None


PLAIN: Final = Knock()  # draft-cavage: the whole network reads it


def parse(request: Request) -> Signed:
    """Read the signature; with `Signature-Input` there is no way back to the old form (SIG-3).

    Raises:
        Malformed: broken syntax, or a field repeated that must be single.
        Unauthenticated: no signature, several, or one that covers too little.
    """
    if "signature-input" in request.fields:
        return rfc9421.parse(request)
    return cavage.parse(request)


def sign(
    how: Knock,
    *,
    method: str,
    url: str,
    key_id: str,
    key: PrivateKey,
    now: datetime,
    body_sha256: bytes | None = None,
    headers: Mapping[str, str] = NOTHING,
) -> dict[str, str]:
    """All fields of a request that is to be sent now; arguments and errors as cavage.sign and rfc9421.sign."""
    if how.scheme is Scheme.RFC9421:
        return rfc9421.sign(
            method=method,
            url=url,
            key_id=key_id,
            key=key,
            now=now,
            body_sha256=body_sha256,
            headers=headers,
            challenge=how.challenge,
        )
    return cavage.sign(
        method=method,
        url=url,
        key_id=key_id,
        key=key,
        now=now,
        body_sha256=body_sha256,
        headers=headers,
        with_query=how.with_query,
    )

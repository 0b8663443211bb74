"""The signature of a request, in whichever scheme it came (SIG-1, steps 5 to 8)."""

from __future__ import annotations

from fedisw.crypto import cavage, rfc9421
from fedisw.crypto.signed import Request, Signed


def parse(request: Request) -> Signed:
    """Read the signature; with `Signature-Input` there is no way back to the old form (SIG-3).

    Raises:
        Malformed: broken syntax, or a field repeated that must be single.
        Unauthenticated: no signature, several, or one that covers too little.
    """
    if "signature-input" in request.fields:
        return rfc9421.parse(request)
    return cavage.parse(request)

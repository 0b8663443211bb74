"""Addresses of remote files as readers get them: through us, never from elsewhere (security MED-10).

They are signed, so that nobody makes us fetch what we never showed.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.errors import NotFound
from fedisw.model.urls import MAX_URL, Origin

PATH: Final = "/media/proxy/"
MAX_SIGNED: Final = 2 * MAX_URL  # characters of what follows PATH
_SHORT: Final = {Purpose.ATTACHMENT: "m", Purpose.AVATAR: "a", Purpose.HEADER: "h", Purpose.EMOJI: "e"}
_LONG: Final = {short: purpose for purpose, short in _SHORT.items()}


class Wanted(NamedTuple):
    """What an address stands for: a remote file, for what it is shown, and which rendition."""

    url: str
    purpose: Purpose
    part: Part


class ProxyLinks:
    """Makes and reads addresses below `/media/proxy/`. The same file always gets the same address.

    Args:
        origin: ours.
        secret: at least 16 bytes that stay the same; another one ends all addresses given out.
    """

    def __init__(self, origin: Origin, *, secret: bytes) -> None:
        self._prefix = f"{origin}{PATH}"
        self._signer = URLSafeSerializer(
            secret, salt=b"media/proxy", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def url(self, remote_url: str, *, purpose: Purpose = Purpose.ATTACHMENT, part: Part = Part.ORIGINAL) -> str:
        """The address under which readers get a remote image."""
        short = _SHORT[purpose] + ("p" if part is Part.PREVIEW else "")
        return f"{self._prefix}{self._signer.dumps([short, remote_url])}"

    def read(self, signed: str) -> Wanted:
        """What an address stands for.

        Args:
            signed: what follows `/media/proxy/`.

        Raises:
            NotFound: not made by us.
        """
        try:
            short, remote_url = self._signer.loads(signed[:MAX_SIGNED])
        except (BadData, ValueError, TypeError) as error:
            raise NotFound("file", signed) from error
        part = Part.PREVIEW if short.endswith("p") else Part.ORIGINAL
        return Wanted(url=remote_url, purpose=_LONG[short[:1]], part=part)


def derived(secret: bytes, name: str) -> bytes:
    """A secret of its own for one use, 32 bytes, from a key of the secrets file.

    Args:
        name: the use; at most 16 bytes.
    """
    return hashlib.blake2b(b"", key=secret, person=name.encode("ascii"), digest_size=32).digest()

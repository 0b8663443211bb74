"""A browser that subscribed to web push, and how it reads what comes."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key

from fedisw.crypto import vapid
from tests.support.node import Program


def base64url(raw: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(slots=True, kw_only=True)
class Browser:
    """Its keys, and a push service that answers with `status` and keeps what came: headers and body."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    auth: str = field(default_factory=lambda: base64url(token_bytes(16)))
    status: int = 201
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def p256dh(self) -> str:
        """Its public key."""
        return vapid.public_text(self.key)

    async def service(self, request: web.Request) -> web.Response:
        """The push service."""
        self.came.append((dict(request.headers), await request.read()))
        return web.Response(status=self.status)

    def read(self, program: Program, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """What a message says, decrypted by another implementation."""
        number = self.key.private_numbers().private_value
        more = {}
        if headers["Content-Encoding"] == "aesgcm":
            more = {"salt": _named(headers["Encryption"], "salt"), "dh": _named(headers["Crypto-Key"], "dh")}
        text = program.ask(
            "decrypt",
            body=base64url(body),
            version=headers["Content-Encoding"],
            privateKey=base64url(number.to_bytes(32, "big")),
            auth=self.auth,
            **more,
        )
        return dict(msgspec.json.decode(text))


def token_in(headers: dict[str, str]) -> tuple[str, str]:
    """The signature of the sender and the public key, in either form."""
    scheme, _, rest = headers["Authorization"].partition(" ")
    if scheme == "vapid":
        return _named(rest, "t"), _named(rest, "k")
    return rest, _named(headers["Crypto-Key"], "p256ecdsa")


def _named(text: str, name: str) -> str:
    found = re.search(rf"(?:^|[;,]\s*){name}=([^;,]+)", text)
    assert found, text
    return found[1]

"""The throw-away keys and recorded signatures of federation-vectors.json."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedisw.crypto import keys
from fedisw.crypto.signed import Request

FILE = Path(__file__).parent.parent / "data" / "federation-vectors.json"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)  # when all of them were made
KEY_ID = "https://swork.example/ap/actors/7#main-key"
PROOF_KEY_ID = "https://swork.example/ap/actors/7#ed25519-key"
BODY_TYPE = "application/activity+json"


@cache
def everything() -> dict[str, Any]:
    return json.loads(FILE.read_text())


def vector(name: str) -> dict[str, Any]:
    """One vector, fresh for each caller."""
    return json.loads(json.dumps(everything()["vectors"][name]))


def key_text(name: str) -> str:
    return str(everything()["keys"][name])


@cache
def rsa() -> RSAPrivateKey:
    key = keys.load_private(key_text("rsa_private_pem").encode())
    assert isinstance(key, RSAPrivateKey)
    return key


@cache
def ed25519() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key_text("ed25519_seed_hex")))


def request(name: str, **changes: str | None) -> Request:
    """The request of a vector as its receiver sees it; `changes` replace fields (`_` for `-`), None takes one out."""
    made = vector(name)
    fields = {field.lower(): value for field, value in made["headers"].items()}
    fields |= {field.replace("_", "-"): value for field, value in changes.items()}
    headers = [(field, value) for field, value in fields.items() if value is not None]
    target = made["url"].removeprefix("https://remote.example")
    return Request.of(method=made["method"], target=target, scheme="https", headers=headers)


def body(name: str) -> bytes:
    return str(vector(name).get("body", "")).encode()

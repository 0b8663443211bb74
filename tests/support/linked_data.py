"""Signatures inside documents as somebody else would make and check them: PyLD with the bundled contexts, none of our code."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from pyld import jsonld

from fedisw.crypto import contexts

IDENTITY = "https://w3id.org/identity/v1"
Document = dict[str, Any]


def is_signed(document: Document, key: object) -> bool:
    """Whether the RsaSignature2017 of a document is by this key."""
    assert isinstance(key, RSAPublicKey)
    held = document["signature"]
    options = {name: value for name, value in held.items() if name not in ("type", "id", "signatureValue")}
    data = _hash({**options, "@context": IDENTITY}) + _hash(_without(document))
    try:
        key.verify(base64.b64decode(held["signatureValue"]), data.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def sign(document: Document, *, key: object, key_id: str, now: datetime, lasts: timedelta = timedelta(days=2)) -> Document:
    """The document with a signature as Mastodon makes it."""
    assert isinstance(key, RSAPrivateKey)
    options = {"@context": IDENTITY, "creator": key_id, "created": _text(now), "expires": _text(now + lasts)}
    data = _hash(options) + _hash(_without(document))
    value = key.sign(data.encode(), padding.PKCS1v15(), hashes.SHA256())
    stated = {name: value for name, value in options.items() if name != "@context"}
    signature = {"type": "RsaSignature2017", **stated, "signatureValue": base64.b64encode(value).decode()}
    return {**document, "signature": signature}


def _without(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "signature"}


def _hash(document: Document) -> str:
    how = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _bundled}
    return hashlib.sha256(jsonld.normalize(document, how).encode()).hexdigest()


def _bundled(url: str, options: object) -> Document:
    return {"contextUrl": None, "documentUrl": url, "document": contexts.bundled(url), "contentType": "application/ld+json"}


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

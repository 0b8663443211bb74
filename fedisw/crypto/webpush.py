"""Messages to browsers and phones: encrypted for one subscription, signed for its push service.

Two forms: RFC 8291 with RFC 8188 (`aes128gcm`), and the fourth drafts of both (`aesgcm`), which the relays of older apps
expect. The push service and relays see neither text nor sender, only how long a message is, in steps of PADDED bytes.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fedisw.crypto import vapid
from fedisw.crypto.seal import Sealer
from fedisw.model.errors import Invalid
from fedisw.model.sealing import push_row

POINT_BYTES, AUTH_BYTES, SALT_BYTES, KEY_BYTES, NONCE_BYTES = 65, 16, 16, 16, 12
RECORD_BYTES: Final = 4_096  # a message is one record; push services take no more
PADDED: Final = 512  # lengths of messages are multiples of this
MOST_BYTES: Final = 3_072  # of a message before it is encrypted, so that every service takes it
GOOD_FOR: Final = timedelta(hours=12)  # a signature; RFC 8292 allows a day
SCALAR_BYTES: Final = 32


class Secrets(msgspec.Struct, frozen=True):
    """What a subscription needs to know: the browser's keys in base64url, and the token that its messages carry."""

    p256dh: str
    auth: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An encrypted message: its body, and the headers that say how it was encrypted."""

    body: bytes
    headers: Mapping[str, str]


def check_keys(p256dh: str, auth: str) -> None:
    """Invalid unless the keys of a browser can be used: a point of P-256, and 16 bytes."""
    _receiver(p256dh)
    _auth(auth)


def sealed(known: Secrets, *, sealer: Sealer, token_id: int) -> bytes:
    """The secrets of the subscription of a token, for its row (KEY-1)."""
    return sealer.seal(msgspec.json.encode(known), row=push_row(token_id))


def opened(value: bytes, *, sealer: Sealer, token_id: int) -> Secrets:
    """The same back; Unsealable when they belong to another token or key."""
    return msgspec.json.decode(sealer.open(value, row=push_row(token_id)), type=Secrets)


def encrypt(
    text: bytes,
    *,
    p256dh: str,
    auth: str,
    standard: bool,
    key: EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> Message:
    """Encrypt a message for a browser.

    Args:
        text: at most MOST_BYTES.
        p256dh, auth: the browser's keys, base64url.
        standard: RFC 8291; otherwise the draft.
        key, salt: a key pair and 16 bytes for this message alone; new ones if not given.

    Raises:
        Invalid: the keys are none, or the text is too long.

    Source: RFC 8291, sections 3 and 4; RFC 8188, section 2; draft-ietf-webpush-encryption-04.
    """
    if len(text) > MOST_BYTES:
        raise Invalid("message", "is too long")
    receiver, secret = _receiver(p256dh), _auth(auth)
    key, salt = key or generate_private_key(SECP256R1()), salt or secrets.token_bytes(SALT_BYTES)
    theirs, ours = _point(receiver), _point(key.public_key())
    shared = key.exchange(ECDH(), receiver)
    if standard:
        material = _derived(shared, salt=secret, info=b"WebPush: info\0" + theirs + ours, length=32)
        cipher = AESGCM(_derived(material, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=KEY_BYTES))
        nonce = _derived(material, salt=salt, info=b"Content-Encoding: nonce\0", length=NONCE_BYTES)
        head = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([POINT_BYTES]) + ours
        padding = b"\2" + bytes(-(len(text) + 1) % PADDED)
        return Message(body=head + cipher.encrypt(nonce, text + padding, None), headers={"Content-Encoding": "aes128gcm"})
    material = _derived(shared, salt=secret, info=b"Content-Encoding: auth\0", length=32)
    context = b"P-256\0" + _with_length(theirs) + _with_length(ours)
    cipher = AESGCM(_derived(material, salt=salt, info=b"Content-Encoding: aesgcm\0" + context, length=KEY_BYTES))
    nonce = _derived(material, salt=salt, info=b"Content-Encoding: nonce\0" + context, length=NONCE_BYTES)
    padding = bytes(-(len(text) + 2) % PADDED)
    body = cipher.encrypt(nonce, len(padding).to_bytes(2, "big") + padding + text, None)
    headers = {"Content-Encoding": "aesgcm", "Encryption": f"salt={_text(salt)}", "Crypto-Key": f"dh={_text(ours)}"}
    return Message(body=body, headers=headers)


def authorization(
    key: EllipticCurvePrivateKey, *, audience: str, subject: str, now: datetime, standard: bool
) -> Mapping[str, str]:
    """Headers that tell a push service who sends.

    Args:
        audience: origin of the push service.
        subject: where its operators reach ours: `mailto:` or `https:`.

    Returns:
        `Authorization`; in the draft form the public key is in `Crypto-Key`, to be joined with that of the message.

    Source: RFC 8292; its draft 01 for the old form.
    """
    claims = {"aud": audience, "exp": int((now + GOOD_FOR).timestamp()), "sub": subject}
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(hashes.SHA256())))
    token = f"{signed}.{_text(r.to_bytes(SCALAR_BYTES, 'big') + s.to_bytes(SCALAR_BYTES, 'big'))}"
    public = vapid.public_text(key)
    if standard:
        return {"Authorization": f"vapid t={token}, k={public}"}
    return {"Authorization": f"WebPush {token}", "Crypto-Key": f"p256ecdsa={public}"}


def _receiver(p256dh: str) -> EllipticCurvePublicKey:
    raw = _bytes(p256dh)
    try:
        if len(raw) != POINT_BYTES:
            raise ValueError("not an uncompressed point")
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
    except ValueError as error:
        raise Invalid("key_p256dh", "is invalid") from error


def _auth(auth: str) -> bytes:
    raw = _bytes(auth)
    if len(raw) != AUTH_BYTES:
        raise Invalid("key_auth", "is invalid")
    return raw


def _derived(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


def _point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _with_length(raw: bytes) -> bytes:
    return len(raw).to_bytes(2, "big") + raw


def _part(value: object) -> str:
    return _text(msgspec.json.encode(value))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    """Base64url with or without padding, as browsers and apps write it; nothing for anything else."""
    plain = text.strip().rstrip("=").translate(str.maketrans("+/", "-_"))
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""

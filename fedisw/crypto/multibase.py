"""Multibase text of short byte strings: base58-btc (`z`) and base64url (`u`).

Source: W3C Controlled Identifiers 1.0, section 2.4; FEP-521a.
"""

from __future__ import annotations

import base64
import binascii

from fedisw.model.errors import Malformed

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
MAX_CHARACTERS = 2_048  # an RSA key of 8,192 bits has about 1,430; decoding costs the square of the length


def encode(data: bytes) -> str:
    """`data` as base58-btc with its prefix `z`."""
    number, digits = int.from_bytes(data, "big"), []
    while number:
        number, rest = divmod(number, 58)
        digits.append(ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(digits))


def decode(text: str) -> bytes:
    """The bytes of a multibase text; Malformed for other bases, foreign characters and more than 2,048 characters."""
    if len(text) > MAX_CHARACTERS:
        raise Malformed("multibase text is too long")
    match text[:1]:
        case "z":
            return _decode58(text[1:])
        case "u":
            return _decode64(text[1:])
        case _:
            raise Malformed("multibase text is neither base58-btc nor base64url")


def _decode58(text: str) -> bytes:
    number = 0
    for letter in text:
        value = VALUES.get(letter)
        if value is None:
            raise Malformed("not base58")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _decode64(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not base64url") from error

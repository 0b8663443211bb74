"""The part of structured field values (RFC 9651) that signatures need: dictionaries of inner lists or of bytes.

Keeps the text of each item as it came: the signature base repeats it byte for byte. Repeated keys and parameters are
refused where the RFC would take the last one.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from fedisw.model.errors import Malformed


class Token(str):
    """A bare word, to tell it from a quoted string."""

    __slots__ = ()


Bare: TypeAlias = str | Token | int | bool | bytes

T = TypeVar("T")

MAX_LENGTH = 8_192  # characters of one field (security LIM)

_SPACES = re.compile(r" *")
_OWS = re.compile(r"[ \t]*")
_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_BOOLEAN = re.compile(r"\?([01])")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One value with its parameters; `raw` is its text as received."""

    value: Bare
    parameters: Mapping[str, Bare]
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerList:
    """Items in brackets with the parameters of the whole; `raw` is its text as received."""

    items: tuple[Item, ...]
    parameters: Mapping[str, Bare]
    raw: str


def parse_lists_dictionary(text: str) -> dict[str, InnerList]:
    """A dictionary whose members are all inner lists (`Signature-Input`); Malformed for everything else."""
    return _Reader(text).members(_Reader.inner_list)


def parse_bytes_dictionary(text: str) -> dict[str, bytes]:
    """A dictionary whose members are all byte sequences (`Signature`, `Content-Digest`); Malformed for everything else."""
    found: dict[str, bytes] = {}
    for name, member in _Reader(text).members(_Reader.item).items():
        if not isinstance(member.value, bytes):
            raise Malformed("a member of the field is not a byte sequence")
        found[name] = member.value
    return found


def quote(text: str) -> str:
    """`text` as a quoted string; Malformed when it holds anything but printable ASCII."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if not _STRING.fullmatch(quoted):
        raise Malformed("not printable ASCII")
    return quoted


class _Reader:
    """Reads a field from left to right, once."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise Malformed("the field is too long")
        self._text, self._at = text.strip(" \t"), 0

    def members(self, read: Callable[[_Reader], T]) -> dict[str, T]:
        """The whole text as a dictionary; each member is read by `read`."""
        found: dict[str, T] = {}
        while True:
            name = self._expect(_KEY, "a key").group()
            if name in found:
                raise Malformed("a key is repeated")
            self._literal("=")
            found[name] = read(self)
            self._skip(_OWS)
            if self._at == len(self._text):
                return found
            self._literal(",")
            self._skip(_OWS)

    def inner_list(self) -> InnerList:
        start, items = self._at, list[Item]()
        self._literal("(")
        while True:
            spaces = self._skip(_SPACES)
            if self._peek(")"):
                break
            if items and not spaces:
                raise Malformed("items of a list have no space between them")
            items.append(self.item())
        self._at += 1
        parameters = self._parameters()
        return InnerList(items=tuple(items), parameters=parameters, raw=self._text[start : self._at])

    def item(self) -> Item:
        start = self._at
        value = self._bare()
        parameters = self._parameters()
        return Item(value=value, parameters=parameters, raw=self._text[start : self._at])

    def _parameters(self) -> Mapping[str, Bare]:
        found: dict[str, Bare] = {}
        while self._peek(";"):
            self._at += 1
            self._skip(_SPACES)
            name = self._expect(_KEY, "a parameter").group()
            if name in found:
                raise Malformed("a parameter is repeated")
            found[name] = True
            if self._peek("="):
                self._at += 1
                found[name] = self._bare()
        return found

    def _bare(self) -> Bare:
        match self._text[self._at : self._at + 1]:
            case '"':
                return re.sub(r"\\(.)", r"\1", self._expect(_STRING, "a string").group(1))
            case ":":
                return _decoded(self._expect(_BYTES, "bytes").group(1))
            case "?":
                return self._expect(_BOOLEAN, "a boolean").group(1) == "1"
            case letter if letter.isalpha() or letter == "*":
                return Token(self._expect(_TOKEN, "a token").group())
            case _:
                return int(self._expect(_INTEGER, "a value").group())

    def _expect(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise Malformed(f"{what} was expected")
        self._at = match.end()
        return match

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        start, self._at = self._at, self._at if match is None else match.end()
        return self._at - start

    def _peek(self, letter: str) -> bool:
        return self._text.startswith(letter, self._at)

    def _literal(self, letter: str) -> None:
        if not self._peek(letter):
            raise Malformed(f"{letter!r} was expected")
        self._at += 1


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not base64") from error

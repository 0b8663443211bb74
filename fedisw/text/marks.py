"""Finds what is marked at one place of a text: `@handle`, `#tag`, `:emoji:`; the parser says which places count."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

MAX_TAG: Final = 100  # characters
MAX_USERNAME: Final = 128

_HANDLE: Final = re.compile(
    r"@(?P<username>[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)(?:@(?P<host>\w+(?:[.-]+\w+)*(?::[0-9]{1,5})?))?", re.UNICODE
)
_EMOJI: Final = re.compile(r":([A-Za-z0-9_]{2,}):(?![A-Za-z0-9:])")
_JOINERS: Final = "\u00b7\u30fb\u200c"  # may stand inside a tag, not at its ends: middle dots, zero-width non-joiner


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """Someone's name as written in a text; `host` is lower case and ASCII, None where none was written."""

    username: str
    host: str | None = None

    @property
    def key(self) -> str:
        """`name` or `name@host` in lower case: what two spellings of one handle share."""
        username = self.username.lower()
        return username if self.host is None else f"{username}@{self.host}"


def handle_at(text: str, at: int) -> tuple[Handle, int] | None:
    """The handle that starts with the `@` at this place, and where it ends.

    Not after a letter, digit, `_`, `/` or `=`: mail addresses and parts of URLs are no mentions.
    """
    if at and (is_word(text[at - 1]) or text[at - 1] in "/="):
        return None
    found = _HANDLE.match(text, at)
    if found is None or len(found["username"]) > MAX_USERNAME:
        return None
    host = None if found["host"] is None else _ascii_host(found["host"])
    end = found.end() if host is not None or found["host"] is None else found.end("username")
    return Handle(username=found["username"], host=host), end


def tag_at(text: str, at: int) -> tuple[str, int] | None:
    """The tag (without its mark, as written) that starts with the `#` at this place, and where it ends.

    Letters, digits, marks and `_` of all scripts, with at least one letter; not after a letter, digit, `_`, `/`, `=`, `)` or `&`.
    """
    if at and (is_word(text[at - 1]) or text[at - 1] in "/=)&"):
        return None
    end = at + 1
    while end < len(text) and end - at <= MAX_TAG and (is_word(text[end]) or text[end] in _JOINERS):
        end += 1
    written = text[at + 1 : end].rstrip(_JOINERS)
    if not written or written[0] in _JOINERS or not any(map(str.isalpha, written)):
        return None
    return written, at + 1 + len(written)


def emoji_at(text: str, at: int) -> tuple[str, int] | None:
    """The short code between the colon at this place and the next one, and where it ends; not after a letter, digit or colon."""
    if at and (text[at - 1].isalnum() or text[at - 1] == ":"):
        return None
    found = _EMOJI.match(text, at)
    return None if found is None else (found[1], found.end())


def is_word(char: str) -> bool:
    """Whether a character belongs to words: letters, digits, marks and connectors of any script."""
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Me", "Pc")


def _ascii_host(host: str) -> str | None:
    try:
        return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None

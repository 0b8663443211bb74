"""How long a text is, as clients count it (mastodon-api.md, section 3.8)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from fedisw.text import marks, parsing

URL_LENGTH: Final = 23  # every http(s) URL, however long

_EXTEND: Final = frozenset({"Mn", "Me", "Mc"})
_BREAK: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_MAY_HOLD_URL: Final = re.compile("https?://", re.IGNORECASE)


def count(text: str) -> int:
    """Length of a post: graphemes; a URL counts 23, a mention of someone elsewhere only its `@user`."""
    return graphemes(_without_hosts(_with_short_urls(text.replace("\r\n", "\n"))))


def graphemes(text: str) -> int:
    """How many characters a reader sees.

    Close to Unicode's rules (UAX 29): combining and spacing marks, joined and coloured emoji, flags, Hangul
    syllables; without conjuncts of Indic scripts and prepended marks.
    """
    return sum(1 for _ in _starts(text))


def pictured(char: str) -> bool:
    """Whether a character begins an emoji: a picture, or half of a flag."""
    return unicodedata.category(char) == "So" and (_is_picture(char) or _is_flag(char))


def cut(text: str, most: int) -> str:
    """The first `most` graphemes of a text."""
    for number, at in enumerate(_starts(text)):
        if number == most:
            return text[:at]
    return text


def _starts(text: str) -> list[int]:
    starts: list[int] = []
    flags = 0  # regional indicators in a row up to here
    for at, char in enumerate(text):
        before = text[at - 1] if at else ""
        if not before or not _joins(before, char, flags):
            starts.append(at)
        flags = flags + 1 if _is_flag(char) else 0
    return starts


def _joins(before: str, char: str, flags: int) -> bool:
    if before == "\r":
        return char == "\n"
    if unicodedata.category(before) in _BREAK and before not in "\u200c\u200d":
        return False
    if _extends(char):
        return True
    if before == "\u200d":
        return _is_picture(char)
    if _is_flag(char):
        return flags % 2 == 1
    return _same_syllable(before, char)


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in _EXTEND
        or char in "\u200c\u200d\uff9e\uff9f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_picture(char: str) -> bool:
    return char > "\u203b" and unicodedata.category(char) in ("So", "Sm", "Cn")


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _same_syllable(before: str, char: str) -> bool:
    leading = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    syllable = "\uac00" <= before <= "\ud7a3"
    vowel = "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6"
    trailing = "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb"
    if leading:
        return "\u1100" <= char <= "\u115f" or "\uac00" <= char <= "\ud7a3" or vowel
    if (syllable and (ord(before) - 0xAC00) % 28 == 0) or "\u1160" <= before <= "\u11a7":
        return vowel or trailing
    return trailing and (syllable or "\u11a8" <= before <= "\u11ff")


def _with_short_urls(text: str) -> str:
    if not _MAY_HOLD_URL.search(text):
        return text
    kept: list[str] = []
    at = 0
    for start, end in parsing.urls(text):
        kept += (text[at:start], "x" * URL_LENGTH)
        at = end
    return "".join((*kept, text[at:]))


def _without_hosts(text: str) -> str:
    kept: list[str] = []
    at, mark = 0, text.find("@")
    while mark >= 0:
        found = marks.handle_at(text, mark)
        if found is not None:
            kept += (text[at:mark], "@", found[0].username)
            at = found[1]
        mark = text.find("@", mark + 1 if found is None else found[1])
    return "".join((*kept, text[at:]))

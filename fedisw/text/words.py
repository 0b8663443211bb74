"""Words of a text as the search knows them: the same on both databases, in any script.

Letters lose case and accents; whatever is no letter, digit or mark parts words. Scripts that put no space between
words give one word a character, so that a run of them is found as a phrase.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

MAX_WORD: Final = 64  # characters; what is longer is cut
MAX_WORDS: Final = 4_000  # of one text
UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x31FF),  # radicals, kana, bopomofo
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def words(text: str) -> list[str]:
    """The words of a text, in order; at most 4,000."""
    found: list[str] = []
    for word in _split(unicodedata.normalize("NFKD", text.casefold())):
        found.append(word[:MAX_WORD])
        if len(found) == MAX_WORDS:
            break
    return found


def _split(text: str) -> Iterator[str]:
    word: list[str] = []
    for char in text:
        if unicodedata.combining(char):
            continue
        if _unspaced(char):
            yield from _ended(word)
            yield char
        elif unicodedata.category(char)[0] in "LNM":
            word.append(char)
        else:
            yield from _ended(word)
    yield from _ended(word)


def _ended(word: list[str]) -> Iterator[str]:
    if word:
        yield "".join(word)
        word.clear()


def _unspaced(char: str) -> bool:
    code = ord(char)
    if code < UNSPACED[0][0] or unicodedata.category(char)[0] not in "LNM":
        return False
    return any(low <= code <= high for low, high in UNSPACED)

"""Whether a text has a word that somebody does not want to read, in any script (security HTM-8)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from typing import Final

from fedisw.text import marks

_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_LINE_END: Final = re.compile(r"<(?:br|/p|/li|/pre|/blockquote)\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")
_UNSPACED: Final = (  # scripts that put no blanks between words: an edge of a word cannot be seen there
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u1000", "\u109f"),  # Myanmar
    ("\u1780", "\u17ff"),  # Khmer
    ("\u1950", "\u19df"),  # Tai Le, New Tai Lue
    ("\u1a20", "\u1aaf"),  # Tai Tham
    ("\u2e80", "\u2fdf"),  # radicals
    ("\u3005", "\u30ff"),  # Hiragana, Katakana
    ("\u31f0", "\u31ff"),
    ("\u3400", "\u4dbf"),  # Han
    ("\u4e00", "\u9fff"),
    ("\ua9e0", "\ua9ff"),
    ("\uaa60", "\uaa7f"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)


@dataclass(frozen=True, slots=True)
class Sought:
    """A word or phrase to look for: `shown` as its owner wrote it, `folded` as texts are compared."""

    shown: str
    folded: str
    whole: bool


def sought(keyword: str, *, whole_word: bool) -> Sought:
    """A keyword, ready to be looked for."""
    return Sought(keyword, fold(keyword), whole_word)


def fold(text: str) -> str:
    """A text for comparison: NFKC, case-folded, without characters that nobody sees, blanks and line ends as one blank.

    Source: security, HTM-8.
    """
    plain = _HIDDEN.sub("", unicodedata.normalize("NFKC", text))
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain.casefold())
    return " ".join(plain.casefold().split())


def searchable(html: str, others: Iterable[str]) -> str:
    """All that is looked through, folded: the text of clean HTML, and texts that belong to it, a line each."""
    plain = unescape(_TAG.sub("", _LINE_END.sub("\n", html)))
    return "\n".join(filter(None, map(fold, (plain, *others))))


def has(text: str, word: Sought) -> bool:
    """Whether a folded text has the word; a whole one only where no other word begins or ends with it."""
    if not word.folded:
        return False
    at = text.find(word.folded)
    while at >= 0:
        end = at + len(word.folded)
        if not word.whole or (_parted(text, at) and _parted(text, end)):
            return True
        at = text.find(word.folded, at + 1)
    return False


def _parted(text: str, at: int) -> bool:
    """Whether a word may begin or end between this character and the one before."""
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if not marks.is_word(before) or not marks.is_word(after):
        return True
    if unicodedata.combining(after):
        return False
    return _unspaced(before) or _unspaced(after)


def _unspaced(char: str) -> bool:
    return any(first <= char <= last for first, last in _UNSPACED)

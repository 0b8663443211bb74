"""Hashtags: which a text has, and when two are the same."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from fedisw.text import marks, parsing

_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "ŋ": "n", "ĸ": "k"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A tag: `name` is what is compared and stored, `shown` as the author wrote it."""

    name: str
    shown: str


def normalise(tag: str) -> str:
    """The name under which a tag is found: NFKC, case-folded, Latin letters without accents, other characters left out.

    Empty if nothing is left. Source: federation, section 4.3 (the comparison that Mastodon makes).
    """
    folded = unicodedata.normalize("NFKC", tag.lstrip("#＃")).casefold().translate(_PLAIN)
    plain = "".join(map(_without_accent, unicodedata.normalize("NFC", folded)))
    return "".join(char for char in plain if marks.is_word(char) or char in "\u00b7\u30fb\u200c")


def find(text: str) -> list[Hashtag]:
    """Tags of a text in order, each once; none from code, links and URLs."""
    found: dict[str, Hashtag] = {}
    for part in parsing.parts(text):
        if part.type == parsing.HASHTAG:
            shown: str = part.meta["tag"]
            found.setdefault(normalise(shown), Hashtag(name=normalise(shown), shown=shown))
    return list(found.values())


def _without_accent(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char

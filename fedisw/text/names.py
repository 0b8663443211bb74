"""Names that people give themselves, without what would make them lie (security HTM-4, HTM-8)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_NAME: Final = 500  # characters (security LIM)
MAX_MARKS: Final = 2  # combining ones on each base

_GONE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)  # soft hyphen, bidi controls, invisible spaces and operators, annotations, tag characters, halves
_JOINER_RUN: Final = re.compile("[\u200c\u200d]{2,}")
_LOOSE_JOINER: Final = re.compile("(?:^|(?<=\\s))[\u200c\u200d]+|[\u200c\u200d]+(?=\\s|$)")


def clean_name(name: str, *, most: int = MAX_NAME) -> str:
    """A display name that can stand beside others: one line, nothing invisible, no towers of marks.

    Single joiners between characters stay: emoji and some scripts need them. The result is plain text.

    Args:
        most: characters that are kept.
    """
    text = "".join(" " if _is_gap(char) else char for char in _GONE.sub("", name))
    text = re.sub(r"\s+", " ", _LOOSE_JOINER.sub("", _JOINER_RUN.sub("", text)))
    return _with_few_marks(text)[:most].strip(" \u200c\u200d")


def folded(text: str) -> str:
    """A text for comparison by filters and blocks: NFKC, case folded, without zero-width characters (HTM-8)."""
    return re.sub("[\u200c\u200d]", "", _GONE.sub("", unicodedata.normalize("NFKC", text).casefold()))


def _is_gap(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Zl", "Zp")


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)

"""Short codes of custom emoji (`:name:`); they stay text, clients put the pictures in (mastodon-api.md, section 3.7)."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from fedisw.text import marks
from fedisw.text.characters import graphemes, pictured

MAX_EMOJI: Final = 32  # code points
KEYCAP: Final = "\u20e3"
_CODE_OR_TAG: Final = re.compile(r"<(pre|code)\b[^>]*>.*?</\1>|<[^>]*>", re.DOTALL)


def find(text: str) -> list[str]:
    """Short codes of a plain text, in order, each once."""
    found: dict[str, None] = {}
    at = text.find(":")
    while at >= 0:
        code = marks.emoji_at(text, at)
        if code is not None:
            found[code[0]] = None
        at = text.find(":", at + 1 if code is None else code[1])
    return list(found)


def is_emoji(text: str) -> bool:
    """Whether a text is one emoji of Unicode: a picture with all its colours and joined parts, a flag, or a keycap."""
    if not text or len(text) > MAX_EMOJI or graphemes(text) != 1:
        return False
    return pictured(text[0]) or text.endswith(KEYCAP)


def find_in_html(html: str) -> list[str]:
    """Short codes of cleaned HTML: from its text, not from code and attributes (HTM-3)."""
    return find(unescape(_CODE_OR_TAG.sub(" ", html)))

"""The mark by which a post stays on this server, for clients that offer no such choice (professional, section 1.2)."""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile(r"(?:👁\ufe0f?|:local_only:)(?P<rest>(?:\s+@[A-Za-z0-9_]+(?:[.\-@:]+\w+)*)*\s*)\Z")


def split(text: str) -> tuple[str, bool]:
    """A text without its mark, and whether there was one: at the end, or with nothing but mentions behind it."""
    found = _MARK.search(text)
    if found is None:
        return text, False
    return (text[: found.start()].rstrip() + found["rest"].rstrip()).strip(), True

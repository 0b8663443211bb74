"""Who is mentioned in a text."""

from __future__ import annotations

from fedisw.text import parsing
from fedisw.text.marks import Handle as Handle  # the name belongs here for those who look for it


def find(text: str) -> list[Handle]:
    """Handles that a text mentions, in order, each once; none from code, links, URLs and mail addresses.

    They are exactly those that `markdown.to_html` asks for.
    """
    found: dict[str, Handle] = {}
    for part in parsing.parts(text):
        if part.type == parsing.MENTION:
            handle: Handle = part.meta["handle"]
            found.setdefault(handle.key, handle)
    return list(found.values())

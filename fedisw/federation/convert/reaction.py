"""What a Like or EmojiReact says: one emoji, or a custom one with its picture (federation, section 4.7; FEP-c0e0)."""

from __future__ import annotations

import re
from typing import Final

from fedisw.federation.convert.actor import address_of
from fedisw.text.emojis import is_emoji
from fedisw.vocab.activities import EmojiReact, Like

CUSTOM: Final = re.compile(r":([A-Za-z0-9_+-]{1,64})(?:@[A-Za-z0-9.:-]{1,255})?:", re.ASCII)


def reaction_of(like: Like | EmojiReact) -> tuple[str, str]:
    """What is shown and the address of its picture, both may be empty; a text is no reaction, and counts as a plain like."""
    text = like.content.strip()
    if is_emoji(text):
        return text, ""
    custom = CUSTOM.fullmatch(text)
    if custom is None:
        return "", ""
    return f":{custom[1]}:", address_of(like.emoji) if like.emoji is not None else ""

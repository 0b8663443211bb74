"""What is looked for among posts, and what is known of a post that may be found (mastodon-api.md, section 2.18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """`in:`: everything, what others let be found, or what the person wrote, got, or did something with."""

    ALL = "all"
    PUBLIC = "public"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A search for posts; words as text/words.py makes them.

    Args:
        words, unwanted: each is, or is not, in the post.
        phrases, unwanted_phrases: words that stand one after the other, parted by a space.
        marks, unwanted_marks: what the post has or is (`Mark`), or its language or author.
        since, until: when it was made, from and before.
    """

    words: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unwanted_phrases: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    unwanted_marks: tuple[str, ...] = ()
    scope: Scope = Scope.ALL
    since: datetime | None = None
    until: datetime | None = None


class Mark(StrEnum):
    """What `has:` and `is:` ask for; kept beside the words, with a sign that no word has."""

    MEDIA = "→media"
    IMAGE = "→image"
    VIDEO = "→video"
    AUDIO = "→audio"
    POLL = "→poll"
    LINK = "→link"
    REPLY = "→reply"
    SENSITIVE = "→sensitive"


def author_mark(account_id: int) -> str:
    """For `from:`."""
    return f"→from{account_id}"


def language_mark(code: str) -> str:
    """For `language:`, without region."""
    return f"→in{code}"

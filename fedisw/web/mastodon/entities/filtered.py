"""What a person's filters say of a post. Filters are compiled once a revision; a post's text is folded once (fragments.py).

Nothing of this is kept with rendered posts: it is appended for the one who looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

import msgspec

from fedisw.model.filters import FilterView
from fedisw.text.filtering import Sought, has, sought
from fedisw.web.mastodon.entities.filters import matched_entity
from fedisw.web.mastodon.entities.recent import Recent

MAX_BYTES: Final = 16 * 1024 * 1024
OVERHEAD: Final = 300  # bytes that a filter or word takes beside its text

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """One filter; `shown` is its JSON beside a post."""

    shown: bytes
    expires_at: datetime | None
    words: tuple[Sought, ...]
    statuses: frozenset[int]

    def result(self, text: str, ids: Sequence[int]) -> bytes | None:
        """The FilterResult of a post, as JSON; None when nothing matches."""
        words = [word.shown for word in self.words if has(text, word)]
        named = [str(status_id) for status_id in ids if status_id in self.statuses]
        if not words and not named:
            return None
        parts = (b'{"filter":', self.shown, b',"keyword_matches":', _encode(words or None), b',"status_matches":')
        return b"".join((*parts, _encode(named or None), b"}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All filters of a person, ready to be asked."""

    compiled: tuple[_Compiled, ...]
    size: int

    @property
    def reads_texts(self) -> bool:
        """Whether any of them looks for words."""
        return any(one.words for one in self.compiled)

    def results(self, text: str, ids: Sequence[int], *, now: datetime) -> bytes:
        """A JSON list of what matches now.

        Args:
            text: what the post says, folded.
            ids: of the post and, for a boost, of what it boosts.
        """
        live = (one for one in self.compiled if one.expires_at is None or one.expires_at > now)
        return b"[" + b",".join(found for one in live if (found := one.result(text, ids)) is not None) + b"]"


def compiled(views: Iterable[FilterView]) -> Filters:
    """A person's filters, ready to be asked."""
    made, size = [], OVERHEAD
    for view in views:
        words = tuple(sought(keyword.keyword, whole_word=keyword.whole_word) for keyword in view.keywords)
        shown, statuses = _encode(matched_entity(view.filter)), frozenset(item.status_id for item in view.statuses)
        made.append(_Compiled(shown=shown, expires_at=view.filter.expires_at, words=words, statuses=statuses))
        size += OVERHEAD + len(shown) + sum(OVERHEAD + 8 * len(word.folded) for word in words) + 100 * len(statuses)
    return Filters(compiled=tuple(made), size=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose filters, in which revision, and what of them was there or was read; `views` is what the cache lacked."""

    account_id: int
    revision: int
    kept: Filters | None = None
    views: Sequence[FilterView] = ()


class FilterCache:
    """Compiled filters of a process, by person and revision. `peek` may be called on database threads."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._entries = Recent[tuple[int, int], Filters](max_bytes)
        self._lock = Lock()

    def peek(self, account_id: int, revision: int) -> Filters | None:
        """A person's filters, if they are there."""
        key = (account_id, revision)
        with self._lock:
            return self._entries.find([key]).get(key)

    def made(self, asked: Asked) -> Filters:
        """A person's filters: those that were there, or compiled now and kept for the next time."""
        if asked.kept is not None:
            return asked.kept
        made = compiled(asked.views)
        with self._lock:
            self._entries.put((asked.account_id, asked.revision), made)
        return made

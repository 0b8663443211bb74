"""What a post's own server says of how often it was answered, boosted and liked (federation, section 4.3)."""

from __future__ import annotations

from typing import Final

from fedisw.model.statuses import Counts
from fedisw.vocab.collections import Collection
from fedisw.vocab.objects import Note

MOST: Final = 2**31 - 1  # what a column holds; nobody counts further


def counts_of(note: Note) -> Counts:
    """Claims, never proofs; what is not said, or is no sensible number, is 0."""
    return Counts(replies=_total(note.replies), reblogs=_total(note.shares), favourites=_total(note.likes))


def _total(found: Collection | None) -> int:
    return 0 if found is None or found.total_items is None else min(max(found.total_items, 0), MOST)

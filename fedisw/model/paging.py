"""Keyset paging by id, as the client API asks for it (mastodon-api.md, paging)."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.model.ids import MAX_ID as MAX_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A window of ids: `since_id` and `max_id` are exclusive; newest first.

    With `min_id` the page is the one directly above that id (oldest of them first chosen), still returned newest first.
    """

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def below(self) -> int:
        """Exclusive upper bound for the query."""
        return MAX_ID if self.max_id is None else self.max_id

    @property
    def above(self) -> int:
        """Exclusive lower bound for the query."""
        floor = self.since_id if self.min_id is None else self.min_id
        return 0 if floor is None else floor

    @property
    def upwards(self) -> bool:
        """Whether the page grows upwards from `min_id` (take the oldest, then turn round)."""
        return self.min_id is not None

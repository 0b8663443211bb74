"""Jobs about our own house: files that change their names, and what is swept away regularly."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from fedisw.jobs.kinds import Job, Queue


class MoveFiles(Job, frozen=True, kw_only=True):
    """Give files of the media store new names (old, new). Twice: nothing has the old name any more."""

    moves: tuple[tuple[str, str], ...]


class ProcessMedia(Job, frozen=True, kw_only=True):
    """Make of a film or sound what can be shown. Twice: it is not worked on any more."""

    queue: ClassVar[Queue] = Queue.BULK
    max_age: ClassVar[timedelta] = timedelta(days=1)

    media_id: int

    @property
    def key(self) -> str | None:
        return f"ProcessMedia:{self.media_id}"


class IndexPosts(Job, frozen=True, kw_only=True):
    """Read for the search what waits for it. Twice: nothing waits."""

    queue: ClassVar[Queue] = Queue.BULK

    @property
    def key(self) -> str | None:
        return "IndexPosts"


class FetchCard(Job, frozen=True, kw_only=True):
    """Look up the page that a post links to. Twice: it is known. `about` stands for the page: one at a time is fetched."""

    queue: ClassVar[Queue] = Queue.BULK

    status_id: int
    about: str

    @property
    def key(self) -> str | None:
        return f"FetchCard:{self.status_id}:{self.about}"

    @property
    def order_key(self) -> str | None:
        return f"card:{self.about}"


class ComputeTrends(Job, frozen=True, kw_only=True):
    """Find what many people speak of. Twice: the same list."""

    queue: ClassVar[Queue] = Queue.BULK

    @property
    def key(self) -> str | None:
        return "ComputeTrends"


class CountWeek(Job, frozen=True, kw_only=True):
    """Bring the numbers of this week up to date. Twice: the same numbers."""

    queue: ClassVar[Queue] = Queue.BULK

    @property
    def key(self) -> str | None:
        return "CountWeek"


class Chore(StrEnum):
    """What is swept or looked at again, each at its own pace."""

    UPLOADS = "uploads"
    COPIES = "copies"
    BRIEF = "brief"
    OLD = "old"
    DOORS = "doors"
    PROFILES = "profiles"


class Sweep(Job, frozen=True, kw_only=True):
    """Remove what has had its time. Twice: there is nothing left."""

    queue: ClassVar[Queue] = Queue.BULK

    what: Chore

    @property
    def key(self) -> str | None:
        return f"Sweep:{self.what}"

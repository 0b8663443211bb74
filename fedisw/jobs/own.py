"""Long jobs that people start about their own account: moving, and taking a copy along."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from fedisw.jobs.kinds import Job, Queue


class MoveFollowers(Job, frozen=True, kw_only=True):
    """Followers here of an account that moved follow the new one, in chunks. Twice: they follow it already."""

    queue: ClassVar[Queue] = Queue.BULK

    account_id: int
    target_id: int
    after: int = 0

    @property
    def key(self) -> str | None:
        return f"MoveFollowers:{self.account_id}:{self.target_id}:{self.after}"


class MakeArchive(Job, frozen=True, kw_only=True):
    """Make a copy of everything of a person. Twice: it is there already; after a crash it begins anew."""

    queue: ClassVar[Queue] = Queue.BULK
    timeout: ClassVar[timedelta] = timedelta(hours=1)

    archive_id: int

    @property
    def key(self) -> str | None:
        return f"MakeArchive:{self.archive_id}"


class RunImport(Job, frozen=True, kw_only=True):
    """Work through some lines of a file of another server. Twice: what a line asks for is there already."""

    queue: ClassVar[Queue] = Queue.BULK
    max_age: ClassVar[timedelta] = timedelta(days=7)

    import_id: int
    done: int = 0

    @property
    def key(self) -> str | None:
        return f"RunImport:{self.import_id}:{self.done}"

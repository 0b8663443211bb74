"""Jobs about keys of actors that were replaced: ours, and those of other servers (federation, section 3.6)."""

from __future__ import annotations

from fedisw.jobs.kinds import Job
from fedisw.jobs.work import Publish


class PublishKeys(Publish, frozen=True, kw_only=True):
    """Update of a local actor that has new keys; the key before them signs it. Twice: the id is the same."""

    account_id: int
    activity_uri: str


class FollowAgain(Job, frozen=True, kw_only=True):
    """All keys of an actor elsewhere changed without a word in the old ones: follow it anew, and tell staff.

    Twice: its server answers twice; staff are told once. `mark` stands for the new keys.
    """

    account_id: int
    mark: str

    @property
    def key(self) -> str | None:
        return f"FollowAgain:{self.account_id}:{self.mark}"

"""Posts that wait for their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedisw.model.statuses import Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPoll:
    """The poll of a post that waits; it stays open for so many seconds after the post came out."""

    options: tuple[str, ...]
    expires_in: int
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is posted when the time has come; names are looked for anew then, among accounts that we know."""

    text: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: Visibility = Visibility.PUBLIC
    local_only: bool = False
    language: str = ""
    media_ids: tuple[int, ...] = ()
    in_reply_to_id: int | None = None
    poll: PlannedPoll | None = None
    app_id: int | None = None
    quoted_id: int | None = None
    quote_policy: str | None = None
    interaction_policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledStatus:
    """A post that waits. `problem` says why it could not be posted at its time; it is held then until its author acts."""

    id: int
    account_id: int
    scheduled_at: datetime
    plan: Plan
    problem: str = ""
    created_at: datetime

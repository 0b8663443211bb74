"""What authors say about files of posts that are out already: alt text and focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fedisw.jobs.work import PublishEdit
from fedisw.media.focus import Focus
from fedisw.model.statuses import Status
from fedisw.services import streams
from fedisw.storage.db import Tx
from fedisw.storage.queries import media, statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What the author changes about an attached file; None leaves it as it is."""

    media_id: int
    description: str | None = None
    focus: Focus | None = None


def describe(tx: Tx, status: Status, changes: Sequence[FileChange]) -> bool:
    """Change alt texts and focus of files of a post; whether anything changed. Files of other posts are left alone."""
    wanted = {change.media_id: change for change in changes}
    changed = False
    for item in media.of_statuses(tx, [status.id]) if wanted else ():
        change = wanted.get(item.id)
        if change is None:
            continue
        description = item.description if change.description is None else change.description
        x, y = (item.focus_x, item.focus_y) if change.focus is None else (change.focus.x, change.focus.y)
        if (description, x, y) != (item.description, item.focus_x, item.focus_y):
            media.describe(tx, item.id, description=description, focus_x=x, focus_y=y)
            changed = True
    return changed


def tell(tx: Tx, status: Status) -> Status:
    """The text of a post stayed, its alt texts did not: streams and other servers learn of it."""
    statuses.touch(tx, status.id)
    changed = statuses.get(tx, status.id)
    streams.tell_edited(tx, changed)
    if not changed.local_only:
        tx.enqueue(PublishEdit(status_id=changed.id, revision=changed.revision))
    return changed

"""Files of the media store: removed, and given other names."""

from __future__ import annotations

from fedisw.jobs.chores import MoveFiles
from fedisw.jobs.work import RemoveFiles
from fedisw.media.keys import Area, check_key
from fedisw.media.store import MediaStore
from fedisw.model.errors import NotFound


async def remove_files(store: MediaStore, job: RemoveFiles) -> None:
    """Delete files that nothing refers to any more; safe to run twice."""
    for key in job.keys:
        if _ours(key):
            await store.delete(key)


async def move_files(store: MediaStore, job: MoveFiles) -> None:
    """Give files new names; safe to run twice."""
    for old, new in job.moves:
        await store.move(old, new)


def _ours(key: str) -> bool:
    try:
        return check_key(key)[0] is Area.LOCAL
    except NotFound:
        return False

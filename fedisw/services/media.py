"""Files on their way into posts: taken in, described, attached, given up (security MED-8, MED-9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from fedisw.jobs.chores import MoveFiles, ProcessMedia
from fedisw.jobs.work import RemoveFiles
from fedisw.media.focus import Focus
from fedisw.media.keys import check_key, new_key
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.media import Media, MediaKind, MediaState
from fedisw.storage.db import Tx
from fedisw.storage.queries import media

MAX_DESCRIPTION = 10_000  # characters
NOT_FOUND = "Media IDS not found or already attached to another post"  # the words of Mastodon, here and below
NOT_READY = "Cannot attach files that have not finished processing. Try again in a moment!"
NOT_ALONE = "Cannot attach a video to a post that already contains images"
IN_USE = "Media attachment is currently used by a status"


def check_description(text: str) -> str:
    """Alt text as it is kept; Invalid when it is too long."""
    if len(text) > MAX_DESCRIPTION:
        raise Invalid("description", f"is too long (maximum is {MAX_DESCRIPTION} characters)", code="ERR_TOO_LONG")
    return text.strip()


def begin_upload(tx: Tx, *, item: Media) -> Media:
    """Remember a file before it is put into the store, so that nothing lies there that no row knows."""
    media.add(tx, replace(item, state=MediaState.PROCESSING, status_id=None))
    return item


def end_upload(tx: Tx, *, media_id: int) -> None:
    """The file is in the store and can be attached."""
    media.ready(tx, media_id)


def hand_over(tx: Tx, *, media_id: int) -> None:
    """The file as it came is in the store; a job makes of it what can be shown."""
    tx.enqueue(ProcessMedia(media_id=media_id))


def finish(tx: Tx, *, item: Media) -> bool:
    """A film or sound is in the store under the names of `item`; False when it was given up meanwhile."""
    before = media.find(tx, item.id)
    if before is None or not media.finish(tx, item):
        tx.enqueue(RemoveFiles(keys=_keys([item])))
        return False
    tx.enqueue(RemoveFiles(keys=tuple(key for key in _keys([before]) if key not in (item.key, item.preview_key))))
    return True


def fail(tx: Tx, *, item: Media) -> None:
    """A film or sound that cannot be used; its owner learns of it by asking."""
    if media.fail(tx, item.id):
        tx.enqueue(RemoveFiles(keys=_keys([item])))


def _keys(files: Iterable[Media]) -> tuple[str, ...]:
    keys = (key for item in files for key in (item.key, item.preview_key, item.source_key) if key)
    return tuple(dict.fromkeys(keys))


def free_upload(tx: Tx, *, media_id: int, account_id: int) -> Media:
    """An own file that is part of no post; NotFound for every other (MED-9)."""
    item = media.own(tx, media_id, account_id=account_id)
    if item.status_id is not None:
        raise NotFound("media", media_id)
    return item


def describe(tx: Tx, *, media_id: int, account_id: int, description: str | None, focus: Focus | None) -> Media:
    """Change alt text or focus of an own file before it is part of a post; None leaves it as it is.

    Raises:
        NotFound: not the person's, or part of a post.
    """
    item = free_upload(tx, media_id=media_id, account_id=account_id)
    changed = replace(
        item,
        description=item.description if description is None else description,
        focus_x=item.focus_x if focus is None else focus.x,
        focus_y=item.focus_y if focus is None else focus.y,
    )
    if changed != item:
        media.describe(tx, item.id, description=changed.description, focus_x=changed.focus_x, focus_y=changed.focus_y)
    return changed


def discard(tx: Tx, *, media_id: int, account_id: int) -> None:
    """Delete an own file.

    Raises:
        NotFound: not the person's.
        Invalid: part of a post, or of one that waits for its time.
    """
    if media.own(tx, media_id, account_id=account_id).status_id is not None or media.waiting(tx, [media_id]):
        raise Invalid("", IN_USE)
    remove(tx, [media_id])


def attach(tx: Tx, ids: Sequence[int], *, status_id: int, account_id: int) -> None:
    """Make own, finished, free files part of a post, in this order (MED-9). How many there may be is the edge's question.

    Raises:
        Invalid: with the words that clients know.
    """
    check(tx, ids, status_id=status_id, account_id=account_id)
    if media.attach(tx, ids, status_id=status_id, account_id=account_id) != len(ids):
        raise Invalid("", NOT_FOUND)


def check(tx: Tx, ids: Sequence[int], *, account_id: int, status_id: int | None = None) -> None:
    """Whether these files could be attached to a new post, or to `status_id`; Invalid as `attach`."""
    files = media.owned(tx, ids, account_id=account_id)
    if len(files) != len(ids) or any(item.status_id not in (None, status_id) for item in files):
        raise Invalid("", NOT_FOUND)
    if any(item.state is not MediaState.READY for item in files):
        raise Invalid("", NOT_READY)
    if len(files) > 1 and any(item.kind is not MediaKind.IMAGE for item in files):
        raise Invalid("", NOT_ALONE)


def release(tx: Tx, files: Iterable[Media], *, now: datetime) -> tuple[Media, ...]:
    """Take files from their post. They can be used again for a day; addresses given out before are dead (MED-8).

    Returns:
        The files as they are now, with other keys.
    """
    freed, moves = [], dict[str, str]()
    for item in files:
        for key in (item.key, item.preview_key):
            if key and key not in moves:
                moves[key] = new_key(check_key(key)[1])
        changed = replace(
            item,
            status_id=None,
            key=moves.get(item.key, ""),
            preview_key=moves.get(item.preview_key, ""),
            created_at=now,
        )
        media.release(tx, item, key=changed.key, preview_key=changed.preview_key, at=now)
        freed.append(changed)
    if moves:
        tx.enqueue(MoveFiles(moves=tuple(moves.items())))
    return tuple(freed)


def remove(tx: Tx, ids: Sequence[int]) -> None:
    """Forget files; a job removes them from the store."""
    keys = _keys(media.remove(tx, ids))
    if keys:
        tx.enqueue(RemoveFiles(keys=keys))


def remove_unused(tx: Tx, *, before: datetime, limit: int = 100) -> int:
    """Forget files that were uploaded, or given up, before then and are part of no post; how many."""
    old = media.free_before(tx, before, limit=limit)
    remove(tx, [item.id for item in old])
    return len(old)

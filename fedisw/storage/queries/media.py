"""Files of posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import and_, bindparam, case, delete, exists, insert, or_, select, update

from fedisw.model.accounts import Reach
from fedisw.model.errors import NotFound
from fedisw.model.media import Media, MediaState
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.scheduled import scheduled_media
from fedisw.storage.tables.statuses import media, statuses

C = media.c


class Place(msgspec.Struct):
    """Where a file of the store is shown; without a post it is an upload that waits, or was given up.

    `usable`: its owner is neither suspended nor deleted; `reach` and `indexable` are the owner's choices.
    """

    status_id: int | None
    visibility: Visibility | None
    local_only: bool | None
    reach: Reach
    indexable: bool
    usable: bool


OWN = Query(Media, select(media).where(C.id == bindparam("id"), C.account_id == bindparam("account_id")))
OWN_FREE = Query(Media, select(media).where(IdIn(C.id, "ids"), C.account_id == bindparam("account_id")))
OF_STATUSES = Query(Media, select(media).where(IdIn(C.status_id, "ids")).order_by(C.status_id, C.position, C.id))
PLACE = Query(
    Place,
    select(
        C.status_id,
        statuses.c.visibility,
        statuses.c.local_only,
        accounts.c.reach,
        accounts.c.indexable,
        case((and_(accounts.c.suspended_at.is_(None), accounts.c.deleted_at.is_(None)), True), else_=False).label("usable"),
    )
    .select_from(media.join(accounts, accounts.c.id == C.account_id).outerjoin(statuses, statuses.c.id == C.status_id))
    .where(or_(C.key == bindparam("key"), C.preview_key == bindparam("key")))
    .limit(1),
)
INSERT = Command(insert(media))
READY = Command(update(media).where(C.id == bindparam("key")).values(state=MediaState.READY))
FAILED = Command(
    update(media)
    .where(C.id == bindparam("id_"), C.state == MediaState.PROCESSING)
    .values(state=MediaState.FAILED, source_key="", key="", preview_key="")
)
_MADE = (
    *("key", "preview_key", "media_type", "blurhash", "width", "height", "preview_width", "preview_height"),
    *("size", "duration", "frame_rate", "bitrate"),
)
FINISHED = Command(
    update(media)
    .where(C.id == bindparam("id_"), C.state == MediaState.PROCESSING)
    .values(state=MediaState.READY, source_key="", **{name: bindparam(f"new_{name}") for name in _MADE})
)
BY_ID = Query(Media, select(media).where(C.id == bindparam("id")))
ATTACH = Command(
    update(media)
    .where(
        C.id == bindparam("key"), C.account_id == bindparam("owner"), or_(C.status_id.is_(None), C.status_id == bindparam("to"))
    )
    .values(status_id=bindparam("to"), position=bindparam("place"))
)
RELEASE = Command(
    update(media)
    .where(C.id == bindparam("id_"))
    .values(status_id=None, key=bindparam("new_key"), preview_key=bindparam("new_preview_key"), created_at=bindparam("at"))
)
DESCRIBE = Command(
    update(media)
    .where(C.id == bindparam("id_"))
    .values(description=bindparam("description"), focus_x=bindparam("focus_x"), focus_y=bindparam("focus_y"))
)
REMOVE = Query(Media, delete(media).where(IdIn(C.id, "ids")).returning(*C))
_WAITS = exists().where(scheduled_media.c.media_id == C.id)
FREE_BEFORE = Query(
    Media,
    select(media)
    .where(C.status_id.is_(None), C.created_at < bindparam("before"), ~_WAITS)
    .order_by(C.id)
    .limit(bindparam("limit")),
)
WAITING = Query(int, select(C.id).where(IdIn(C.id, "ids"), _WAITS))
RENEW = Command(update(media).where(C.id == bindparam("id_")).values(created_at=bindparam("at")))


def own(tx: Tx, media_id: int, *, account_id: int) -> Media:
    """A file of this person; NotFound for everybody else's (VIS-9)."""
    found = tx.one(OWN, id=media_id, account_id=account_id)
    if found is None:
        raise NotFound("media", media_id)
    return found


def owned(tx: Tx, ids: Sequence[int], *, account_id: int) -> list[Media]:
    """Those of these files that belong to the person, attached or not, in the order asked for."""
    found = {item.id: item for item in tx.all(OWN_FREE, ids=list(ids), account_id=account_id)} if ids else {}
    return [found[item] for item in ids if item in found]


def of_statuses(tx: Tx, ids: Iterable[int]) -> list[Media]:
    """Files of these posts, in the authors' order."""
    wanted = list(ids)
    return tx.all(OF_STATUSES, ids=wanted) if wanted else []


def place_of(tx: Tx, key: str) -> Place | None:
    """Where the file with this key is shown; None for what is no file of a post (avatars, headers), or gone."""
    return tx.one(PLACE, key=key)


def add(tx: Tx, item: Media) -> None:
    """Store a new file's row."""
    tx.exec(INSERT, item)


def ready(tx: Tx, media_id: int) -> None:
    """The file is in the store."""
    tx.exec(READY, key=media_id)


def find(tx: Tx, media_id: int) -> Media | None:
    """A file, for the work on it; who may see it is not asked here."""
    return tx.one(BY_ID, id=media_id)


def finish(tx: Tx, item: Media) -> bool:
    """A film or sound has become what `item` says; False when nobody waits for it any more."""
    values: dict[str, object] = {f"new_{name}": getattr(item, name) for name in _MADE}
    return tx.exec(FINISHED, id_=item.id, **values) == 1


def fail(tx: Tx, media_id: int) -> bool:
    """A film or sound cannot be used; False when nobody waits for it any more."""
    return tx.exec(FAILED, id_=media_id) == 1


def attach(tx: Tx, ids: Sequence[int], *, status_id: int, account_id: int) -> int:
    """Give own, unattached files to a post in this order (MED-9); how many were taken."""
    return sum(tx.exec(ATTACH, key=media_id, owner=account_id, to=status_id, place=at) for at, media_id in enumerate(ids))


def release(tx: Tx, item: Media, *, key: str, preview_key: str, at: datetime) -> None:
    """Take a file from its post and give it new names; it may be used again for a day from `at` on."""
    tx.exec(RELEASE, id_=item.id, new_key=key, new_preview_key=preview_key, at=at)


def describe(tx: Tx, media_id: int, *, description: str, focus_x: float, focus_y: float) -> None:
    """Change alt text and focus."""
    tx.exec(DESCRIBE, id_=media_id, description=description, focus_x=focus_x, focus_y=focus_y)


def remove(tx: Tx, ids: Sequence[int]) -> list[Media]:
    """Forget files; what they were, for the store."""
    return tx.all(REMOVE, ids=list(ids)) if ids else []


def waiting(tx: Tx, ids: Sequence[int]) -> set[int]:
    """Those of these files that wait for the time of a post."""
    return set(tx.all(WAITING, ids=list(ids))) if ids else set()


def renew(tx: Tx, ids: Iterable[int], *, at: datetime) -> None:
    """They may be used for another day from `at` on."""
    tx.many(RENEW, [{"id_": media_id, "at": at} for media_id in ids])


def free_before(tx: Tx, before: datetime, *, limit: int = 100) -> list[Media]:
    """Files that are part of no post, wait for none, and were uploaded or given up before then."""
    return tx.all(FREE_BEFORE, before=before, limit=limit)

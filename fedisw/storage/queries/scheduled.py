"""Posts that wait for their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_move

from fedisw.model.errors import NotFound
from fedisw.model.media import Media
from fedisw.model.paging import Page
from fedisw.model.scheduled import ScheduledStatus
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.scheduled import scheduled, scheduled_media
from fedisw.storage.tables.statuses import media

C, M = scheduled.c, scheduled_media.c
_MINE = C.account_id == bindparam("account_id")

BY_ID = Query(ScheduledStatus, select(scheduled).where(C.id == bindparam("id")))
OWN = Query(ScheduledStatus, select(scheduled).where(C.id == bindparam("id"), _MINE))
PAGE = {
    upwards: Query(
        ScheduledStatus,
        select(scheduled)
        .where(_MINE, C.id < bindparam("below"), C.id > bindparam("above"))
        .order_by(C.id.asc() if upwards else C.id.desc())
        .limit(bindparam("limit")),
    )
    for upwards in (False, True)
}
COUNT = Query(int, select(func.count()).select_from(scheduled).where(_MINE))
COUNT_BETWEEN = Query(
    int,
    select(func.count())
    .select_from(scheduled)
    .where(_MINE, C.scheduled_at >= bindparam("since"), C.scheduled_at < bindparam("until")),
)
INSERT = Command(insert(scheduled))
MOVE = Command(update(scheduled).where(C.id == bindparam("key")).values(scheduled_at=bindparam("at"), problem=""))
HOLD = Command(update(scheduled).where(C.id == bindparam("key")).values(problem=bindparam("why")))
REMOVE = Command(delete(scheduled).where(C.id == bindparam("id")))
_keep = insert_or_move(scheduled_media).values(media_id=bindparam("media_id"), scheduled_id=bindparam("scheduled_id"))
KEEP_FILE = Command(_keep.on_conflict_do_update(index_elements=[M.media_id], set_={"scheduled_id": _keep.excluded.scheduled_id}))
KEPT = Query(Media, select(media).join(scheduled_media, M.media_id == media.c.id).where(M.scheduled_id == bindparam("id")))


def own(tx: Tx, scheduled_id: int, *, account_id: int) -> ScheduledStatus:
    """A waiting post of this person; NotFound for everybody else's (VIS-9)."""
    found = tx.one(OWN, id=scheduled_id, account_id=account_id)
    if found is None:
        raise NotFound("scheduled status", scheduled_id)
    return found


def find(tx: Tx, scheduled_id: int) -> ScheduledStatus | None:
    """The waiting post with this id."""
    return tx.one(BY_ID, id=scheduled_id)


def page(tx: Tx, account_id: int, wanted: Page) -> list[ScheduledStatus]:
    """A person's waiting posts, newest first."""
    found = tx.all(PAGE[wanted.upwards], account_id=account_id, below=wanted.below, above=wanted.above, limit=wanted.limit)
    return found[::-1] if wanted.upwards else found


def count(tx: Tx, account_id: int) -> int:
    """How many posts of a person wait."""
    return tx.one(COUNT, account_id=account_id) or 0


def count_between(tx: Tx, account_id: int, *, since: datetime, until: datetime) -> int:
    """How many of them wait for a time from `since` on and before `until`."""
    return tx.one(COUNT_BETWEEN, account_id=account_id, since=since, until=until) or 0


def add(tx: Tx, post: ScheduledStatus) -> None:
    """Store a new one."""
    tx.exec(INSERT, post)


def move(tx: Tx, scheduled_id: int, *, at: datetime) -> None:
    """Give it another time; what was wrong with it is forgotten."""
    tx.exec(MOVE, key=scheduled_id, at=at)


def hold(tx: Tx, scheduled_id: int, *, why: str) -> None:
    """It could not be posted."""
    tx.exec(HOLD, key=scheduled_id, why=why)


def remove(tx: Tx, scheduled_id: int) -> bool:
    """Take it away; False when somebody else did."""
    return tx.exec(REMOVE, id=scheduled_id) == 1


def keep_files(tx: Tx, scheduled_id: int, media_ids: Sequence[int]) -> None:
    """These files wait with it, and with no other one."""
    tx.many(KEEP_FILE, [{"media_id": media_id, "scheduled_id": scheduled_id} for media_id in media_ids])


def files_of(tx: Tx, scheduled_id: int) -> list[Media]:
    """The files that wait with it, in no particular order."""
    return tx.all(KEPT, id=scheduled_id)

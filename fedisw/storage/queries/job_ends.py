"""Many jobs of one worker end at once: the same as `jobs.finish` for each, in three statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select, update

from fedisw.model.jobs import JobState
from fedisw.storage.db import Tx
from fedisw.storage.dialect import lock
from fedisw.storage.queries.jobs import DUE, FINISHED, Lease
from fedisw.storage.statements import Command, IdIn, Query, TextIn
from fedisw.storage.tables.jobs import LIVE, jobs

C = jobs.c


class _Held(msgspec.Struct):
    """A job that runs, and which claim of it is the last."""

    id: int
    fence: int


HELD = Query(_Held, select(C.id, C.fence).where(IdIn(C.id, "ids"), C.state == JobState.RUNNING).with_for_update())
FINISH = Command(update(jobs).where(IdIn(C.id, "ids"), C.state == JobState.RUNNING).values(**FINISHED))
_firsts = (
    select(func.min(C.id)).where(TextIn(C.order_key, "order_keys"), C.state.in_(LIVE)).group_by(C.order_key).scalar_subquery()
)
RELEASE_NEXT = Command(update(jobs).where(C.id.in_(_firsts), C.behind).values(behind=False, state=DUE))


def finish(tx: Tx, leases: Sequence[Lease], *, now: datetime) -> set[int]:
    """The jobs are done; gives the ids of those that were still ours, the others are left as they are.

    Nothing may be written for the others (P-6). A job that was asked for again meanwhile becomes ready once more.
    """
    order_keys = sorted({lease.order_key for lease in leases if lease.order_key is not None})
    if order_keys:
        lock(tx, *order_keys)  # before the rows, as `outbox.flush` does
    fences = {held.id: held.fence for held in tx.all(HELD, ids=[lease.id for lease in leases])}
    ended = {lease.id for lease in leases if fences.get(lease.id) == lease.fence}
    if ended:
        tx.exec(FINISH, None, ids=sorted(ended), now=now)
    if order_keys:
        tx.exec(RELEASE_NEXT, None, order_keys=order_keys, now=now)
    return ended

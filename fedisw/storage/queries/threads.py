"""How posts hang together, seen from below."""

from __future__ import annotations

from sqlalchemy import bindparam, func, literal, select

from fedisw.model.statuses import Status, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Query
from fedisw.storage.tables.base import BigId
from fedisw.storage.tables.statuses import statuses

MOST = 2_000  # replies that are looked at
DEEPEST = 40  # levels

_below = (
    select(statuses.c.id.label("id"), literal(0).label("depth"))
    .where(statuses.c.id == bindparam("id", type_=BigId))
    .cte("below", recursive=True)
)
_below = _below.union_all(
    select(statuses.c.id, _below.c.depth + 1)
    .join(_below, statuses.c.in_reply_to_id == _below.c.id)
    .where(_below.c.depth < bindparam("most"))
)
_some = select(_below.c.depth).limit(bindparam("rows")).subquery()

DEPTH_BELOW = Query(int | None, select(func.max(_some.c.depth)))


REMOTE_BELOW = Query(
    Status,
    select(statuses)
    .where(
        statuses.c.id.in_(select(_below.c.id).limit(bindparam("rows")).scalar_subquery()),
        statuses.c.host.is_not(None),
        statuses.c.id != bindparam("id", type_=BigId),
        statuses.c.visibility.in_((Visibility.PUBLIC, Visibility.UNLISTED)),
    )
    .order_by(statuses.c.id)
    .limit(bindparam("limit")),
)


def remote_below(tx: Tx, status_id: int, *, limit: int) -> list[Status]:
    """Open posts of other servers below a post, oldest first."""
    return tx.all(REMOTE_BELOW, id=status_id, most=DEEPEST, rows=MOST, limit=limit)


def depth_below(tx: Tx, status_id: int, *, most: int) -> int:
    """The length of the longest chain of replies below a post, at most `most`."""
    return tx.one(DEPTH_BELOW, id=status_id, most=most, rows=MOST) or 0

"""What a post answers, and what answers it. Who may read these posts is asked by whoever shows them."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from sqlalchemy import Integer, bindparam, cast, literal, select

from fedisw.storage.db import Tx
from fedisw.storage.statements import Query
from fedisw.storage.tables.statuses import statuses

S = statuses.c
_ONE = cast(literal(1), Integer)


class _Reply(msgspec.Struct):
    """A post below another one."""

    id: int
    parent_id: int | None


_up = (
    select(S.in_reply_to_id.label("id"), _ONE.label("depth"))
    .where(S.id == bindparam("status_id"), S.in_reply_to_id.is_not(None))
    .cte("up", recursive=True)
)
_up = _up.union_all(
    select(S.in_reply_to_id, (_up.c.depth + 1).label("depth"))
    .join(_up, S.id == _up.c.id)
    .where(S.in_reply_to_id.is_not(None), _up.c.depth < bindparam("limit"))
)
ANCESTORS = Query(int, select(_up.c.id).order_by(_up.c.depth.desc()))

_down = (
    select(S.id.label("id"), S.in_reply_to_id.label("parent_id"), _ONE.label("depth"))
    .where(S.in_reply_to_id == bindparam("status_id"))
    .cte("down", recursive=True)
)
_down = _down.union_all(
    select(S.id, S.in_reply_to_id, (_down.c.depth + 1).label("depth"))
    .join(_down, S.in_reply_to_id == _down.c.id)
    .where(_down.c.depth < bindparam("deepest"))
)
# Without an order both databases go level by level and stop at the limit, so that a huge thread costs no more.
DESCENDANTS = Query(_Reply, select(_down.c.id, _down.c.parent_id).limit(bindparam("limit")))


def ancestors(tx: Tx, status_id: int, *, limit: int) -> list[int]:
    """The posts above, the oldest first; the nearest `limit` of them."""
    return tx.all(ANCESTORS, status_id=status_id, limit=limit)


def descendants(tx: Tx, status_id: int, *, limit: int, deepest: int) -> list[int]:
    """The posts below in thread order: each followed by its own replies, oldest first.

    Args:
        limit: how many at most; the levels near the post win.
        deepest: how many levels.
    """
    below = defaultdict[int | None, list[int]](list)
    for reply in tx.all(DESCENDANTS, status_id=status_id, limit=limit, deepest=deepest):
        below[reply.parent_id].append(reply.id)
    ordered: list[int] = []
    waiting = sorted(below[status_id], reverse=True)
    while waiting:
        ordered.append(waiting.pop())
        waiting += sorted(below[ordered[-1]], reverse=True)
    return ordered

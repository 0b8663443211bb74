"""Counters compared with what they count (reliability, section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from fedisw.storage.db import Tx
from fedisw.storage.statements import Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import follows

PAGE = 500
A, F = accounts.c, follows.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Counters of a local account, as stored and as counted now."""

    id: int
    username: str
    followers_count: int
    following_count: int
    followers: int
    following: int

    @property
    def drifts(self) -> bool:
        """Whether a counter is wrong."""
        return (self.followers_count, self.following_count) != (self.followers, self.following)


_FOLLOWERS = select(func.count()).where(F.target_id == A.id, F.accepted).scalar_subquery().label("followers")
_FOLLOWING = select(func.count()).where(F.follower_id == A.id, F.accepted).scalar_subquery().label("following")
RECOUNT = Query(
    Counted,
    select(A.id, A.username, A.followers_count, A.following_count, _FOLLOWERS, _FOLLOWING)
    .where(A.host.is_(None), A.id > bindparam("after"))
    .order_by(A.id)
    .limit(PAGE),
)


def recount(tx: Tx, *, after: int) -> list[Counted]:
    """One page of local accounts by id, those above `after`."""
    return tx.all(RECOUNT, after=after)

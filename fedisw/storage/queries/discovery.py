"""Finding people: who is known to whom, proposals, the directory. Only people who want to be found are listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.accounts import Account, ActorType, Reach
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import VIEWER, blocked_either_way, unwanted_by_viewer
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts, users
from fedisw.storage.tables.profiles import dismissed_suggestions
from fedisw.storage.tables.relations import follows

A, D = accounts.c, dismissed_suggestions.c
FAMILIAR = 80  # people shown for one account
LOOKED_AT = 10_000  # follows of followed people that proposals are drawn from
BUSY = 500  # most active people here among whom the most followed are looked for

_mine, _theirs = follows.alias("mine"), follows.alias("theirs")
_ranked = (
    select(
        _theirs.c.target_id,
        _theirs.c.follower_id,
        func.row_number().over(partition_by=_theirs.c.target_id, order_by=_theirs.c.id.desc()).label("place"),
    )
    .select_from(_theirs.join(_mine, _mine.c.target_id == _theirs.c.follower_id))
    .where(
        _mine.c.follower_id == VIEWER,
        _mine.c.accepted,
        IdIn(_theirs.c.target_id, "ids"),
        _theirs.c.accepted,
    )
    .subquery("ranked")
)
FAMILIAR_FOLLOWERS = Query(
    tuple[int, Account],
    select(_ranked.c.target_id, *accounts.c)
    .select_from(_ranked.join(accounts, A.id == _ranked.c.follower_id))
    .where(
        _ranked.c.place <= FAMILIAR,
        A.hides_network.is_(False),
        A.suspended_at.is_(None),
        A.deleted_at.is_(None),
        ~blocked_either_way(A.id),
    )
    .order_by(_ranked.c.target_id, _ranked.c.place),
)

_known_here = or_(
    A.host.is_not(None), exists().where(users.c.id == A.id, users.c.confirmed_at.is_not(None), users.c.approved_at.is_not(None))
)
_LISTED = (
    A.discoverable,
    A.suspended_at.is_(None),
    A.deleted_at.is_(None),
    A.limited_at.is_(None),
    A.moved_to_uri == "",
    A.actor_type != ActorType.APPLICATION,
    _known_here,
)
_WANTED = (~blocked_either_way(A.id), ~unwanted_by_viewer(A.id, A.host))
_link = follows.alias("link")
_NEW_TO_VIEWER = (
    A.id != VIEWER,
    ~exists().where(_link.c.follower_id == VIEWER, _link.c.target_id == A.id),
    ~exists().where(D.account_id == VIEWER, D.target_id == A.id),
)
_between = accounts.alias("between")
_steps = (
    select(_theirs.c.target_id)
    .select_from(
        _mine.join(_between, _between.c.id == _mine.c.target_id).join(_theirs, _theirs.c.follower_id == _mine.c.target_id)
    )
    .where(_mine.c.follower_id == VIEWER, _mine.c.accepted, _between.c.hides_network.is_(False), _theirs.c.accepted)
    .order_by(_mine.c.id.desc())
    .limit(bindparam("looked_at"))
    .subquery("steps")
)
_counted = select(_steps.c.target_id, func.count().label("friends")).group_by(_steps.c.target_id).subquery("counted")
FRIENDS_OF_FRIENDS = Query(
    Account,
    select(*A)
    .select_from(_counted.join(accounts, A.id == _counted.c.target_id))
    .where(*_LISTED, *_WANTED, *_NEW_TO_VIEWER)
    .order_by(_counted.c.friends.desc(), A.id)
    .limit(bindparam("limit")),
)
_last_at = func.coalesce(A.last_status_at, 0)
_busy = (
    select(A.id)
    .where(*_LISTED[:3], A.host.is_(None))
    .order_by(_last_at.desc(), A.id.desc())
    .limit(bindparam("busy"))
    .subquery("busy_here")
)
MOST_FOLLOWED = Query(
    Account,
    select(*A)
    .select_from(_busy.join(accounts, A.id == _busy.c.id))
    .where(*_LISTED, *_WANTED, *_NEW_TO_VIEWER)
    .order_by(A.followers_count.desc(), A.id)
    .limit(bindparam("limit")),
)
DISMISS = Command(
    insert(dismissed_suggestions).values({column.name: bindparam(column.name) for column in D}).on_conflict_do_nothing()
)


@cache
def _directory(*, active: bool, local: bool, viewer: bool) -> Query[Account]:
    conditions: list[ColumnElement[Any]] = [*_LISTED]
    if local:
        conditions.append(A.host.is_(None))
    conditions += _WANTED if viewer else (A.reach == Reach.PUBLIC,)
    order = (_last_at.desc(), A.id.desc()) if active else (A.id.desc(),)
    return Query(
        Account, select(*A).where(and_(*conditions)).order_by(*order).limit(bindparam("limit")).offset(bindparam("offset"))
    )


def familiar_followers(tx: Tx, viewer_id: int, ids: Sequence[int]) -> list[tuple[int, Account]]:
    """(account, follower) of those whom the viewer follows and who follow these accounts; who hides a network is left out."""
    return tx.all(FAMILIAR_FOLLOWERS, viewer_id=viewer_id, ids=list(ids)) if ids else []


def friends_of_friends(tx: Tx, viewer_id: int, *, limit: int, now: datetime) -> list[Account]:
    """People whom those follow whom the viewer follows, the best known first."""
    return tx.all(FRIENDS_OF_FRIENDS, viewer_id=viewer_id, looked_at=LOOKED_AT, limit=limit, now=now)


def most_followed(tx: Tx, viewer_id: int, *, limit: int, now: datetime) -> list[Account]:
    """People here with many followers, among those who wrote lately."""
    return tx.all(MOST_FOLLOWED, viewer_id=viewer_id, busy=BUSY, limit=limit, now=now)


def dismiss(tx: Tx, *, account_id: int, target_id: int, now: datetime) -> None:
    """Do not propose somebody again."""
    tx.exec(DISMISS, account_id=account_id, target_id=target_id, created_at=now)


def directory(
    tx: Tx, viewer_id: int | None, *, active: bool, local: bool, limit: int, offset: int, now: datetime
) -> list[Account]:
    """People who want to be found, those who wrote last, or those who came last, first."""
    query = _directory(active=active, local=local, viewer=viewer_id is not None)
    params: dict[str, object] = {} if viewer_id is None else {"viewer_id": viewer_id, "now": now}
    return tx.all(query, limit=limit, offset=offset, **params)

"""How the server grew, week by week."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.house import Week
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import users
from fedisw.storage.tables.moderation import instance_weeks
from fedisw.storage.tables.statuses import statuses

W, U, S = instance_weeks.c, users.c, statuses.c
SHOWN = 12

_new = insert(instance_weeks).from_select(
    ["week", "statuses", "logins", "registrations"],
    select(
        bindparam("week"),
        select(func.count())
        .select_from(statuses)
        .where(
            func.coalesce(S.host, "") == "",
            S.id > bindparam("since_id"),
            S.visibility == Visibility.PUBLIC,
            S.reblog_of_id.is_(None),
        )
        .scalar_subquery(),
        select(func.count()).select_from(users).where(U.last_active_at >= bindparam("since")).scalar_subquery(),
        select(func.count()).select_from(users).where(U.created_at >= bindparam("since")).scalar_subquery(),
    ).where(bindparam("week") > 0),
)
COUNT = Command(
    _new.on_conflict_do_update(
        index_elements=[W.week], set_={name: _new.excluded[name] for name in ("statuses", "logins", "registrations")}
    )
)
NEWEST = Query(Week, select(instance_weeks).order_by(W.week.desc()).limit(SHOWN))


def count(tx: Tx, *, week: int, since: datetime, since_id: int) -> None:
    """Keep the present numbers of a week that began then."""
    tx.exec(COUNT, week=week, since=since, since_id=since_id)


def newest(tx: Tx) -> list[Week]:
    """The last twelve weeks that were counted, the newest first."""
    return tx.all(NEWEST)

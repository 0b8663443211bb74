"""What staff set for the whole server, its rules, and which process makes ids with which node number."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.feeds import TimelinesAccess
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import lists
from fedisw.storage.tables.moderation import node_leases, rules, settings
from fedisw.storage.tables.statuses import media, statuses

S, R, N = settings.c, rules.c, node_leases.c
_NEW_SETTING = insert(settings).values({column.name: bindparam(column.name) for column in S})
_NEW_LEASE = insert(node_leases).values({column.name: bindparam(column.name) for column in N})
_FREE = or_(N.owner == bindparam("owner"), N.until < bindparam("now"))


class Setting(msgspec.Struct):
    """One value, as JSON."""

    key: str
    value: bytes


class Rule(msgspec.Struct):
    """One rule of the server."""

    id: int
    text: str
    hint: str


class _Newest(msgspec.Struct):
    """The highest id in the tables that get most of them."""

    status_id: int | None
    account_id: int | None
    media_id: int | None
    list_id: int | None


TIMELINES_ACCESS = "timelines_access"
ONE = Query(bytes, select(S.value).where(S.key == bindparam("key")))
ALL = Query(Setting, select(S.key, S.value).order_by(S.key))
PUT = Command(
    _NEW_SETTING.on_conflict_do_update(
        index_elements=[S.key], set_={"value": _NEW_SETTING.excluded.value, "updated_at": _NEW_SETTING.excluded.updated_at}
    )
)
RULES = Query(Rule, select(R.id, R.text, R.hint).order_by(R.position, R.id))
ADD_RULE = Command(insert(rules).values({column.name: bindparam(column.name) for column in R}).on_conflict_do_nothing())
LEASE = Query(
    int,
    _NEW_LEASE.on_conflict_do_update(
        index_elements=[N.node],
        set_={"owner": _NEW_LEASE.excluded.owner, "until": _NEW_LEASE.excluded.until},
        where=_FREE,
    ).returning(N.last_id),
)
KEEP = Command(
    _NEW_LEASE.on_conflict_do_update(
        index_elements=[N.node],
        set_={"until": _NEW_LEASE.excluded.until, "last_id": _NEW_LEASE.excluded.last_id},
        where=N.owner == bindparam("owner"),
    )
)
NEWEST = Query(
    _Newest,
    select(
        select(statuses.c.id)
        .where(statuses.c.host.is_(None))
        .order_by(statuses.c.id.desc())
        .limit(1)
        .scalar_subquery()
        .label("status_id"),
        select(func.max(accounts.c.id)).scalar_subquery().label("account_id"),
        select(func.max(media.c.id)).scalar_subquery().label("media_id"),
        select(func.max(lists.c.id)).scalar_subquery().label("list_id"),
    ),
)


def timelines_access(tx: Tx) -> TimelinesAccess:
    """Who may look at the feeds of everybody's posts; everybody, unless staff chose otherwise."""
    value = tx.one(ONE, key=TIMELINES_ACCESS)
    return TimelinesAccess() if value is None else msgspec.json.decode(value, type=TimelinesAccess)


def put_timelines_access(tx: Tx, access: TimelinesAccess, *, now: datetime) -> None:
    """Choose it."""
    put_setting(tx, TIMELINES_ACCESS, msgspec.json.encode(access), now=now)


def all_settings(tx: Tx) -> dict[str, bytes]:
    """Every value that staff set, as JSON."""
    return {row.key: row.value for row in tx.all(ALL)}


def put_setting(tx: Tx, key: str, value: bytes, *, now: datetime) -> None:
    """Set one value, as JSON."""
    tx.exec(PUT, key=key, value=value, updated_at=now)


def all_rules(tx: Tx) -> list[Rule]:
    """The server's rules in their order."""
    return tx.all(RULES)


def add_rule(tx: Tx, *, rule_id: int, position: int, text: str, hint: str = "") -> None:
    """Add a rule; one with this id stays as it is."""
    tx.exec(ADD_RULE, id=rule_id, position=position, text=text, hint=hint)


def lease_node(tx: Tx, node: int, *, owner: str, now: datetime, until: datetime) -> int | None:
    """Take a node number that nobody holds; the last id made with it, or None when somebody does."""
    return tx.one(LEASE, node=node, owner=owner, until=until, last_id=0, now=now)


def keep_node(tx: Tx, node: int, *, owner: str, until: datetime, last_id: int) -> bool:
    """Hold a node number longer and note the last id; False when somebody else has it by now."""
    return tx.exec(KEEP, node=node, owner=owner, until=until, last_id=last_id) == 1


def newest_id(tx: Tx) -> int:
    """No id at or below this may be given out after a restart."""
    found = tx.one(NEWEST)
    return max((getattr(found, name) or 0 for name in found.__struct_fields__), default=0) if found else 0

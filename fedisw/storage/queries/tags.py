"""Hashtags by their folded names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, func, select, type_coerce
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.ids import id_at
from fedisw.model.statuses import Tag, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import readable_by_anyone
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.statuses import status_tags, statuses, tags
from fedisw.storage.values import to_millis

C, S = tags.c, statuses.c
HISTORY = timedelta(days=7)
COUNTED = 20_000  # newest uses of some tags that their history looks at
DAY = 86_400_000  # milliseconds
LAST = "\U0010ffff"  # sorts behind every character of a tag

BY_NAME = Query(Tag, select(tags).where(C.name == bindparam("name")))
BEGINNING = Query(
    Tag,
    select(tags)
    .where(C.name >= bindparam("first"), C.name < bindparam("last"))
    .order_by(func.length(C.name), C.name)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)
INSERT_ONCE = Command(insert(tags).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
_uses = (
    select(status_tags.c.tag_id, status_tags.c.status_id)
    .where(IdIn(status_tags.c.tag_id, "ids"), status_tags.c.status_id > bindparam("since"))
    .order_by(status_tags.c.status_id.desc())
    .limit(bindparam("limit"))
    .subquery("uses")
)
_day = (type_coerce(S.created_at, BigInteger) // DAY).label("day")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfTag:
    """How often a tag was used in public on a day (days since 1970), and by how many people."""

    tag_id: int
    day: int
    uses: int
    people: int


USES = Query(
    DayOfTag,
    select(_uses.c.tag_id, _day, func.count().label("uses"), func.count(S.account_id.distinct()).label("people"))
    .select_from(_uses.join(statuses, S.id == _uses.c.status_id).join(accounts, accounts.c.id == S.account_id))
    .where(S.visibility == Visibility.PUBLIC, accounts.c.limited_at.is_(None), readable_by_anyone(statuses, accounts))
    .group_by(_uses.c.tag_id, _day),
)


def find(tx: Tx, name: str) -> Tag | None:
    """The tag with this folded name, if somebody used it."""
    return tx.one(BY_NAME, name=name)


def beginning_with(tx: Tx, prefix: str, *, limit: int, offset: int = 0) -> list[Tag]:
    """Tags whose folded names begin so, the shortest first."""
    return tx.all(BEGINNING, first=prefix, last=prefix + LAST, limit=limit, offset=offset)


def ensure(tx: Tx, wanted: Tag) -> Tag:
    """The tag with this folded name, made as given when nobody used it yet."""
    tx.exec(INSERT_ONCE, wanted)
    return find(tx, wanted.name) or wanted


def history(tx: Tx, tag_ids: Sequence[int], *, now: datetime) -> dict[int, list[DayOfTag]]:
    """Uses in the last seven days by tag, in one statement: those in posts that everybody may read; empty days are missing."""
    if not tag_ids:
        return {}
    found = defaultdict[int, list[DayOfTag]](list)
    for row in tx.all(USES, ids=list(tag_ids), since=id_at(to_millis(now - HISTORY), low=0), limit=COUNTED):
        found[row.tag_id].append(row)
    return found

"""Trends: what they are computed from, and the list (bounded, dependencies section 3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import BigInteger, and_, bindparam, case, delete, func, or_, select, type_coerce, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.cards import Card
from fedisw.model.statuses import Tag, Visibility
from fedisw.model.trends import Decision, Trend, TrendKind
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import readable_by_anyone
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.cards import cards
from fedisw.storage.tables.statuses import status_tags, statuses, tags
from fedisw.storage.tables.trends import trends

LOOKED_AT: Final = 50_000  # newest uses of tags
MOST: Final = 200  # candidates of a kind
DAY: Final = 86_400_000  # milliseconds
C, S, A = trends.c, statuses.c, accounts.c

_newest = (
    select(status_tags.c.tag_id, status_tags.c.status_id)
    .where(status_tags.c.status_id > bindparam("since_id"))
    .order_by(status_tags.c.status_id.desc())
    .limit(LOOKED_AT)
    .subquery("newest")
)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """How many people used a tag, or linked to a page, in public since `day_id` and in the day before."""

    ref_id: int
    today: int
    before: int


class DayOfLink(msgspec.Struct, frozen=True, kw_only=True):
    """How often a page was linked to in public on a day (days since 1970), and by how many people."""

    card_id: int
    day: int
    uses: int
    people: int


class StatusMarks(msgspec.Struct, frozen=True, kw_only=True):
    """Likes and boosts of a post that may be a trend."""

    id: int
    account_id: int
    marks: int
    created_at: datetime


_today = _newest.c.status_id > bindparam("day_id")
_shown = and_(S.visibility == Visibility.PUBLIC, A.limited_at.is_(None), readable_by_anyone(statuses, accounts))
TAG_USES = Query(
    Use,
    select(
        _newest.c.tag_id.label("ref_id"),
        func.count(case((_today, S.account_id)).distinct()).label("today"),
        func.count(case((~_today, S.account_id)).distinct()).label("before"),
    )
    .select_from(_newest.join(statuses, S.id == _newest.c.status_id).join(accounts, A.id == S.account_id))
    .where(_shown)
    .group_by(_newest.c.tag_id)
    .order_by(func.count(case((_today, S.account_id)).distinct()).desc(), _newest.c.tag_id)
    .limit(MOST),
)
_linked_today = S.id > bindparam("day_id")
LINK_USES = Query(
    Use,
    select(
        func.coalesce(S.card_id, 0).label("ref_id"),
        func.count(case((_linked_today, S.account_id)).distinct()).label("today"),
        func.count(case((~_linked_today, S.account_id)).distinct()).label("before"),
    )
    .join(accounts, A.id == S.account_id)
    .join(cards, cards.c.id == S.card_id)
    .where(S.id > bindparam("since_id"), S.card_id.is_not(None), cards.c.title != "", _shown)
    .group_by(S.card_id)
    .order_by(func.count(S.account_id.distinct()).desc(), S.card_id)
    .limit(MOST),
)
_day = (type_coerce(S.created_at, BigInteger) // DAY).label("day")
_marks = S.favourites_count + S.reblogs_count
LIKED = Query(
    StatusMarks,
    select(S.id, S.account_id, _marks.label("marks"), S.created_at)
    .join(accounts, A.id == S.account_id)
    .where(
        S.id > bindparam("since_id"),
        S.reblog_of_id.is_(None),
        S.in_reply_to_uri == "",
        S.sensitive.is_(False),
        _marks > 0,
        A.discoverable,
        _shown,
    )
    .order_by(_marks.desc(), S.id.desc())
    .limit(MOST),
)
_put = insert(trends).values({column.name: bindparam(column.name) for column in C})
PUT = Command(_put.on_conflict_do_update(index_elements=[C.kind, C.ref_id], set_={"score": _put.excluded.score}))
END = Command(update(trends).where(C.kind == bindparam("of")).values(score=0.0))
FORGET = Command(delete(trends).where(C.score == 0.0, C.decision == Decision.NONE))
DECIDE = Command(update(trends).where(C.kind == bindparam("of"), C.ref_id == bindparam("ref")).values(decision=bindparam("said")))
_listed = and_(C.score > 0.0, or_(C.decision == Decision.YES, and_(bindparam("reviewed") == 0, C.decision == Decision.NONE)))
TAGS = Query(
    Tag,
    select(tags)
    .join(trends, and_(C.kind == TrendKind.TAG, C.ref_id == tags.c.id))
    .where(_listed)
    .order_by(C.score.desc(), tags.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)
LINKS = Query(
    Card,
    select(cards)
    .join(trends, and_(C.kind == TrendKind.LINK, C.ref_id == cards.c.id))
    .where(_listed)
    .order_by(C.score.desc(), cards.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)
IS_LINK = Query(
    int,
    select(C.ref_id)
    .join(cards, cards.c.id == C.ref_id)
    .where(C.kind == TrendKind.LINK, _listed, cards.c.url == bindparam("url")),
)
LINK_DAYS = Query(
    DayOfLink,
    select(
        func.coalesce(S.card_id, 0).label("card_id"),
        _day,
        func.count().label("uses"),
        func.count(S.account_id.distinct()).label("people"),
    )
    .join(accounts, A.id == S.account_id)
    .where(IdIn(S.card_id, "ids"), S.card_id.is_not(None), S.id > bindparam("since_id"), _shown)
    .group_by(S.card_id, _day),
)
STATUSES = Query(
    int,
    select(C.ref_id)
    .where(C.kind == TrendKind.STATUS, _listed)
    .order_by(C.score.desc(), C.ref_id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)


def link_uses(tx: Tx, *, since_id: int, day_id: int) -> list[Use]:
    """How pages were linked to since `since_id`, those of most people first."""
    return tx.all(LINK_USES, since_id=since_id, day_id=day_id)


def tag_uses(tx: Tx, *, since_id: int, day_id: int) -> list[Use]:
    """How tags were used since `since_id`, those of most people first."""
    return tx.all(TAG_USES, since_id=since_id, day_id=day_id)


def liked(tx: Tx, *, since_id: int) -> list[StatusMarks]:
    """New posts that people liked or boosted, of authors who want to be discovered."""
    return tx.all(LIKED, since_id=since_id)


def renew(tx: Tx, kind: TrendKind, found: Iterable[Trend]) -> None:
    """These are the trends of a kind now; what staff decided stays."""
    tx.exec(END, of=kind)
    for trend in found:
        tx.exec(PUT, trend)
    tx.exec(FORGET)


def decide(tx: Tx, kind: TrendKind, ref_id: int, decision: Decision) -> bool:
    """Staff let something through, or keep it out; False for what was none."""
    return tx.exec(DECIDE, of=kind, ref=ref_id, said=decision) == 1


def listed_tags(tx: Tx, *, reviewed: bool, limit: int, offset: int) -> list[Tag]:
    """Tags of which people speak; with review, those that staff let through."""
    return tx.all(TAGS, reviewed=int(reviewed), limit=limit, offset=offset)


def listed_links(tx: Tx, *, reviewed: bool, limit: int, offset: int) -> list[Card]:
    """Pages to which people link."""
    return tx.all(LINKS, reviewed=int(reviewed), limit=limit, offset=offset)


def trending_link(tx: Tx, url: str, *, reviewed: bool) -> int | None:
    """The card of a page to which people link now; None for all others."""
    return tx.one(IS_LINK, url=url, reviewed=int(reviewed))


def link_days(tx: Tx, card_ids: Sequence[int], *, since_id: int) -> list[DayOfLink]:
    """How these pages were linked to, day by day; empty days are missing."""
    return tx.all(LINK_DAYS, ids=list(card_ids), since_id=since_id) if card_ids else []


def listed_statuses(tx: Tx, *, reviewed: bool, limit: int, offset: int) -> list[int]:
    """Posts that people like; who may read them is still to be asked."""
    return tx.all(STATUSES, reviewed=int(reviewed), limit=limit, offset=offset)

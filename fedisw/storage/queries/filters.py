"""Filters of people: what they match, and a number that tells when they have changed."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.errors import NotFound
from fedisw.model.filters import Filter, FilterKeyword, FilterStatus, FilterView
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.filters import filter_keywords, filter_revisions, filter_statuses, filters

F, K, S, R = filters.c, filter_keywords.c, filter_statuses.c, filter_revisions.c

OF_ACCOUNT = Query(Filter, select(filters).where(F.account_id == bindparam("account_id")).order_by(F.id))
OWN = Query(Filter, select(filters).where(F.id == bindparam("id"), F.account_id == bindparam("account_id")))
COUNT = Query(int, select(func.count()).select_from(filters).where(F.account_id == bindparam("account_id")))
INSERT = Command(insert(filters))
CHANGE = Command(
    update(filters)
    .where(F.id == bindparam("key"))
    .values({name: bindparam(name) for name in ("title", "contexts", "action", "expires_at")})
)
REMOVE = Command(delete(filters).where(F.id == bindparam("id"), F.account_id == bindparam("account_id")))

_OWNED = F.account_id == bindparam("account_id")
KEYWORDS = Query(FilterKeyword, select(filter_keywords).join(filters, F.id == K.filter_id).where(_OWNED).order_by(K.id))
KEYWORDS_OF = Query(FilterKeyword, select(filter_keywords).where(K.filter_id == bindparam("filter_id")).order_by(K.id))
KEYWORD_COUNT = Query(int, select(func.count()).select_from(filter_keywords.join(filters, F.id == K.filter_id)).where(_OWNED))
OWN_KEYWORD = Query(
    FilterKeyword, select(filter_keywords).join(filters, F.id == K.filter_id).where(K.id == bindparam("id"), _OWNED)
)
ADD_KEYWORD = Command(insert(filter_keywords))
CHANGE_KEYWORD = Command(
    update(filter_keywords)
    .where(K.id == bindparam("key"))
    .values(keyword=bindparam("keyword"), whole_word=bindparam("whole_word"))
)
REMOVE_KEYWORD = Command(delete(filter_keywords).where(K.id == bindparam("id")))

STATUSES = Query(FilterStatus, select(filter_statuses).join(filters, F.id == S.filter_id).where(_OWNED).order_by(S.id))
STATUSES_OF = Query(FilterStatus, select(filter_statuses).where(S.filter_id == bindparam("filter_id")).order_by(S.id))
STATUS_COUNT = Query(int, select(func.count()).select_from(filter_statuses.join(filters, F.id == S.filter_id)).where(_OWNED))
OWN_STATUS = Query(
    FilterStatus, select(filter_statuses).join(filters, F.id == S.filter_id).where(S.id == bindparam("id"), _OWNED)
)
ADD_STATUS = Command(
    insert_or_ignore(filter_statuses)
    .values({column.name: bindparam(column.name) for column in S})
    .on_conflict_do_nothing(index_elements=[S.filter_id, S.status_id])
)
REMOVE_STATUS = Command(delete(filter_statuses).where(S.id == bindparam("id")))

GROW = Command(
    insert_or_ignore(filter_revisions)
    .values(account_id=bindparam("account_id"), revision=1)
    .on_conflict_do_update(index_elements=[R.account_id], set_={"revision": R.revision + 1})
)


def views(tx: Tx, account_id: int) -> list[FilterView]:
    """A person's filters with all that they match, oldest first; three statements however many."""
    keywords, statuses = defaultdict[int, list[FilterKeyword]](list), defaultdict[int, list[FilterStatus]](list)
    found = tx.all(OF_ACCOUNT, account_id=account_id)
    if found:
        for keyword in tx.all(KEYWORDS, account_id=account_id):
            keywords[keyword.filter_id].append(keyword)
        for status in tx.all(STATUSES, account_id=account_id):
            statuses[status.filter_id].append(status)
    return [FilterView(filter=one, keywords=tuple(keywords[one.id]), statuses=tuple(statuses[one.id])) for one in found]


def view(tx: Tx, filter_id: int, *, account_id: int) -> FilterView:
    """One of them; NotFound for everybody else's (VIS-9)."""
    found = own(tx, filter_id, account_id=account_id)
    return FilterView(filter=found, keywords=tuple(keywords_of(tx, found.id)), statuses=tuple(statuses_of(tx, found.id)))


def own(tx: Tx, filter_id: int, *, account_id: int) -> Filter:
    """A filter of this person; NotFound for everybody else's (VIS-9)."""
    found = tx.one(OWN, id=filter_id, account_id=account_id)
    if found is None:
        raise NotFound("filter", filter_id)
    return found


def count(tx: Tx, account_id: int) -> int:
    """How many filters the person has."""
    return tx.one(COUNT, account_id=account_id) or 0


def add(tx: Tx, value: Filter) -> None:
    """Store a new filter."""
    tx.exec(INSERT, value)


def change(tx: Tx, value: Filter) -> None:
    """Store what a filter is now."""
    tx.exec(CHANGE, key=value.id, title=value.title, contexts=value.contexts, action=value.action, expires_at=value.expires_at)


def remove(tx: Tx, filter_id: int, *, account_id: int) -> bool:
    """Take a filter away; False when it is not this person's."""
    return tx.exec(REMOVE, id=filter_id, account_id=account_id) == 1


def keywords_of(tx: Tx, filter_id: int) -> list[FilterKeyword]:
    """Words of a filter, oldest first."""
    return tx.all(KEYWORDS_OF, filter_id=filter_id)


def own_keyword(tx: Tx, keyword_id: int, *, account_id: int) -> FilterKeyword:
    """A word of one of this person's filters; NotFound for everybody else's (VIS-9)."""
    found = tx.one(OWN_KEYWORD, id=keyword_id, account_id=account_id)
    if found is None:
        raise NotFound("keyword", keyword_id)
    return found


def keyword_count(tx: Tx, account_id: int) -> int:
    """How many words all filters of a person have."""
    return tx.one(KEYWORD_COUNT, account_id=account_id) or 0


def add_keyword(tx: Tx, keyword: FilterKeyword) -> None:
    """Store a new word."""
    tx.exec(ADD_KEYWORD, keyword)


def change_keyword(tx: Tx, keyword: FilterKeyword) -> None:
    """Store what a word is now."""
    tx.exec(CHANGE_KEYWORD, key=keyword.id, keyword=keyword.keyword, whole_word=keyword.whole_word)


def remove_keyword(tx: Tx, keyword_id: int) -> None:
    """Take a word away."""
    tx.exec(REMOVE_KEYWORD, id=keyword_id)


def statuses_of(tx: Tx, filter_id: int) -> list[FilterStatus]:
    """Posts of a filter, in the order in which they were added."""
    return tx.all(STATUSES_OF, filter_id=filter_id)


def own_status(tx: Tx, row_id: int, *, account_id: int) -> FilterStatus:
    """A post of one of this person's filters by the id of the pair; NotFound for everybody else's (VIS-9)."""
    found = tx.one(OWN_STATUS, id=row_id, account_id=account_id)
    if found is None:
        raise NotFound("filter status", row_id)
    return found


def status_count(tx: Tx, account_id: int) -> int:
    """How many posts all filters of a person name."""
    return tx.one(STATUS_COUNT, account_id=account_id) or 0


def add_status(tx: Tx, status: FilterStatus) -> bool:
    """Name a post; False when the filter names it already."""
    return tx.exec(ADD_STATUS, status) == 1


def remove_status(tx: Tx, row_id: int) -> None:
    """Name it no longer."""
    tx.exec(REMOVE_STATUS, id=row_id)


def grow(tx: Tx, account_id: int) -> None:
    """The filters of a person have changed."""
    tx.exec(GROW, account_id=account_id)

"""Which post quotes which."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.paging import Page
from fedisw.model.quotes import Quote, QuoteState
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.quotes import quotes
from fedisw.storage.tables.statuses import statuses

C = quotes.c
_ABOUT = C.quoted_id == bindparam("about")
_ACCEPTED = C.state == QuoteState.ACCEPTED

OF_STATUSES = Query(Quote, select(quotes).where(IdIn(C.status_id, "ids")))
BY_STAMP = Query(Quote, select(quotes).where(C.approval_uri == bindparam("uri"), C.approval_uri != "").limit(1))
ACCEPTED_OF = Query(
    int,
    select(C.status_id)
    .where(_ABOUT, _ACCEPTED, C.status_id < bindparam("below"), C.status_id > bindparam("above"))
    .order_by(C.status_id.desc())
    .limit(bindparam("limit")),
)
LOCAL_QUOTING = Query(
    Status,
    select(statuses)
    .join(quotes, C.status_id == statuses.c.id)
    .where(_ABOUT, _ACCEPTED, statuses.c.host.is_(None))
    .order_by(statuses.c.id)
    .limit(bindparam("limit")),
)
ADD = Command(insert_or_ignore(quotes).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
DECIDE = Command(
    update(quotes)
    .where(C.status_id == bindparam("key"))
    .values(
        state=bindparam("new_state"),
        approval_uri=bindparam("stamp"),
        quoted_id=bindparam("known_id"),
        quoted_account_id=bindparam("known_account_id"),
    )
)
_quoting = select(C.status_id).where(_ABOUT).scalar_subquery()
TOUCH_QUOTING = Command(update(statuses).where(statuses.c.id.in_(_quoting)).values(revision=statuses.c.revision + 1))
LOSE_QUOTED = Command(update(quotes).where(_ABOUT).values(state=QuoteState.DELETED, quoted_id=None))


def of_statuses(tx: Tx, ids: Iterable[int]) -> list[Quote]:
    """What these posts quote."""
    wanted = list(ids)
    return tx.all(OF_STATUSES, ids=wanted) if wanted else []


def find(tx: Tx, status_id: int) -> Quote | None:
    """What this post quotes."""
    found = of_statuses(tx, [status_id])
    return found[0] if found else None


def find_by_stamp(tx: Tx, uri: str) -> Quote | None:
    """The quote that this stamp allows."""
    return tx.one(BY_STAMP, uri=uri)


def accepted_of(tx: Tx, status_id: int, page: Page) -> list[int]:
    """Posts that quote this one with its author's consent, newest first."""
    return tx.all(ACCEPTED_OF, about=status_id, below=page.below, above=page.above, limit=page.limit)


def local_quoting(tx: Tx, status_id: int, *, limit: int = 500) -> list[Status]:
    """Those of them that were written here, oldest first."""
    return tx.all(LOCAL_QUOTING, about=status_id, limit=limit)


def add(tx: Tx, quote: Quote) -> bool:
    """Store what a post quotes; False when it is stored."""
    return tx.exec(ADD, quote) == 1


def decide(tx: Tx, quote: Quote) -> None:
    """Store another state, with its stamp and with what is known of the quoted post."""
    tx.exec(
        DECIDE,
        key=quote.status_id,
        new_state=quote.state,
        stamp=quote.approval_uri,
        known_id=quote.quoted_id,
        known_account_id=quote.quoted_account_id,
    )


def lose(tx: Tx, status_id: int) -> None:
    """A post is about to be removed: those that quote it show so."""
    tx.exec(TOUCH_QUOTING, about=status_id)
    tx.exec(LOSE_QUOTED, about=status_id)

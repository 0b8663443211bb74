"""Activities as they arrived, until they are worked on (reliability, section 3.4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.peers import Inbound, InboundState
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.peers import inbound

C = inbound.c

BY_ID = Query(Inbound, select(inbound).where(C.id == bindparam("id")))
STORE_ONCE = Command(insert(inbound).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
END = Command(
    update(inbound)
    .where(C.id == bindparam("key"), C.state == InboundState.WAITING)
    .values(state=bindparam("state"), reason=bindparam("reason"), raw=bindparam("raw"))
)
OLDEST = Query(datetime | None, select(func.min(C.received_at, type_=C.received_at.type)).where(C.state == InboundState.WAITING))
PRUNE = Command(delete(inbound).where(C.state != InboundState.WAITING, C.received_at < bindparam("before")))

REASON = 500  # characters kept


def find(tx: Tx, inbound_id: int) -> Inbound | None:
    """The row with this id of ours."""
    return tx.one(BY_ID, id=inbound_id)


def store_once(tx: Tx, row: Inbound) -> bool:
    """Keep an activity; False when the same signer sent one with this id before (ING-10)."""
    return tx.exec(STORE_ONCE, row) == 1


def end(tx: Tx, row: Inbound, state: InboundState, *, reason: str = "") -> bool:
    """Say how it ended; False when that was said before. What took effect is not kept in its raw form."""
    kept = b"" if state is InboundState.DONE else row.raw
    return tx.exec(END, key=row.id, state=state, reason=reason[:REASON], raw=kept) == 1


def oldest_waiting(tx: Tx) -> datetime | None:
    """When the activity arrived that waits longest."""
    return tx.one(OLDEST)


def prune(tx: Tx, *, before: datetime) -> int:
    """Forget what ended and arrived before; 7 days are kept for diagnosis."""
    return tx.exec(PRUNE, before=before)

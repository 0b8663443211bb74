"""The audit log: rows that are only added (MOD-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.moderation import audit_details, audit_log

C, D = audit_log.c, audit_details.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was done; `hash` covers the row before, this row and the commitment to its details."""

    id: int
    actor: str
    action: str
    target: str
    commitment: bytes
    hash: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What may be erased later: reason, address, before and after, as JSON; `salt` keys the commitment."""

    audit_id: int
    details: bytes
    salt: bytes


LAST = Query(Row, select(audit_log).order_by(C.id.desc()).limit(1))
ADD = Command(insert(audit_log))
ADD_DETAILS = Command(insert(audit_details))
PAGE = Query(Row, select(audit_log).where(C.id > bindparam("after")).order_by(C.id).limit(bindparam("limit")))
DETAILS = Query(
    Details, select(audit_details).where(D.audit_id > bindparam("after"), D.audit_id <= bindparam("upto")).order_by(D.audit_id)
)


def last(tx: Tx) -> Row | None:
    """The newest row."""
    return tx.one(LAST)


def add(tx: Tx, row: Row, details: Details) -> None:
    """Add a row with its details."""
    tx.exec(ADD, row)
    tx.exec(ADD_DETAILS, details)


def page(tx: Tx, *, after: int = 0, limit: int = 500) -> list[Row]:
    """Rows by id, those above `after`."""
    return tx.all(PAGE, after=after, limit=limit)


def details(tx: Tx, *, after: int, upto: int) -> dict[int, Details]:
    """Details of the rows in this range that were not erased."""
    return {row.audit_id: row for row in tx.all(DETAILS, after=after, upto=upto)}

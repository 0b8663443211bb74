"""Complaints."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.moderation import Report
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.moderation import reports

C = reports.c

ADD = Command(insert(reports).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
BY_ID = Query(Report, select(reports).where(C.id == bindparam("id")))
BY_URI = Query(int, select(C.id).where(C.uri == bindparam("uri")))
BY_IDS = Query(Report, select(reports).where(IdIn(C.id, "ids")))


def add(tx: Tx, report: Report) -> bool:
    """Store it; False when its uri is there already."""
    return tx.exec(ADD, report) == 1


def find(tx: Tx, report_id: int) -> Report | None:
    """The report with this id."""
    return tx.one(BY_ID, id=report_id)


def by_ids(tx: Tx, ids: Iterable[int]) -> list[Report]:
    """Those that exist."""
    wanted = list(ids)
    return tx.all(BY_IDS, ids=wanted) if wanted else []


def exists(tx: Tx, uri: str) -> bool:
    """Whether this complaint came before."""
    return tx.one(BY_URI, uri=uri) is not None

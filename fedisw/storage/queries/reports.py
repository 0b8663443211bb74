"""Complaints."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.moderation import Report
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.moderation import reports

C = reports.c

ADD = Command(insert(reports).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
BY_ID = Query(Report, select(reports).where(C.id == bindparam("id")))


def add(tx: Tx, report: Report) -> bool:
    """Store it; False when its uri is there already."""
    return tx.exec(ADD, report) == 1


def find(tx: Tx, report_id: int) -> Report | None:
    """The report with this id."""
    return tx.one(BY_ID, id=report_id)

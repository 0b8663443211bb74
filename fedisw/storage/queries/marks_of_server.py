"""When something happened to the server as a whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete

from fedisw.storage.db import Tx
from fedisw.storage.dialect import insert_or_ignore
from fedisw.storage.statements import Command
from fedisw.storage.tables.factors import server_marks

ADD = Command(insert_or_ignore(server_marks))
REMOVE = Command(delete(server_marks).where(server_marks.c.name == bindparam("name")))


def add(tx: Tx, name: str, *, at: datetime) -> bool:
    """Remember that it happened; False when that is known already."""
    return tx.exec(ADD, name=name, at=at) == 1


def remove(tx: Tx, name: str) -> None:
    """It is over."""
    tx.exec(REMOVE, name=name)

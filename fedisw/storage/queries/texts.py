"""Posts in several languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, insert, select

from fedisw.model.reactions import StatusText
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.reactions import status_texts

C = status_texts.c
ADD = Command(insert(status_texts))
CLEAR = Command(delete(status_texts).where(C.status_id == bindparam("status_id")))
OF_STATUSES = Query(StatusText, select(status_texts).where(IdIn(C.status_id, "ids")).order_by(C.status_id, C.language))


def put(tx: Tx, status_id: int, contents: Mapping[str, str]) -> None:
    """Store a new post's texts by language."""
    for language, content in contents.items():
        tx.exec(ADD, StatusText(status_id=status_id, language=language, content=content))


def replace(tx: Tx, status_id: int, contents: Mapping[str, str]) -> None:
    """Store an edited post's texts by language."""
    tx.exec(CLEAR, status_id=status_id)
    put(tx, status_id, contents)


def of_statuses(tx: Tx, ids: Iterable[int]) -> list[StatusText]:
    """All texts of these posts; none for posts in one language."""
    wanted = list(ids)
    return tx.all(OF_STATUSES, ids=wanted) if wanted else []

"""Which copies of remote files are kept, and of which server each is; the files themselves are in the media store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.media import RemoteFile
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query, TextIn
from fedisw.storage.tables.peers import remote_files

C = remote_files.c
_NEW = insert(remote_files).values({column.name: bindparam(column.name) for column in C})

PUT = Command(
    _NEW.on_conflict_do_update(
        index_elements=[C.url_hash],
        set_={column.name: _NEW.excluded[column.name] for column in C if column.name != "url_hash"},
    )
)
UNUSED = Query(
    RemoteFile, select(remote_files).where(C.used_at < bindparam("before")).order_by(C.used_at).limit(bindparam("limit"))
)
USED = Command(update(remote_files).where(C.key == bindparam("file")).values(used_at=bindparam("at")))
REMOVE = Command(delete(remote_files).where(TextIn(C.key, "keys")))


def put(tx: Tx, file: RemoteFile) -> None:
    """A copy was made, or made anew."""
    tx.exec(PUT, file)


def unused_since(tx: Tx, before: datetime, *, limit: int = 100) -> list[RemoteFile]:
    """Copies that, as far as rows tell, nobody looked at since then; the longest unused first."""
    return tx.all(UNUSED, before=before, limit=limit)


def used(tx: Tx, key: str, *, at: datetime) -> None:
    """The store knows of a later use."""
    tx.exec(USED, file=key, at=at)


def remove(tx: Tx, keys: Iterable[str]) -> None:
    """These copies are gone."""
    tx.exec(REMOVE, keys=list(keys))

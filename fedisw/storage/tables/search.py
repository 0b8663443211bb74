"""What of posts can be found by their words. Each database keeps its own index of the same words."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns, event, func
from sqlalchemy.engine import Connection

from fedisw.storage.tables.base import BigId, metadata


class _SearchTexts(TypedColumns):
    """Words of a post (text/words.py) and marks (model/search.py), parted by single spaces."""

    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)
    text: Named[str] = Column(Text)


class _SearchQueue(TypedColumns):
    """Posts whose words are to be read anew; `times` counts how often that was asked for since they were read."""

    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)
    times = Column(Integer, nullable=False)


search_texts = Table("search_texts", metadata, _SearchTexts)
search_queue = Table("search_queue", metadata, _SearchQueue)

SPLIT = func.array_to_tsvector(func.string_to_array(search_texts.c.text, " "))
"""The words on PostgreSQL, without a parser of its own."""

_gin = Index("ix_search_texts_words", SPLIT, postgresql_using="gin")
_gin.ddl_if(dialect="postgresql")

FTS: Final = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "text, content='search_texts', content_rowid='status_id', tokenize='ascii', detail='none')",
    "CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN"
    " INSERT INTO search_index (rowid, text) VALUES (new.status_id, new.text); END",
    "CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN"
    " INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.status_id, old.text); END",
    "CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN"
    " INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.status_id, old.text);"
    " INSERT INTO search_index (rowid, text) VALUES (new.status_id, new.text); END",
)
"""FTS5 over the table: its `ascii` tokenizer parts at spaces only, since words hold no other ASCII sign."""


@event.listens_for(search_texts, "after_create")
def _add_index(_table: Table, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in FTS:
            connection.exec_driver_sql(statement)

"""Copies that people take with them of what they have here."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Archives(TypedColumns):
    """A copy of everything of a person in one file, kept for a week; `size` in bytes, 0 until it is ready."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    size = Column(BigId, nullable=False)
    created_at = Column(Millis, nullable=False, index=True)
    ready_at = Column(Millis)


archives = Table("archives", metadata, _Archives)
Index("ix_archives_account", archives.c.account_id, archives.c.id)


class _Imports(TypedColumns):
    """A file of another server that is worked through line by line; `lines` are emptied when it is done."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    kind: Named[str] = Column(Text)
    replaces = Column(Boolean, nullable=False)
    lines = Column(Json, nullable=False)
    total = Column(Integer, nullable=False)
    done = Column(Integer, nullable=False)
    failed = Column(Integer, nullable=False)
    created_at = Column(Millis, nullable=False)
    finished_at = Column(Millis)


imports = Table("imports", metadata, _Imports)
Index("ix_imports_account", imports.c.account_id, imports.c.id)

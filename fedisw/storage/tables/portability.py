"""Copies that people take with them of what they have here."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, TypedColumns

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Archives(TypedColumns):
    """A copy of everything of a person in one file, kept for a week; `size` in bytes, 0 until it is ready."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    size = Column(BigId, nullable=False)
    created_at = Column(Millis, nullable=False, index=True)
    ready_at = Column(Millis)


archives = Table("archives", metadata, _Archives)
Index("ix_archives_account", archives.c.account_id, archives.c.id)

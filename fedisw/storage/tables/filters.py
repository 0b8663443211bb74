"""What people do not want to read."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Filters(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    title: Named[str] = Column(Text)
    contexts = Column(Json, nullable=False)
    action: Named[str] = Column(Text)
    expires_at = Column(Millis)
    created_at = Column(Millis, nullable=False)


filters = Table("filters", metadata, _Filters)


class _FilterKeywords(TypedColumns):
    id = id_column()
    filter_id = Column(BigId, ForeignKey("filters.id", ondelete="CASCADE"), nullable=False, index=True)
    keyword: Named[str] = Column(Text)
    whole_word = Column(Boolean, nullable=False)


filter_keywords = Table("filter_keywords", metadata, _FilterKeywords)


class _FilterStatuses(TypedColumns):
    id = id_column()
    filter_id = Column(BigId, ForeignKey("filters.id", ondelete="CASCADE"), nullable=False)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False)


filter_statuses = Table("filter_statuses", metadata, _FilterStatuses, UniqueConstraint("filter_id", "status_id"))
Index("ix_filter_statuses_status", filter_statuses.c.status_id)


class _FilterRevisions(TypedColumns):
    """Grows with every change of a person's filters; who has no row never had any."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    revision = Column(Integer, nullable=False)


filter_revisions = Table("filter_revisions", metadata, _FilterRevisions)

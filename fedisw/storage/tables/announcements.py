"""Announcements, who has read them, and what people think of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Announcements(TypedColumns):
    id = id_column()
    content: Named[str] = Column(Text)
    starts_at = Column(Millis)
    ends_at = Column(Millis)
    all_day = Column(Boolean, nullable=False)
    published_at = Column(Millis, nullable=False)
    updated_at = Column(Millis, nullable=False)


announcements = Table("announcements", metadata, _Announcements)


class _AnnouncementReads(TypedColumns):
    announcement_id = Column(BigId, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)


announcement_reads = Table("announcement_reads", metadata, _AnnouncementReads)


class _AnnouncementReactions(TypedColumns):
    announcement_id = Column(BigId, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True)
    name = Column(Text, primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at = Column(Millis, nullable=False)


announcement_reactions = Table("announcement_reactions", metadata, _AnnouncementReactions)

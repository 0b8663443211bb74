"""Posts that wait for their time, and the files that are kept for them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Scheduled(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    scheduled_at = Column(Millis, nullable=False)
    plan = Column(Json, nullable=False)
    problem: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


scheduled = Table("scheduled_statuses", metadata, _Scheduled)
Index("ix_scheduled_statuses_account", scheduled.c.account_id, scheduled.c.id)
Index("ix_scheduled_statuses_day", scheduled.c.account_id, scheduled.c.scheduled_at)


class _ScheduledMedia(TypedColumns):
    """A file that waits with a post is not swept away as one that became nothing."""

    media_id = Column(BigId, ForeignKey("media.id", ondelete="CASCADE"), primary_key=True)
    scheduled_id = Column(BigId, ForeignKey("scheduled_statuses.id", ondelete="CASCADE"), nullable=False, index=True)


scheduled_media = Table("scheduled_media", metadata, _ScheduledMedia)

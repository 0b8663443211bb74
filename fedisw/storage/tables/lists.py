"""Lists, markers and notifications of a person."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns, UniqueConstraint, func

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Lists(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    title: Named[str] = Column(Text)
    replies_policy: Named[str] = Column(Text)
    exclusive = Column(Boolean, nullable=False)
    created_at = Column(Millis, nullable=False)


lists = Table("lists", metadata, _Lists)


class _ListMembers(TypedColumns):
    id = id_column()
    list_id = Column(BigId, ForeignKey("lists.id", ondelete="CASCADE"), nullable=False)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


list_members = Table("list_members", metadata, _ListMembers, UniqueConstraint("list_id", "account_id"))
Index("ix_list_members_account", list_members.c.account_id, list_members.c.list_id)


class _Markers(TypedColumns):
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    timeline = Column(Text, primary_key=True)
    last_read_id = Column(BigId, nullable=False)
    version = Column(Integer, nullable=False)
    updated_at = Column(Millis, nullable=False)


markers = Table("markers", metadata, _Markers)


class _Notifications(TypedColumns):
    id = Column(BigId, primary_key=True)  # a plain sequence: clients read it as a small number
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    type: Named[str] = Column(Text)
    from_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), index=True)
    report_id = Column(BigId)
    about_id = Column(BigId)  # a severance, warning or collection, by type
    group_key: Named[str] = Column(Text)
    filtered = Column(Boolean, nullable=False)
    created_at = Column(Millis, nullable=False)


notifications = Table("notifications", metadata, _Notifications, sqlite_autoincrement=True)
Index("ix_notifications_account", notifications.c.account_id, notifications.c.id)
Index("ix_notifications_group", notifications.c.account_id, notifications.c.group_key, notifications.c.id)
Index(
    "ux_notifications_once",
    notifications.c.account_id,
    notifications.c.type,
    notifications.c.from_id,
    func.coalesce(notifications.c.status_id, 0),
    func.coalesce(notifications.c.report_id, 0),
    func.coalesce(notifications.c.about_id, 0),
    unique=True,
)
Index(
    "ix_notifications_filtered",
    notifications.c.account_id,
    notifications.c.from_id,
    notifications.c.id,
    sqlite_where=notifications.c.filtered,
    postgresql_where=notifications.c.filtered,
)

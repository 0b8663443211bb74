"""What people want to be told by whom, who waits for their answer, and what moderation tells them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _NotificationPolicies(TypedColumns):
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    for_not_following: Named[str] = Column(Text)
    for_not_followers: Named[str] = Column(Text)
    for_new_accounts: Named[str] = Column(Text)
    for_private_mentions: Named[str] = Column(Text)
    for_limited_accounts: Named[str] = Column(Text)
    for_bots: Named[str] = Column(Text)


notification_policies = Table("notification_policies", metadata, _NotificationPolicies)


class _NotificationRequests(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    from_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    created_at = Column(Millis, nullable=False)
    updated_at = Column(Millis, nullable=False)


notification_requests = Table("notification_requests", metadata, _NotificationRequests, UniqueConstraint("account_id", "from_id"))
Index("ix_notification_requests_account", notification_requests.c.account_id, notification_requests.c.id)


class _NotificationPermissions(TypedColumns):
    """Whose request was accepted; `merging` until their notifications stand among the others."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    from_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)
    merging = Column(Boolean, nullable=False)
    created_at = Column(Millis, nullable=False)


notification_permissions = Table("notification_permissions", metadata, _NotificationPermissions)


class _Severances(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    type: Named[str] = Column(Text)
    target_name: Named[str] = Column(Text)
    followers_count = Column(Integer, nullable=False)
    following_count = Column(Integer, nullable=False)
    purged = Column(Boolean, nullable=False)
    created_at = Column(Millis, nullable=False)


severances = Table("severances", metadata, _Severances)


class _AccountWarnings(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    action: Named[str] = Column(Text)
    text: Named[str] = Column(Text)
    status_ids = Column(Json, nullable=False)
    created_at = Column(Millis, nullable=False)


account_warnings = Table("account_warnings", metadata, _AccountWarnings)

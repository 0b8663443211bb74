"""Where browsers and phones want to be told: Web Push subscriptions, one an access token."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Json, Millis, metadata


class _PushSubscriptions(TypedColumns):
    id = Column(BigId, primary_key=True)  # a plain sequence: clients read it as a 32-bit number
    token_id = Column(BigId, ForeignKey("tokens.id", ondelete="CASCADE"), unique=True, nullable=False)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    endpoint: Named[str] = Column(Text)
    sealed = Column(LargeBinary, nullable=False)  # keys of the browser and the token that the message carries
    standard = Column(Boolean, nullable=False)
    alerts = Column(Json, nullable=False)
    policy: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    updated_at = Column(Millis, nullable=False)


push_subscriptions = Table("push_subscriptions", metadata, _PushSubscriptions, sqlite_autoincrement=True)

"""Relays that this server takes part in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Relays(TypedColumns):
    id = id_column()
    uri: Named[str] = Column(Text, unique=True)
    kind: Named[str] = Column(Text)
    inbox: Named[str] = Column(Text)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    follow_uri: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


relays = Table("relays", metadata, _Relays)

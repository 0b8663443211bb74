"""People who go on under another account."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Moves(TypedColumns):
    """When an account, ours or another server's, moved where: not again within 30 days (federation, section 4.10)."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    target_uri: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


moves = Table("moves", metadata, _Moves)
Index("ix_moves_account", moves.c.account_id, moves.c.created_at)

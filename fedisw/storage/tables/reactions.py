"""Reactions to posts, and posts in several languages."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Named, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Reactions(TypedColumns):
    """`content` is empty for a plain like of somebody who reacted as well."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False)
    content: Named[str] = Column(Text)
    picture: Named[str] = Column(Text)
    uri: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


reactions = Table("reactions", metadata, _Reactions, UniqueConstraint("status_id", "account_id", "content"))
Index("ix_reactions_account", reactions.c.account_id, reactions.c.uri)


class _StatusTexts(TypedColumns):
    """What a post says, by language, where its author wrote it in several."""

    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)
    language = Column(Text, primary_key=True)
    content: Named[str] = Column(Text)


status_texts = Table("status_texts", metadata, _StatusTexts)

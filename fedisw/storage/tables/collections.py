"""Collections of accounts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Named, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Collections(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    name: Named[str] = Column(Text)
    description: Named[str] = Column(Text)
    language: Named[str] = Column(Text)
    sensitive = Column(Boolean, nullable=False)
    discoverable = Column(Boolean, nullable=False)
    tag_name: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    updated_at = Column(Millis, nullable=False)


collections = Table("collections", metadata, _Collections)


class _CollectionItems(TypedColumns):
    id = id_column()
    collection_id = Column(BigId, ForeignKey("collections.id", ondelete="CASCADE"), nullable=False)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    state: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


collection_items = Table("collection_items", metadata, _CollectionItems, UniqueConstraint("collection_id", "account_id"))
Index("ix_collection_items_account", collection_items.c.account_id, collection_items.c.collection_id)


class _FeatureConsents(TypedColumns):
    """That somebody here may stand in a collection of another server; the id is in the address of the stamp."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    asker_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    collection_uri: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


feature_consents = Table("feature_consents", metadata, _FeatureConsents, UniqueConstraint("account_id", "collection_uri"))

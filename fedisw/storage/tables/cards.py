"""Previews of pages, one for each address; `statuses.card_id` names the one that a post shows."""

from __future__ import annotations

from sqlalchemy import Column, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import Millis, id_column, metadata


class _Cards(TypedColumns):
    id = id_column()
    url = Column(Text, unique=True, nullable=False)
    title: Named[str] = Column(Text)
    description: Named[str] = Column(Text)
    language: Named[str] = Column(Text)
    author_name: Named[str] = Column(Text)
    provider_name: Named[str] = Column(Text)
    image_url: Named[str] = Column(Text)
    image_description: Named[str] = Column(Text)
    width: Named[int]
    height: Named[int]
    published_at = Column(Millis)
    fetched_at = Column(Millis, nullable=False, index=True)


cards = Table("cards", metadata, _Cards)

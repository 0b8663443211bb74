"""What many people speak of."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, metadata


class _Trends(TypedColumns):
    """`ref_id` is the id of a tag or a post, which may be gone; `decision` is what staff said of it."""

    kind = Column(Text, primary_key=True)
    ref_id = Column(BigId, primary_key=True, autoincrement=False)
    score = Column(Float, nullable=False)
    decision: Named[str] = Column(Text)


trends = Table("trends", metadata, _Trends)
Index("ix_trends_score", trends.c.kind, trends.c.score)

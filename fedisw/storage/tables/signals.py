"""Signals: what a command beside a running server has changed and the server must hear of."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Millis, metadata


class _Signals(TypedColumns):
    id = Column(BigId, primary_key=True, autoincrement=True)
    topic: Named[str] = Column(Text)
    message = Column(LargeBinary, nullable=False)
    created_at = Column(Millis, nullable=False, index=True)


signals = Table("signals", metadata, _Signals, sqlite_autoincrement=True)

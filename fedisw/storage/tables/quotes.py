"""Which post quotes which; the addresses of quoted posts, counts and policies stand in `statuses`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Named, Table, Text, TypedColumns

from fedisw.model.quotes import QuoteState
from fedisw.storage.tables.base import BigId, Choice, Millis, metadata


class _Quotes(TypedColumns):
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    quoted_id = Column(BigId, ForeignKey("statuses.id", ondelete="SET NULL"))
    quoted_account_id = Column(BigId)
    state: Named[QuoteState] = Column(Choice(QuoteState))
    approval_uri: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


quotes = Table("quotes", metadata, _Quotes)
_stamped = quotes.c.approval_uri != ""
Index("ix_quotes_quoted", quotes.c.quoted_id, quotes.c.status_id)
Index("ix_quotes_stamp", quotes.c.approval_uri, sqlite_where=_stamped, postgresql_where=_stamped)

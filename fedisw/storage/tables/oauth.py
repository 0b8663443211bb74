"""Applications, codes, tokens, browser sessions."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Apps(TypedColumns):
    id = id_column()
    client_id = Column(Text, unique=True, nullable=False)
    secret_hash = Column(LargeBinary, nullable=False)
    name: Named[str] = Column(Text)
    website: Named[str] = Column(Text)
    redirect_uris = Column(Json, nullable=False)
    scopes: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    last_used_at = Column(Millis)


apps = Table("apps", metadata, _Apps)


class _Codes(TypedColumns):
    code_hash = Column(LargeBinary, primary_key=True)
    app_id = Column(BigId, ForeignKey("apps.id", ondelete="CASCADE"), nullable=False, index=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    redirect_uri: Named[str] = Column(Text)
    scopes: Named[str] = Column(Text)
    challenge: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False, index=True)
    token_id = Column(BigId)


codes = Table("codes", metadata, _Codes)


class _Tokens(TypedColumns):
    id = id_column()
    token_hash = Column(LargeBinary, unique=True, nullable=False)
    app_id = Column(BigId, ForeignKey("apps.id", ondelete="CASCADE"), nullable=False, index=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    scopes: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    last_used_at = Column(Millis)


tokens = Table("tokens", metadata, _Tokens)


class _Sessions(TypedColumns):
    token_hash = Column(LargeBinary, primary_key=True)
    id = Column(BigId, unique=True, nullable=False)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    csrf = Column(LargeBinary, nullable=False)
    user_agent: Named[str] = Column(Text)
    address: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    seen_at = Column(Millis, nullable=False, index=True)
    login_at = Column(Millis, nullable=False)
    factor_at = Column(Millis)


sessions = Table("sessions", metadata, _Sessions)

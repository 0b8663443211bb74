"""Accounts, their keys, and the people behind the local ones."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    Table,
    Text,
    TextClause,
    TypedColumns,
    and_,
    false,
    func,
    text,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.handles import LOOKALIKES
from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Accounts(TypedColumns):
    id = id_column()
    username: Named[str] = Column(Text)
    host: Named[str | None] = Column(Text)
    uri: Named[str] = Column(Text, unique=True)
    url: Named[str] = Column(Text)
    actor_type: Named[str] = Column(Text)
    display_name: Named[str] = Column(Text)
    note: Named[str] = Column(Text)
    note_source: Named[str] = Column(Text)
    fields = Column(Json, nullable=False)
    emojis = Column(Json, nullable=False)
    avatar = Column(Json, nullable=False)
    header = Column(Json, nullable=False)
    inbox_uri: Named[str] = Column(Text)
    shared_inbox_uri: Named[str] = Column(Text)
    outbox_uri: Named[str] = Column(Text)
    followers_uri: Named[str] = Column(Text)
    following_uri: Named[str] = Column(Text)
    featured_uri: Named[str] = Column(Text)
    approves_followers = Column(Boolean, nullable=False)
    discoverable = Column(Boolean, nullable=False)
    indexable = Column(Boolean, nullable=False)
    hides_network = Column(Boolean, nullable=False)
    memorial = Column(Boolean, nullable=False)
    shows_media = Column(Boolean, nullable=False, server_default=true())
    shows_media_replies = Column(Boolean, nullable=False, server_default=true())
    shows_featured = Column(Boolean, nullable=False, server_default=true())
    attribution_domains = Column(Json, nullable=False, server_default=text("'[]'"))
    reach: Named[str] = Column(Text)
    hides_unlisted = Column(Boolean, nullable=False, server_default=false())
    also_known_as = Column(Json, nullable=False)
    moved_to_uri: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    updated_at = Column(Millis, nullable=False)
    fetched_at = Column(Millis)
    suspended_at = Column(Millis)
    suspended_there = Column(Boolean, nullable=False, server_default=false())
    limited_at = Column(Millis)
    deleted_at = Column(Millis)
    last_status_at = Column(Millis)
    links_checked_at = Column(Millis)
    statuses_count = Column(Integer, nullable=False)
    followers_count = Column(Integer, nullable=False)
    following_count = Column(Integer, nullable=False)
    revision = Column(Integer, nullable=False)


accounts = Table("accounts", metadata, _Accounts)
Index(
    "ux_accounts_local_name",
    func.lower(accounts.c.username),
    unique=True,
    sqlite_where=accounts.c.host.is_(None),
    postgresql_where=accounts.c.host.is_(None),
)
Index("ix_accounts_handle", func.lower(accounts.c.username), accounts.c.host)
Index("ix_accounts_host", accounts.c.host, accounts.c.id)
Index("ix_accounts_followers_uri", accounts.c.followers_uri)
_listed = and_(accounts.c.discoverable, accounts.c.suspended_at.is_(None), accounts.c.deleted_at.is_(None))
_listed_here = and_(_listed, accounts.c.host.is_(None))
_last_at = func.coalesce(accounts.c.last_status_at, 0)
Index("ix_accounts_active", _last_at, accounts.c.id, sqlite_where=_listed, postgresql_where=_listed)
Index("ix_accounts_active_here", _last_at, accounts.c.id, sqlite_where=_listed_here, postgresql_where=_listed_here)
Index("ix_accounts_new", accounts.c.id, sqlite_where=_listed, postgresql_where=_listed)
Index("ix_accounts_new_here", accounts.c.id, sqlite_where=_listed_here, postgresql_where=_listed_here)
_checked = accounts.c.links_checked_at.is_not(None)
Index("ix_accounts_links_checked", accounts.c.links_checked_at, sqlite_where=_checked, postgresql_where=_checked)


def looks(name: ColumnElement[str]) -> ColumnElement[str]:
    """What a name looks like, as model/handles.py says it: names that look alike are equal here."""
    shown: ColumnElement[str] = func.lower(func.replace(name, *_written("I", "l")))
    for seen, meant in LOOKALIKES:
        shown = func.replace(shown, *_written(seen, meant))
    return shown


def _written(*texts: str) -> tuple[TextClause, ...]:
    """Constants as they stand in the index: with parameters it would not be found."""
    return tuple(text(f"'{constant}'") for constant in texts)


Index(
    "ix_accounts_lookalike",
    looks(accounts.c.username),
    sqlite_where=accounts.c.host.is_(None),
    postgresql_where=accounts.c.host.is_(None),
)


class _ActorKeys(TypedColumns):
    key_id = Column(Text, primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    kind: Named[str] = Column(Text)
    public: Named[str] = Column(Text)
    private_sealed = Column(LargeBinary)
    created_at = Column(Millis, nullable=False)
    fetched_at = Column(Millis)


actor_keys = Table("actor_keys", metadata, _ActorKeys)


class _RetiredKeys(TypedColumns):
    """Keys of ours that were replaced: each signs the Update that tells so, and nothing else (federation, section 3.6)."""

    activity_uri = Column(Text, primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    key_id: Named[str] = Column(Text)
    private_sealed = Column(LargeBinary, nullable=False)
    retired_at = Column(Millis, nullable=False)


retired_keys = Table("retired_keys", metadata, _RetiredKeys)


class _Users(TypedColumns):
    id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    email = Column(Text, unique=True, nullable=False)
    password_hash: Named[str] = Column(Text)
    role: Named[str] = Column(Text)
    locale: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    confirmed_at = Column(Millis)
    approved_at = Column(Millis)
    disabled_at = Column(Millis)
    must_change_password = Column(Boolean, nullable=False)
    sign_up_reason: Named[str] = Column(Text)
    posting_visibility: Named[str] = Column(Text)
    posting_sensitive = Column(Boolean, nullable=False)
    posting_language: Named[str] = Column(Text)
    posting_quote_policy: Named[str] = Column(Text, server_default="followers")
    last_active_at = Column(Millis)
    confirm_token_hash = Column(LargeBinary, unique=True)
    confirm_sent_at = Column(Millis)
    reset_token_hash = Column(LargeBinary, unique=True)
    reset_sent_at = Column(Millis)
    app_id = Column(BigId)
    tells_blocks = Column(Boolean, nullable=False, server_default=false())


users = Table("users", metadata, _Users)


class _TakenNames(TypedColumns):
    """Names that nobody may register again: deleted accounts (AUT-13). Lower case."""

    name = Column(Text, primary_key=True)
    taken_at = Column(Millis, nullable=False)


taken_names = Table("taken_names", metadata, _TakenNames)

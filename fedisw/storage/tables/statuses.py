"""Posts, what they mention, their tags, files, polls, and earlier forms."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Named,
    Table,
    Text,
    TypedColumns,
    and_,
    func,
    literal_column,
)

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Statuses(TypedColumns):
    id = id_column()
    uri: Named[str] = Column(Text, unique=True)
    url: Named[str] = Column(Text)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    host: Named[str | None] = Column(Text)
    object_type: Named[str] = Column(Text)
    visibility: Named[str] = Column(Text)
    local_only = Column(Boolean, nullable=False)
    content: Named[str] = Column(Text)
    text: Named[str] = Column(Text)
    spoiler_text: Named[str] = Column(Text)
    sensitive = Column(Boolean, nullable=False)
    language: Named[str] = Column(Text)
    emojis = Column(Json, nullable=False)
    in_reply_to_id = Column(BigId, ForeignKey("statuses.id", ondelete="SET NULL"), index=True)
    in_reply_to_account_id = Column(BigId)
    in_reply_to_uri: Named[str] = Column(Text)
    reblog_of_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"))
    conversation_id = Column(BigId, nullable=False, index=True)
    poll_id = Column(BigId)
    app_id = Column(BigId)
    created_at = Column(Millis, nullable=False)
    edited_at = Column(Millis)
    replies_count = Column(Integer, nullable=False)
    reblogs_count = Column(Integer, nullable=False)
    favourites_count = Column(Integer, nullable=False)
    revision = Column(Integer, nullable=False)
    quotes_count = Column(Integer, nullable=False, server_default="0")
    quote_policy: Named[str] = Column(Text, server_default="")
    quoted_uri: Named[str] = Column(Text, server_default="")
    card_id = Column(BigId)
    interaction_policy: Named[str] = Column(Text, server_default="")
    approval: Named[str] = Column(Text, server_default="")
    elsewhere_replies = Column(Integer, nullable=False, server_default="0")
    elsewhere_reblogs = Column(Integer, nullable=False, server_default="0")
    elsewhere_favourites = Column(Integer, nullable=False, server_default="0")


statuses = Table("statuses", metadata, _Statuses)
_original = statuses.c.reblog_of_id.is_(None)
_public = and_(statuses.c.visibility == "public", _original)
_written_at = func.coalesce(statuses.c.host, literal_column("''"))  # a value to both databases, where NULL is none to an order
_boost = statuses.c.reblog_of_id.is_not(None)  # else SQLite takes this index for every post that is no boost
_with_card = statuses.c.card_id.is_not(None)
Index("ix_statuses_card", statuses.c.card_id, sqlite_where=_with_card, postgresql_where=_with_card)
_approved = statuses.c.approval != ""
Index("ix_statuses_approval", statuses.c.approval, sqlite_where=_approved, postgresql_where=_approved)
Index("ix_statuses_account", statuses.c.account_id, statuses.c.id)
Index(
    "ux_statuses_reblog",
    statuses.c.reblog_of_id,
    statuses.c.account_id,
    unique=True,
    sqlite_where=_boost,
    postgresql_where=_boost,
)
Index("ix_statuses_public", statuses.c.id, sqlite_where=_public, postgresql_where=_public)
Index("ix_statuses_host", _written_at, statuses.c.id, sqlite_where=_public, postgresql_where=_public)
Index(
    "ix_statuses_orphans",
    statuses.c.in_reply_to_uri,
    sqlite_where=statuses.c.in_reply_to_id.is_(None),
    postgresql_where=statuses.c.in_reply_to_id.is_(None),
)


class _Conversations(TypedColumns):
    id = id_column()
    uri: Named[str] = Column(Text, unique=True)


conversations = Table("conversations", metadata, _Conversations)


class _Mentions(TypedColumns):
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    silent = Column(Boolean, nullable=False)


mentions = Table("mentions", metadata, _Mentions)
Index("ix_mentions_account", mentions.c.account_id, mentions.c.status_id)


class _Tags(TypedColumns):
    id = id_column()
    name = Column(Text, unique=True, nullable=False)
    display: Named[str] = Column(Text)


tags = Table("tags", metadata, _Tags)


class _StatusTags(TypedColumns):
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)
    tag_id = Column(BigId, ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)


status_tags = Table("status_tags", metadata, _StatusTags)
Index("ix_status_tags_tag", status_tags.c.tag_id, status_tags.c.status_id)


class _StatusEdits(TypedColumns):
    id = id_column()
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False, index=True)
    content: Named[str] = Column(Text)
    spoiler_text: Named[str] = Column(Text)
    sensitive = Column(Boolean, nullable=False)
    media = Column(LargeBinary, nullable=False)
    poll_options = Column(Json, nullable=False)
    created_at = Column(Millis, nullable=False)


status_edits = Table("status_edits", metadata, _StatusEdits)


class _Media(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="SET NULL"), index=True)
    position = Column(Integer, nullable=False)
    kind: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    media_type: Named[str] = Column(Text)
    key: Named[str] = Column(Text, index=True)
    preview_key: Named[str] = Column(Text, index=True)
    remote_url: Named[str] = Column(Text)
    description: Named[str] = Column(Text)
    blurhash: Named[str] = Column(Text)
    width = Column(Integer)
    height = Column(Integer)
    preview_width = Column(Integer)
    preview_height = Column(Integer)
    focus_x = Column(Float, nullable=False)
    focus_y = Column(Float, nullable=False)
    size = Column(BigId, nullable=False)
    created_at = Column(Millis, nullable=False)
    source_key: Named[str] = Column(Text, server_default="")
    duration = Column(Float)
    frame_rate: Named[str] = Column(Text, server_default="")
    bitrate = Column(BigId)
    remote_preview_url: Named[str] = Column(Text, server_default="")


media = Table("media", metadata, _Media)


class _Polls(TypedColumns):
    id = id_column()
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False, unique=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    options = Column(Json, nullable=False)
    votes = Column(Json, nullable=False)
    multiple = Column(Boolean, nullable=False)
    hide_totals = Column(Boolean, nullable=False)
    voters_count = Column(Integer)
    expires_at = Column(Millis)
    closed_at = Column(Millis)
    fetched_at = Column(Millis)


polls = Table("polls", metadata, _Polls)


class _PollVotes(TypedColumns):
    poll_id = Column(BigId, ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    choice = Column(Integer, primary_key=True)
    uri: Named[str] = Column(Text)


poll_votes = Table("poll_votes", metadata, _PollVotes)
Index("ix_poll_votes_account", poll_votes.c.account_id)


class _HomeFeed(TypedColumns):
    """Which posts may stand in whose home timeline; never the authority on who may read (dependencies 3.3)."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)


home_feed = Table("home_feed", metadata, _HomeFeed)
Index("ix_home_feed_status", home_feed.c.status_id)


class _Idempotency(TypedColumns):
    """Answers to client writes with an Idempotency-Key, kept 24 h (reliability, section 3.1)."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    key = Column(Text, primary_key=True)
    body_hash = Column(LargeBinary, nullable=False)
    status_id = Column(BigId, nullable=False)
    created_at = Column(Millis, nullable=False, index=True)


idempotency = Table("idempotency", metadata, _Idempotency)

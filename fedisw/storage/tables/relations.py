"""What accounts do to each other and to posts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Named, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _Follows(TypedColumns):
    id = id_column()
    follower_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    uri: Named[str] = Column(Text, index=True)
    accepted = Column(Boolean, nullable=False)
    shows_reblogs = Column(Boolean, nullable=False)
    notifies = Column(Boolean, nullable=False)
    languages = Column(Json, nullable=False)
    created_at = Column(Millis, nullable=False)


follows = Table("follows", metadata, _Follows, UniqueConstraint("follower_id", "target_id"))
Index("ix_follows_target", follows.c.target_id, follows.c.accepted, follows.c.id)
Index("ix_follows_follower", follows.c.follower_id, follows.c.accepted, follows.c.id)


class _Blocks(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    uri: Named[str] = Column(Text, index=True)
    created_at = Column(Millis, nullable=False)


blocks = Table("blocks", metadata, _Blocks, UniqueConstraint("account_id", "target_id"))
Index("ix_blocks_target", blocks.c.target_id, blocks.c.account_id)


class _Mutes(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    hides_notifications = Column(Boolean, nullable=False)
    expires_at = Column(Millis, index=True)
    created_at = Column(Millis, nullable=False)


mutes = Table("mutes", metadata, _Mutes, UniqueConstraint("account_id", "target_id"))
Index("ix_mutes_target", mutes.c.target_id)


class _HostBlocks(TypedColumns):
    """Servers that a person does not want to hear from."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    host = Column(Text, primary_key=True)
    id = Column(BigId, nullable=False)
    created_at = Column(Millis, nullable=False)


host_blocks = Table("host_blocks", metadata, _HostBlocks)


class _Favourites(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False)
    uri: Named[str] = Column(Text, index=True)
    created_at = Column(Millis, nullable=False)


favourites = Table("favourites", metadata, _Favourites, UniqueConstraint("status_id", "account_id"))
Index("ix_favourites_account", favourites.c.account_id, favourites.c.id)


class _Bookmarks(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False)
    created_at = Column(Millis, nullable=False)


bookmarks = Table("bookmarks", metadata, _Bookmarks, UniqueConstraint("status_id", "account_id"))
Index("ix_bookmarks_account", bookmarks.c.account_id, bookmarks.c.id)


class _Pins(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), nullable=False)
    created_at = Column(Millis, nullable=False)


pins = Table("pins", metadata, _Pins, UniqueConstraint("status_id", "account_id"))
Index("ix_pins_account", pins.c.account_id, pins.c.id)


class _ThreadMutes(TypedColumns):
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    conversation_id = Column(BigId, primary_key=True)


thread_mutes = Table("thread_mutes", metadata, _ThreadMutes)

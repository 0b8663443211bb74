"""What people keep about tags and about each other: followed and featured tags, recommended people, private notes."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _FollowedTags(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    tag_id = Column(BigId, ForeignKey("tags.id", ondelete="CASCADE"), nullable=False)
    created_at = Column(Millis, nullable=False)


followed_tags = Table("followed_tags", metadata, _FollowedTags, UniqueConstraint("account_id", "tag_id"))
Index("ix_followed_tags_tag", followed_tags.c.tag_id, followed_tags.c.account_id)


class _FeaturedTags(TypedColumns):
    """`statuses_count` and `last_status_at` tell of posts that everybody may read (VIS-10)."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    tag_id = Column(BigId, ForeignKey("tags.id", ondelete="CASCADE"), nullable=False, index=True)
    statuses_count = Column(Integer, nullable=False)
    last_status_at = Column(Millis)
    created_at = Column(Millis, nullable=False)


featured_tags = Table("featured_tags", metadata, _FeaturedTags, UniqueConstraint("account_id", "tag_id"))


class _Endorsements(TypedColumns):
    """People whom somebody recommends on the own profile."""

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    created_at = Column(Millis, nullable=False)


endorsements = Table("endorsements", metadata, _Endorsements, UniqueConstraint("account_id", "target_id"))
Index("ix_endorsements_account", endorsements.c.account_id, endorsements.c.id)


class _AccountNotes(TypedColumns):
    """What a person noted about somebody; nobody else reads it."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)
    comment: Named[str] = Column(Text)


account_notes = Table("account_notes", metadata, _AccountNotes)


class _DismissedSuggestions(TypedColumns):
    """Whom a person does not want to have proposed again."""

    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at = Column(Millis, nullable=False)


dismissed_suggestions = Table("dismissed_suggestions", metadata, _DismissedSuggestions)

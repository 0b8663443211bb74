"""Other servers and what passes between us."""

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
    TypedColumns,
    UniqueConstraint,
)

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Inbound(TypedColumns):
    id = id_column()
    activity_id: Named[str] = Column(Text)
    signer_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    raw = Column(LargeBinary, nullable=False)
    state: Named[str] = Column(Text)
    reason: Named[str] = Column(Text)
    received_at = Column(Millis, nullable=False)


inbound = Table("inbound", metadata, _Inbound, UniqueConstraint("activity_id", "signer_id"))
Index("ix_inbound_state", inbound.c.state, inbound.c.received_at)


class _Applied(TypedColumns):
    """Ids of activities that took effect, once authority over the id was proved (ING-10)."""

    activity_id = Column(Text, primary_key=True)
    applied_at = Column(Millis, nullable=False, index=True)


applied = Table("applied", metadata, _Applied)


class _Replays(TypedColumns):
    """Signatures seen inside the clock window (SIG-8)."""

    signature_hash = Column(LargeBinary, primary_key=True)
    seen_at = Column(Millis, nullable=False, index=True)


replays = Table("replays", metadata, _Replays)


class _Activities(TypedColumns):
    id = id_column()
    uri: Named[str] = Column(Text, unique=True)
    account_id = Column(BigId, nullable=False, index=True)
    type: Named[str] = Column(Text)
    object_uri: Named[str] = Column(Text)
    status_id = Column(BigId, index=True)
    target_id = Column(BigId)
    body = Column(LargeBinary, nullable=False)
    body_sha256 = Column(LargeBinary, nullable=False)
    public = Column(Boolean, nullable=False)
    created_at = Column(Millis, nullable=False, index=True)
    signed_until = Column(Millis)
    settled_at = Column(Millis)


activities = Table("activities", metadata, _Activities)
_unsettled = activities.c.settled_at.is_(None)
Index("ix_activities_unsettled", activities.c.created_at, sqlite_where=_unsettled, postgresql_where=_unsettled)
Index("ix_activities_object", activities.c.object_uri, activities.c.account_id)


class _Deliveries(TypedColumns):
    id = id_column()
    activity_id = Column(BigId, ForeignKey("activities.id", ondelete="CASCADE"), nullable=False)
    inbox: Named[str] = Column(Text)
    host: Named[str] = Column(Text)
    shared = Column(Boolean, nullable=False)
    state: Named[str] = Column(Text)
    attempts = Column(Integer, nullable=False)
    refusals = Column(Integer, nullable=False)
    answer = Column(Integer)
    reason: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    ended_at = Column(Millis, index=True)


deliveries = Table("deliveries", metadata, _Deliveries, UniqueConstraint("activity_id", "inbox"))
Index("ix_deliveries_host", deliveries.c.host, deliveries.c.state)


class _Reached(TypedColumns):
    """Inboxes that got something from an account whose deliveries are not kept any more: for its end (PRI-2)."""

    account_id = Column(BigId, primary_key=True)
    inbox = Column(Text, primary_key=True)
    host: Named[str] = Column(Text)
    shared = Column(Boolean, nullable=False)


reached = Table("reached", metadata, _Reached)


class _Readers(TypedColumns):
    """Inboxes of servers that fetched a post of ours, and so keep a copy that nobody sent them."""

    object_uri = Column(Text, primary_key=True)
    inbox = Column(Text, primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    host: Named[str] = Column(Text)
    shared = Column(Boolean, nullable=False)


readers = Table("readers", metadata, _Readers)
Index("ix_readers_account", readers.c.account_id)


class _Hosts(TypedColumns):
    host = Column(Text, primary_key=True)
    first_seen_at = Column(Millis, nullable=False)
    heard_at = Column(Millis)
    scheme: Named[str] = Column(Text)
    scheme_at = Column(Millis)
    failures = Column(Integer, nullable=False)
    failing_since = Column(Millis)
    open_until = Column(Millis)
    opened = Column(Integer, nullable=False)
    dead_since = Column(Millis)
    delivered_at = Column(Millis)
    failed_at = Column(Millis)
    unanswered_since = Column(Millis)


hosts = Table("hosts", metadata, _Hosts)


class _Crawls(TypedColumns):
    """Lists of other servers that were walked of late, so that none is walked too often (LIM)."""

    name = Column(Text, primary_key=True)
    asked_at = Column(Millis, nullable=False, index=True)
    ended_at = Column(Millis)
    found: Named[int]


crawls = Table("crawls", metadata, _Crawls)


class _Tombstones(TypedColumns):
    uri = Column(Text, primary_key=True)
    account_id = Column(BigId)
    former_type: Named[str] = Column(Text)
    public = Column(Boolean, nullable=False)
    published_at = Column(Millis)
    deleted_at = Column(Millis, nullable=False, index=True)


tombstones = Table("tombstones", metadata, _Tombstones)


class _RemoteFiles(TypedColumns):
    """Copies of remote files that the media proxy keeps for a while (MED-10)."""

    url_hash = Column(LargeBinary, primary_key=True)
    host: Named[str] = Column(Text, index=True)
    key: Named[str] = Column(Text)
    media_type: Named[str] = Column(Text)
    size = Column(BigId, nullable=False)
    fetched_at = Column(Millis, nullable=False)
    used_at = Column(Millis, nullable=False, index=True)


remote_files = Table("remote_files", metadata, _RemoteFiles)

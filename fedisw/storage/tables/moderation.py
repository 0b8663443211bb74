"""Reports, rules about servers, settings of the instance, and the audit log."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Json, Millis, id_column, metadata


class _DomainRules(TypedColumns):
    host = Column(Text, primary_key=True)
    severity: Named[str] = Column(Text)
    allowed = Column(Boolean, nullable=False)
    reject_media = Column(Boolean, nullable=False)
    reject_reports = Column(Boolean, nullable=False)
    obfuscate = Column(Boolean, nullable=False)
    comment: Named[str] = Column(Text)
    private_comment: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)


domain_rules = Table("domain_rules", metadata, _DomainRules)


class _Reports(TypedColumns):
    id = id_column()
    uri: Named[str] = Column(Text, unique=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    target_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    status_ids = Column(Json, nullable=False)
    rule_ids = Column(Json, nullable=False)
    category: Named[str] = Column(Text)
    comment: Named[str] = Column(Text)
    forward = Column(Boolean, nullable=False)
    host: Named[str | None] = Column(Text)
    created_at = Column(Millis, nullable=False)
    action_taken_at = Column(Millis)


reports = Table("reports", metadata, _Reports)


class _Settings(TypedColumns):
    """What staff change on the admin pages; the value is JSON. Wins over the settings file."""

    key = Column(Text, primary_key=True)
    value = Column(Json, nullable=False)
    updated_at = Column(Millis, nullable=False)


settings = Table("settings", metadata, _Settings)


class _InstanceWeeks(TypedColumns):
    """What happened in a week (days since 1970 of its Monday), kept since what it is counted from goes."""

    week = Column(BigId, primary_key=True, autoincrement=False)
    statuses = Column(Integer, nullable=False)
    logins = Column(Integer, nullable=False)
    registrations = Column(Integer, nullable=False)


instance_weeks = Table("instance_weeks", metadata, _InstanceWeeks)


class _Rules(TypedColumns):
    id = id_column()
    position = Column(Integer, nullable=False)
    text: Named[str] = Column(Text)
    hint: Named[str] = Column(Text)


rules = Table("rules", metadata, _Rules)


class _AuditLog(TypedColumns):
    """Append only; `hash` covers the row before and keyed commitments of the fields (MOD-5)."""

    id = id_column()
    actor: Named[str] = Column(Text)
    action: Named[str] = Column(Text, index=True)
    target: Named[str] = Column(Text)
    commitment = Column(LargeBinary, nullable=False)
    hash = Column(LargeBinary, nullable=False)
    created_at = Column(Millis, nullable=False)


audit_log = Table("audit_log", metadata, _AuditLog)


class _AuditDetails(TypedColumns):
    """What must be erasable of an audit row."""

    audit_id = Column(BigId, ForeignKey("audit_log.id", ondelete="CASCADE"), primary_key=True)
    details = Column(Json, nullable=False)
    salt = Column(LargeBinary, nullable=False)


audit_details = Table("audit_details", metadata, _AuditDetails)


class _NodeLeases(TypedColumns):
    """Which process makes ids with which node number (reliability, section 3.7)."""

    node = Column(Integer, primary_key=True, autoincrement=False)
    owner: Named[str] = Column(Text)
    until = Column(Millis, nullable=False)
    last_id = Column(BigId, nullable=False)


node_leases = Table("node_leases", metadata, _NodeLeases)

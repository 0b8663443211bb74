"""Second factors, sign-ins between their two steps, and changes of mail addresses that wait for their proof."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, Named, Table, Text, TypedColumns

from fedisw.storage.tables.base import BigId, Millis, id_column, metadata


class _Totps(TypedColumns):
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    secret_sealed = Column(LargeBinary, nullable=False)
    created_at = Column(Millis, nullable=False)
    last_step: Named[int]


totps = Table("totps", metadata, _Totps)


class _RecoveryCodes(TypedColumns):
    code_hash = Column(LargeBinary, primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    created_at = Column(Millis, nullable=False)
    used_at = Column(Millis)


recovery_codes = Table("recovery_codes", metadata, _RecoveryCodes)


class _Passkeys(TypedColumns):
    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    credential_id = Column(LargeBinary, unique=True, nullable=False)
    public_key = Column(LargeBinary, nullable=False)
    sign_count = Column(BigId, nullable=False)
    name: Named[str] = Column(Text)
    created_at = Column(Millis, nullable=False)
    last_used_at = Column(Millis)


passkeys = Table("passkeys", metadata, _Passkeys)


class _PendingSignIns(TypedColumns):
    token_hash = Column(LargeBinary, primary_key=True)
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)
    created_at = Column(Millis, nullable=False, index=True)


pending_sign_ins = Table("pending_sign_ins", metadata, _PendingSignIns)


class _UsedChallenges(TypedColumns):
    """Challenges that a passkey has answered: none counts twice (AUT-4)."""

    challenge = Column(LargeBinary, primary_key=True)
    used_at = Column(Millis, nullable=False, index=True)


used_challenges = Table("used_challenges", metadata, _UsedChallenges)


class _EmailChanges(TypedColumns):
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    email: Named[str] = Column(Text)
    token_hash = Column(LargeBinary, unique=True, nullable=False)
    created_at = Column(Millis, nullable=False, index=True)


email_changes = Table("email_changes", metadata, _EmailChanges)


class _ServerMarks(TypedColumns):
    """When something happened to the server as a whole, such as the end of open registration (AUT-12)."""

    name = Column(Text, primary_key=True)
    at = Column(Millis, nullable=False)


server_marks = Table("server_marks", metadata, _ServerMarks)

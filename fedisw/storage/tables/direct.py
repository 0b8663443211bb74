"""Direct posts as conversations: who talks with whom in a thread, as one person sees it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, TypedColumns, UniqueConstraint

from fedisw.storage.tables.base import BigId, Json, id_column, metadata


class _Dialogues(TypedColumns):
    """A thread between the same people, once for each of them who lives here.

    `last_status_id` only orders: which post is shown is asked of the audience query. `circle` is a digest of
    `participants`, which does not hold the owner.
    """

    id = id_column()
    account_id = Column(BigId, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)
    conversation_id = Column(BigId, nullable=False, index=True)
    circle = Column(Text, nullable=False)
    participants = Column(Json, nullable=False)
    last_status_id = Column(BigId, nullable=False)
    unread = Column(Integer, nullable=False)


dialogues = Table("dialogues", metadata, _Dialogues, UniqueConstraint("account_id", "conversation_id", "circle"))
Index("ix_dialogues_account", dialogues.c.account_id, dialogues.c.last_status_id)


class _DialogueStatuses(TypedColumns):
    dialogue_id = Column(BigId, ForeignKey("dialogues.id", ondelete="CASCADE"), primary_key=True)
    status_id = Column(BigId, ForeignKey("statuses.id", ondelete="CASCADE"), primary_key=True)


dialogue_statuses = Table("dialogue_statuses", metadata, _DialogueStatuses)
Index("ix_dialogue_statuses_status", dialogue_statuses.c.status_id)

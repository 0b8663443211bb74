"""Conversations as clients see them (mastodon-entities.md, section 2)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from fedisw.model.dialogues import Dialogue
from fedisw.web.mastodon.entities.account import Account


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A direct thread; `accounts` are the others, or the viewer alone for notes to oneself."""

    id: str
    unread: bool
    accounts: list[Account]
    last_status: Raw | None


def conversation_entity(value: Dialogue, *, accounts: Sequence[Account], last_status: Raw | None) -> Conversation:
    """A direct thread for its owner."""
    return Conversation(id=str(value.id), unread=value.unread > 0, accounts=list(accounts), last_status=last_status)

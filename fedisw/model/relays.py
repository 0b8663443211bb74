"""Relays: servers that pass public posts on between servers that take part (federation, section 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RelayKind(StrEnum):
    """How a relay is spoken to: Mastodon's gets the activities themselves, a LitePub one what our relay actor announces."""

    MASTODON = "mastodon"
    LITEPUB = "litepub"


class RelayState(StrEnum):
    """What the relay said to our subscription."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay that staff added.

    Attributes:
        uri: as it was added: the inbox of a Mastodon relay, the actor of a LitePub one.
        inbox: where it takes activities, empty while its actor was not read.
        account_id: its actor, once it spoke to us.
        follow_uri: id of our Follow, which its answer names.
    """

    id: int
    uri: str
    kind: RelayKind
    inbox: str
    account_id: int | None = None
    follow_uri: str
    state: RelayState = RelayState.PENDING
    created_at: datetime

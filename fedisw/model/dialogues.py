"""Direct posts of a thread between the same people, as one of them sees them: clients call it a conversation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """A thread between the owner and the `participants`, who are the others; nobody for notes to oneself.

    `circle` tells circles of people apart. `last_status_id` gives the order; what may be read of it is asked anew.
    `unread` counts posts of others since the owner read it.
    """

    id: int
    account_id: int
    conversation_id: int
    circle: str
    participants: tuple[int, ...]
    last_status_id: int
    unread: int = 0

"""Lists of followed accounts; never visible to those listed (GRP-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RepliesPolicy(StrEnum):
    """Which replies a list shows."""

    FOLLOWED = "followed"
    LIST = "list"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserList:
    """A person's list; an exclusive one keeps its members' posts out of home."""

    id: int
    account_id: int
    title: str
    replies_policy: RepliesPolicy = RepliesPolicy.LIST
    exclusive: bool = False
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMember:
    """An account on a list; `id` pages them."""

    id: int
    list_id: int
    account_id: int

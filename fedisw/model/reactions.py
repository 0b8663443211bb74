"""What people say to a post with one emoji."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An account says `content` to a post: one emoji, `:name:` of a custom one (`picture` at its origin), or nothing.

    Nothing is a plain like, kept only beside other reactions of the account to the post.
    """

    id: int
    account_id: int
    status_id: int
    content: str
    picture: str = ""
    uri: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionCount:
    """How many accounts said the same to a post."""

    status_id: int
    content: str
    picture: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusText:
    """What a post says in one of its languages; clean HTML."""

    status_id: int
    language: str
    content: str

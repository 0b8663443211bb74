"""Scopes of access tokens: which there are, and what one stands for (security OAU-6; mastodon-api.md, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

READ: Final = (
    "accounts", "blocks", "bookmarks", "collections", "favourites", "filters", "follows", "lists", "mutes", "notifications",
    "search", "statuses",
)  # fmt: skip
WRITE: Final = (
    "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters", "follows", "lists", "media",
    "mutes", "notifications", "reports", "statuses",
)  # fmt: skip
ADMIN: Final = (
    "accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks", "canonical_email_blocks",
)  # fmt: skip

CHILDREN: Final[Mapping[str, frozenset[str]]] = {
    "profile": frozenset(),
    "push": frozenset(),
    "read": frozenset(f"read:{name}" for name in READ),
    "write": frozenset(f"write:{name}" for name in WRITE),
    "follow": frozenset(f"{kind}:{name}" for kind in ("read", "write") for name in ("blocks", "follows", "mutes")),
    "admin:read": frozenset(f"admin:read:{name}" for name in ADMIN),
    "admin:write": frozenset(f"admin:write:{name}" for name in ADMIN),
}
KNOWN: Final = frozenset(CHILDREN).union(*CHILDREN.values())
DEFAULT: Final = "read"


def parse(text: str) -> tuple[str, ...]:
    """Scopes of a space-separated text (also with commas or plus signs left by bad encoders), each once, in order."""
    return tuple(dict.fromkeys(text.replace("+", " ").replace(",", " ").split()))


def allows(granted: Iterable[str], needed: str) -> bool:
    """Whether one of the granted scopes is the needed one or stands for it."""
    return any(scope == needed or needed in CHILDREN.get(scope, ()) for scope in granted)


def all_within(asked: Iterable[str], granted: Iterable[str]) -> bool:
    """Whether every scope asked for is known and covered by what was granted."""
    held = tuple(granted)
    return all(scope in KNOWN and allows(held, scope) for scope in asked)

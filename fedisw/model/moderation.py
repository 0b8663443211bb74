"""Reports, rules about servers, and the log of what staff did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """What a rule does to a server."""

    NONE = "none"
    LIMIT = "limit"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRule:
    """A rule for a host and its sub-domains; without a port it covers every port (MOD-1)."""

    host: str
    severity: Severity
    allowed: bool = False
    reject_media: bool = False
    reject_reports: bool = False
    obfuscate: bool = False
    comment: str = ""
    private_comment: str = ""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A complaint about an account and posts of it; `host` is set when another server sent it."""

    id: int
    uri: str
    account_id: int
    target_id: int
    status_ids: tuple[int, ...] = ()
    rule_ids: tuple[int, ...] = ()
    category: str = "other"
    comment: str = ""
    forward: bool = False
    host: str | None = None
    created_at: datetime
    action_taken_at: datetime | None = None

"""With whom we speak, and what of theirs we want (ING-11, ING-17; MOD-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fedisw.config import FederationMode
from fedisw.model.errors import Forbidden
from fedisw.model.moderation import DomainRule, Severity
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, domains, follows, relays, statuses


def check_host(tx: Tx, host: str, *, mode: FederationMode) -> None:
    """Forbidden when an admin suspended the host or a domain above it, or federation is closed to it.

    Args:
        host: authority of a peer, `host` or `host:port`.
    """
    if mode is FederationMode.OFF:
        raise Forbidden("federation is off")
    check_rule(domains.rule_for(tx, host), mode=mode)


def check_rule(rule: DomainRule | None, *, mode: FederationMode) -> None:
    """The same where the nearest rule for the host is known already."""
    if mode is FederationMode.OFF:
        raise Forbidden("federation is off")
    if rule is not None and rule.severity is Severity.SUSPEND:
        raise Forbidden("this server is blocked here")
    if mode is FederationMode.ALLOWLIST and (rule is None or not rule.allowed):
        raise Forbidden("this server is not among those that we speak with")


def rejects_reports(tx: Tx, host: str) -> bool:
    """Whether reports of a server are not wanted."""
    rule = domains.rule_for(tx, host)
    return rule is not None and rule.reject_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A post that came without being asked for.

    `named` are all ids that it addresses or tags, `deliverer_id` is who sent it (the author, or who passed it on).
    """

    author_id: int
    deliverer_id: int
    named: frozenset[str]
    parent_uri: str


def is_wanted(tx: Tx, post: Arrived) -> bool:
    """Whether somebody here has reason to see it: named, answered, or following author or deliverer (ING-11)."""
    if names_somebody(tx, post):
        return True
    parent = statuses.find_by_uri(tx, post.parent_uri) if post.parent_uri else None
    if parent is not None and parent.local:
        return True
    if any(follows.followed_locally(tx, account_id) for account_id in {post.author_id, post.deliverer_id}):
        return True
    return relays.is_relay(tx, post.deliverer_id)


def names_somebody(tx: Tx, post: Arrived) -> bool:
    """Whether it addresses or tags anybody here."""
    return any(account.local for account in accounts.by_uris(tx, _some(post.named)))


def _some(named: Iterable[str], most: int = 1_000) -> list[str]:
    return sorted(named)[:most]

"""Interaction policies: who may reply, like, announce, quote or feature (federation, section 4.12)."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.vocab import limits, read
from fedisw.vocab.read import Document, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may at once and who may after approval: ids of actors and collections, or Public."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionPolicy:
    """One rule each; None where the author says nothing (what that means differs: section 4.12)."""

    can_reply: Rule | None = None
    can_like: Rule | None = None
    can_announce: Rule | None = None
    can_quote: Rule | None = None
    can_feature: Rule | None = None


def parse_policy(value: Json) -> InteractionPolicy | None:
    """The policy of a post or an actor; None when there is none."""
    document = read.as_object(value)
    if document is None:
        return None
    return InteractionPolicy(
        can_reply=_rule(document, "canReply"),
        can_like=_rule(document, "canLike"),
        can_announce=_rule(document, "canAnnounce"),
        can_quote=_rule(document, "canQuote"),
        can_feature=_rule(document, "canFeature"),
    )


def _rule(document: Document, field: str) -> Rule | None:
    rule = read.as_object(document.get(field))
    if rule is None:
        return None
    return Rule(
        automatic=_entries(rule, "automaticApproval", "always"),
        manual=_entries(rule, "manualApproval", "approvalRequired"),
    )


def _entries(rule: Document, field: str, old: str) -> tuple[str, ...]:
    """`old` is the spelling of GoToSocial before 0.20."""
    value = rule[field] if field in rule else rule.get(old)
    return read.as_recipients(read.as_list(value, limits.POLICY_ENTRIES))

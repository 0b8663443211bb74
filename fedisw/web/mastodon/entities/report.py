"""Complaints as clients see them."""

from __future__ import annotations

import msgspec

from fedisw.model.moderation import Report as ReportValue
from fedisw.web.mastodon.entities.account import Account
from fedisw.web.mastodon.entities.site import moment, moment_or_none


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 5."""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool | None
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    collection_ids: tuple[str, ...] = ()
    target_account: Account


def report_entity(report: ReportValue, *, target: Account) -> Report:
    """A complaint, for the one who made it and for staff."""
    return Report(
        id=str(report.id),
        action_taken=report.action_taken_at is not None,
        action_taken_at=moment_or_none(report.action_taken_at),
        category=report.category,
        comment=report.comment,
        forwarded=report.forward,
        created_at=moment(report.created_at),
        status_ids=[str(item) for item in report.status_ids] or None,
        rule_ids=[str(item) for item in report.rule_ids] or None,
        target_account=target,
    )

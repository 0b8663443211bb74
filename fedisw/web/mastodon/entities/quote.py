"""Quotes in posts, as somebody sees them (mastodon-entities.md, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from fedisw.model.quotes import QuotePolicy, QuoteState
from fedisw.model.relations import Relationship
from fedisw.storage.queries.timelines import Ref


class QuoteApproval(msgspec.Struct, frozen=True, kw_only=True):
    """Who may quote a post, and whether the person who looks may."""

    automatic: tuple[str, ...]
    manual: tuple[str, ...]
    current_user: str


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a post quotes; the quoted post where it is shown."""

    state: str
    quoted_status: msgspec.Raw | None = None


class ShallowQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a quoted post quotes: no deeper."""

    state: str
    quoted_status_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A quoted post to somebody who looks: readable if there is a `ref`, and what lies between the two."""

    ref: Ref | None = None
    between: Relationship | None = None


UNSEEN: Final = Standing()


def state_for(state: QuoteState, quoted_id: int | None, standing: Standing) -> tuple[QuoteState, Ref | None]:
    """The state that a person is told, and the quoted post if it is shown.

    Who is blocked, or whose server is, is not shown (VIS-3); who is muted is, for clients to fold away.
    """
    if state is not QuoteState.ACCEPTED:
        return state, None
    if quoted_id is None:
        return QuoteState.DELETED, None
    between = standing.between
    if between is not None and between.blocking:
        return QuoteState.BLOCKED_ACCOUNT, None
    if between is not None and between.domain_blocking:
        return QuoteState.BLOCKED_DOMAIN, None
    if standing.ref is None:
        return QuoteState.UNAUTHORIZED, None
    if between is not None and between.muting:
        return QuoteState.MUTED_ACCOUNT, standing.ref
    return QuoteState.ACCEPTED, standing.ref


def approval_entity(policy: QuotePolicy, *, current_user: str) -> QuoteApproval:
    """A policy and the verdict for whoever looks."""
    return QuoteApproval(automatic=policy.automatic, manual=policy.manual, current_user=current_user)

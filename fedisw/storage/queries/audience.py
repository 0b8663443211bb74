"""The only SQL that decides who sees a post (VIS-1): the table of model/visibility.py as conditions.

`readable_by_viewer` is for signed-in local people, `readable_by_anyone` for callers without proof. Both are made for
a given alias of `statuses` and of its author, so that boosts can ask for the boost and for what it boosts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import FromClause, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.accounts import Reach
from fedisw.model.statuses import Visibility
from fedisw.model.visibility import Audience, Reader, ReaderKind, Verdict, may_read
from fedisw.storage.db import Tx
from fedisw.storage.statements import IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import blocks, follows, host_blocks, mutes
from fedisw.storage.tables.statuses import mentions, statuses

VIEWER: ColumnElement[Any] = bindparam("viewer_id")
OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


def readable_by_anyone(status: FromClause, author: FromClause) -> ColumnElement[bool]:
    """Rows of the table for callers without proof; reach `fediverse` is left out, as from all lists."""
    return and_(
        status.c.visibility.in_(OPEN),
        status.c.local_only.is_(False),
        author.c.reach == Reach.PUBLIC,
        or_(status.c.visibility == Visibility.PUBLIC, author.c.hides_unlisted.is_(False)),
        _usable(author),
    )


def readable_by_viewer(status: FromClause, author: FromClause) -> ColumnElement[bool]:
    """Rows of the table for a local person, `:viewer_id`; blocks in either direction hide (VIS-3)."""
    named = exists().where(mentions.c.status_id == status.c.id, mentions.c.account_id == VIEWER)
    return or_(
        status.c.account_id == VIEWER,
        and_(
            _usable(author),
            ~blocked_either_way(status.c.account_id),
            or_(
                status.c.visibility.in_(OPEN),
                named,
                and_(status.c.visibility == Visibility.PRIVATE, followed_by_viewer(status.c.account_id)),
            ),
        ),
    )


def followed_by_viewer(account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether `:viewer_id` is an accepted follower (VIS-4)."""
    return exists().where(follows.c.follower_id == VIEWER, follows.c.target_id == account_id, follows.c.accepted)


def blocked_either_way(account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether one of the two blocks the other."""
    return or_(
        blocked_by_viewer(account_id),
        exists().where(blocks.c.account_id == account_id, blocks.c.target_id == VIEWER),
    )


def blocked_by_viewer(account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether `:viewer_id` blocks the account."""
    return exists().where(blocks.c.account_id == VIEWER, blocks.c.target_id == account_id)


def unwanted_by_viewer(account_id: ColumnElement[int], host: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether `:viewer_id` muted the account now (`:now`) or does not want to hear from its server."""
    muted = exists().where(
        mutes.c.account_id == VIEWER,
        mutes.c.target_id == account_id,
        or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
    )
    return or_(muted, exists().where(host_blocks.c.account_id == VIEWER, host_blocks.c.host == host))


def _usable(author: FromClause) -> ColumnElement[bool]:
    return and_(author.c.suspended_at.is_(None), author.c.deleted_at.is_(None))


_boosted = statuses.alias("boosted")
_boosted_author = accounts.alias("boosted_author")
_BOTH = (
    statuses.join(accounts, accounts.c.id == statuses.c.account_id)
    .outerjoin(_boosted, _boosted.c.id == statuses.c.reblog_of_id)
    .outerjoin(_boosted_author, _boosted_author.c.id == _boosted.c.account_id)
)


def _whole(condition: ColumnElement[bool], inner: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(condition, or_(statuses.c.reblog_of_id.is_(None), inner))


BY_VIEWER = Query(
    int,
    select(statuses.c.id)
    .select_from(_BOTH)
    .where(
        IdIn(statuses.c.id, "ids"),
        _whole(readable_by_viewer(statuses, accounts), readable_by_viewer(_boosted, _boosted_author)),
    ),
)
BY_ANYONE = Query(
    int,
    select(statuses.c.id)
    .select_from(_BOTH)
    .where(
        IdIn(statuses.c.id, "ids"),
        _whole(readable_by_anyone(statuses, accounts), readable_by_anyone(_boosted, _boosted_author)),
    ),
)


class _Facts(msgspec.Struct):
    """What the table needs to know of a post and of the one who asks."""

    account_id: int
    visibility: Visibility
    local_only: bool
    reach: Reach
    hides_unlisted: bool
    usable: bool
    follower: bool
    mentioned: bool
    blocked: bool


_peer = accounts.alias("peer")
_HOST: ColumnElement[Any] = bindparam("host")
_SIGNER: ColumnElement[Any] = bindparam("signer_id")
FACTS_FOR_HOST = Query(
    _Facts,
    select(
        statuses.c.account_id,
        statuses.c.visibility,
        statuses.c.local_only,
        accounts.c.reach,
        accounts.c.hides_unlisted,
        case((_usable(accounts), True), else_=False).label("usable"),
        exists()
        .where(
            follows.c.target_id == statuses.c.account_id,
            follows.c.accepted,
            follows.c.follower_id == _peer.c.id,
            _peer.c.host == _HOST,
            _peer.c.suspended_at.is_(None),
        )
        .label("follower"),
        exists()
        .where(mentions.c.status_id == statuses.c.id, mentions.c.account_id == _peer.c.id, _peer.c.host == _HOST)
        .label("mentioned"),
        or_(
            exists().where(blocks.c.account_id == statuses.c.account_id, blocks.c.target_id == _SIGNER),
            exists().where(blocks.c.account_id == _SIGNER, blocks.c.target_id == statuses.c.account_id),
        ).label("blocked"),
    )
    .join(accounts, accounts.c.id == statuses.c.account_id)
    .where(statuses.c.id == bindparam("status_id")),
)
HOST_BLOCKED = Query(
    int,
    select(func.count()).select_from(host_blocks).where(host_blocks.c.account_id == bindparam("id"), host_blocks.c.host == _HOST),
)


def readable(tx: Tx, ids: Iterable[int], viewer_id: int | None) -> set[int]:
    """Which of these posts the viewer may read; None asks for a caller without proof."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return set()
    if viewer_id is None:
        return set(tx.all(BY_ANYONE, ids=wanted))
    return set(tx.all(BY_VIEWER, ids=wanted, viewer_id=viewer_id))


def verdict_for_remote(tx: Tx, *, status_id: int, host: str | None, signer_id: int = 0) -> Verdict:
    """May this server, or a caller without proof (`host` None), have the document of a local post?

    Args:
        host: authority of the verified signer, None for an unsigned request.
        signer_id: account of the signer, 0 for an instance actor; a block between it and the author hides the post.
    """
    facts = tx.one(FACTS_FOR_HOST, status_id=status_id, host=host or "", signer_id=signer_id)
    if facts is None or not facts.usable:
        return Verdict.NO
    audience = Audience(
        visibility=facts.visibility, local_only=facts.local_only, reach=facts.reach, hides_unlisted=facts.hides_unlisted
    )
    if host is None:
        return may_read(audience, Reader(kind=ReaderKind.ANONYMOUS))
    hidden = tx.one(HOST_BLOCKED, id=facts.account_id, host=host) or 0
    blocked = facts.blocked or hidden > 0
    return may_read(audience, Reader(kind=ReaderKind.REMOTE, follower=facts.follower, mentioned=facts.mentioned, blocked=blocked))

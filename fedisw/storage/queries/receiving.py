"""What decides whether people are told of something: one statement for all receivers of one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.accounts import Account, Role
from fedisw.model.notices import Bond, Handling, Policy
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import IdIn, Query
from fedisw.storage.tables.accounts import accounts, users
from fedisw.storage.tables.notices import notification_permissions, notification_policies
from fedisw.storage.tables.push import push_subscriptions
from fedisw.storage.tables.relations import blocks, follows, host_blocks, mutes, thread_mutes
from fedisw.storage.tables.statuses import mentions, statuses

A, P = accounts.c, notification_policies.c
FROM: ColumnElement[Any] = bindparam("from_id")
THREAD: ColumnElement[Any] = bindparam("conversation_id")
STAFF = (Role.OWNER, Role.ADMIN, Role.MODERATOR)


class Receiver(msgspec.Struct, frozen=True):
    """A local person, and what lies between them and the sender. `unwanted`: blocked, muted, or not to be heard."""

    id: int
    unwanted: bool
    host_blocked: bool
    following: bool
    follower_since: datetime | None
    permitted: bool
    invited: bool
    subscribed: bool
    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    for_bots: str

    @property
    def hears(self) -> bool:
        """Whether anything of the sender comes here at all; a follow is stronger than a blocked server."""
        return not self.unwanted and (self.following or not self.host_blocked)

    @property
    def policy(self) -> Policy:
        """What the person wants."""
        return Policy(
            for_not_following=Handling(self.for_not_following),
            for_not_followers=Handling(self.for_not_followers),
            for_new_accounts=Handling(self.for_new_accounts),
            for_private_mentions=Handling(self.for_private_mentions),
            for_limited_accounts=Handling(self.for_limited_accounts),
            for_bots=Handling(self.for_bots),
        )

    def bond(self) -> Bond:
        """What lies between the two."""
        return Bond(
            following=self.following,
            follower_since=self.follower_since,
            permitted=self.permitted,
            invited=self.invited,
        )


def _flag(condition: ColumnElement[bool], name: str) -> ColumnElement[bool]:
    return case((condition, True), else_=False).label(name)


_earlier = statuses.alias("earlier")
_UNWANTED = or_(
    exists().where(blocks.c.account_id == A.id, blocks.c.target_id == FROM),
    exists().where(blocks.c.account_id == FROM, blocks.c.target_id == A.id),
    exists().where(
        mutes.c.account_id == A.id,
        mutes.c.target_id == FROM,
        mutes.c.hides_notifications,
        or_(mutes.c.expires_at.is_(None), mutes.c.expires_at > bindparam("now")),
    ),
    exists().where(thread_mutes.c.account_id == A.id, thread_mutes.c.conversation_id == THREAD),
)
_INVITED = exists().where(
    _earlier.c.conversation_id == THREAD,
    _earlier.c.account_id == A.id,
    _earlier.c.visibility == Visibility.DIRECT,
    mentions.c.status_id == _earlier.c.id,
    mentions.c.account_id == FROM,
)
RECEIVERS = Query(
    Receiver,
    select(
        A.id,
        _flag(_UNWANTED, "unwanted"),
        _flag(exists().where(host_blocks.c.account_id == A.id, host_blocks.c.host == bindparam("host")), "host_blocked"),
        _flag(exists().where(follows.c.follower_id == A.id, follows.c.target_id == FROM, follows.c.accepted), "following"),
        select(follows.c.created_at)
        .where(follows.c.follower_id == FROM, follows.c.target_id == A.id, follows.c.accepted)
        .scalar_subquery()
        .label("follower_since"),
        _flag(
            exists().where(notification_permissions.c.account_id == A.id, notification_permissions.c.from_id == FROM),
            "permitted",
        ),
        _flag(and_(bindparam("private") == 1, _INVITED), "invited"),
        _flag(exists().where(push_subscriptions.c.account_id == A.id), "subscribed"),
        *(func.coalesce(P[name], literal(getattr(Policy(), name).value)).label(name) for name in Policy.__slots__),
    )
    .outerjoin(notification_policies, P.account_id == A.id)
    .where(IdIn(A.id, "ids"), A.host.is_(None), A.suspended_at.is_(None), A.deleted_at.is_(None)),
)
TRUSTED = Query(
    int,
    select(A.id)
    .outerjoin(users, users.c.id == A.id)
    .where(A.id == FROM, A.host.is_(None), or_(users.c.id.is_(None), users.c.role.in_(STAFF))),
)


def receivers(
    tx: Tx, ids: Sequence[int], *, sender: Account, conversation_id: int | None, private: bool, now: datetime
) -> list[Receiver]:
    """Those of these accounts who live here and are in use, in no particular order.

    Args:
        conversation_id: the thread of the post that it is about.
        private: the post is for named people only.
    """
    return tx.all(
        RECEIVERS,
        ids=list(ids),
        from_id=sender.id,
        host=sender.host or "",
        conversation_id=conversation_id or 0,
        private=int(private),
        now=now,
    )


def trusted(tx: Tx, account: Account) -> bool:
    """Whether it is staff of this server, or one of its own accounts behind which there is no person."""
    return account.local and tx.one(TRUSTED, from_id=account.id) is not None

"""The feed table: which posts may stand in whose home timeline. Never the authority on who may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import list_members, lists
from fedisw.storage.tables.relations import follows
from fedisw.storage.tables.statuses import home_feed, statuses

KEPT = 800  # rows of one home feed (dependencies, section 3.3)
NOBODY_KNOWN = -1  # whom a post answers whose parent we do not have: nobody follows them
AGAIN = 80  # the newest posts of a feed, among which a post is not boosted into it a second time
TRIMMED = 64  # a feed is cut back at one in so many new posts: it costs more than to add one
BACKFILL = 40  # posts of a newly followed account that are put into the feed

S, A = statuses.c, accounts.c
boosted = statuses.alias("boosted")
_follow = follows.alias("feed_follow")

_in_feed = home_feed.alias("in_feed")
_newest = home_feed.alias("newest")
_SEEN_OF_LATE = exists().where(
    _in_feed.c.account_id == follows.c.follower_id,
    IdIn(_in_feed.c.status_id, "same"),
    _in_feed.c.status_id
    >= func.coalesce(
        select(_newest.c.status_id)
        .where(_newest.c.account_id == follows.c.follower_id)
        .order_by(_newest.c.status_id.desc())
        .limit(1)
        .offset(AGAIN - 1)
        .scalar_subquery(),
        0,
    ),
)
_ADD_LOCAL: Select[*tuple[Any, ...]] = (
    select(follows.c.follower_id, bindparam("status_id").label("status_id"))
    .select_from(follows.join(accounts, A.id == follows.c.follower_id))
    .where(
        follows.c.target_id == bindparam("author_id"),
        follows.c.accepted,
        IdIn(follows.c.follower_id, "ids"),
        A.host.is_(None),
        or_(
            bindparam("reply_to") == 0,
            bindparam("reply_to") == bindparam("author_id"),
            follows.c.follower_id == bindparam("reply_to"),
            exists().where(
                _follow.c.follower_id == follows.c.follower_id, _follow.c.target_id == bindparam("reply_to"), _follow.c.accepted
            ),
        ),
        or_(bindparam("reblog") == 0, and_(follows.c.shows_reblogs, ~_SEEN_OF_LATE)),
    )
)
LATEST_BOOSTS = Query(  # more than those would not be among the newest posts of one feed
    int,
    select(S.id).where(S.reblog_of_id == bindparam("of"), S.id != bindparam("but")).order_by(S.id.desc()).limit(AGAIN),
)
ADD_TO_FEEDS = Query(
    int,
    insert_or_ignore(home_feed)
    .from_select(["account_id", "status_id"], _ADD_LOCAL)
    .on_conflict_do_nothing()
    .returning(home_feed.c.account_id),
)
ADD_OWN = Command(
    insert_or_ignore(home_feed)
    .values(account_id=bindparam("account_id"), status_id=bindparam("status_id"))
    .on_conflict_do_nothing()
)
ADD_EVERYBODY = Query(
    int,
    insert_or_ignore(home_feed)
    .from_select(["account_id", "status_id"], select(A.id, bindparam("status_id").label("status_id")).where(IdIn(A.id, "ids")))
    .on_conflict_do_nothing()
    .returning(home_feed.c.account_id),
)
_OPENS_OR_ANSWERS_KNOWN = or_(
    S.in_reply_to_uri == "",
    S.in_reply_to_account_id.in_([bindparam("author_id"), bindparam("viewer_id")]),
    exists().where(
        _follow.c.follower_id == bindparam("viewer_id"), _follow.c.target_id == S.in_reply_to_account_id, _follow.c.accepted
    ),
)
ADD_AUTHOR = Command(
    insert_or_ignore(home_feed)
    .from_select(
        ["account_id", "status_id"],
        select(bindparam("viewer_id").label("account_id"), S.id)
        .where(S.account_id == bindparam("author_id"), S.visibility != Visibility.DIRECT, _OPENS_OR_ANSWERS_KNOWN)
        .order_by(S.id.desc())
        .limit(bindparam("limit")),
    )
    .on_conflict_do_nothing()
)
REMOVE_AUTHOR = Command(
    delete(home_feed).where(
        home_feed.c.account_id == bindparam("viewer_id"),
        home_feed.c.status_id.in_(
            select(S.id)
            .select_from(statuses.outerjoin(boosted, boosted.c.id == S.reblog_of_id))
            .where(or_(S.account_id == bindparam("author_id"), boosted.c.account_id == bindparam("author_id")))
        ),
    )
)
TRIM = Command(
    delete(home_feed).where(
        home_feed.c.account_id == bindparam("viewer_id"),
        home_feed.c.status_id
        < select(home_feed.c.status_id)
        .where(home_feed.c.account_id == bindparam("viewer_id"))
        .order_by(home_feed.c.status_id.desc())
        .limit(1)
        .offset(bindparam("kept"))
        .scalar_subquery(),
    )
)
FEED_OWNERS = Query(
    int, select(home_feed.c.account_id).where(home_feed.c.status_id == bindparam("status_id")).order_by(home_feed.c.account_id)
)
LISTS_WITH = Query(
    tuple[int, int],
    select(lists.c.id, lists.c.account_id)
    .join(list_members, list_members.c.list_id == lists.c.id)
    .where(list_members.c.account_id == bindparam("author_id"), IdIn(lists.c.account_id, "ids")),
)


def add_to_feeds(
    tx: Tx, *, status_id: int, author_id: int, follower_ids: Sequence[int], reply_to: int | None, reblog_of: int | None
) -> list[int]:
    """Put a post into the feeds of these local followers that want it; whose feeds got it now.

    Answers go only to those who follow whom they answer, or are them (`NOBODY_KNOWN`: nobody). A boost goes only where
    neither the post nor another boost of it is among the newest 80.
    """
    same = [] if reblog_of is None else [reblog_of, *tx.all(LATEST_BOOSTS, of=reblog_of, but=status_id)]
    return tx.all(
        ADD_TO_FEEDS,
        status_id=status_id,
        author_id=author_id,
        ids=list(follower_ids),
        reply_to=reply_to or 0,
        reblog=int(reblog_of is not None),
        same=same,
    )


def add_own(tx: Tx, *, account_id: int, status_id: int) -> None:
    """Put a post into its author's own feed."""
    tx.exec(ADD_OWN, account_id=account_id, status_id=status_id)


def add_everybody(tx: Tx, *, status_id: int, account_ids: Sequence[int]) -> list[int]:
    """Put a post into the feeds of these people, whom they follow or not; whose feeds got it now."""
    return tx.all(ADD_EVERYBODY, status_id=status_id, ids=list(account_ids)) if account_ids else []


def add_author(tx: Tx, *, viewer_id: int, author_id: int) -> None:
    """Put the newest posts of a newly followed account into a feed."""
    tx.exec(ADD_AUTHOR, viewer_id=viewer_id, author_id=author_id, limit=BACKFILL)


def remove_author(tx: Tx, *, viewer_id: int, author_id: int) -> None:
    """Take an account's posts, and boosts of them, out of a feed."""
    tx.exec(REMOVE_AUTHOR, viewer_id=viewer_id, author_id=author_id)


def trim(tx: Tx, viewer_ids: Iterable[int], *, status_id: int) -> None:
    """Cut back those of the feeds whose turn it is at this post to their newest rows."""
    for viewer_id in viewer_ids:
        if hash((viewer_id, status_id)) % TRIMMED == 0:
            tx.exec(TRIM, viewer_id=viewer_id, kept=KEPT - 1)


def feed_owners(tx: Tx, status_id: int) -> list[int]:
    """Whose feeds hold a post."""
    return tx.all(FEED_OWNERS, status_id=status_id)


def lists_with(tx: Tx, author_id: int, owner_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(list, owner) of the lists of these people that hold the author."""
    return tx.all(LISTS_WITH, author_id=author_id, ids=list(owner_ids)) if owner_ids else []

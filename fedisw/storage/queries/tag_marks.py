"""Tags that people follow, and tags that they show on their profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.paging import Page
from fedisw.model.statuses import Tag
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import readable_by_anyone
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.profiles import featured_tags, followed_tags
from fedisw.storage.tables.statuses import status_tags, statuses, tags

FOLLOWED, SHOWN = followed_tags.c, featured_tags.c
RECENT = 400  # newest posts in which a person's own tags are looked for
_ACCOUNT: ColumnElement[Any] = bindparam("account_id")
_TAG: ColumnElement[Any] = bindparam("tag_id")
_STATUS: ColumnElement[Any] = bindparam("status_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturedTag:
    """A tag on a profile; the figures are of posts that everybody may read."""

    id: int
    name: str
    display: str
    statuses_count: int
    last_status_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How often a person used a tag, and when last."""

    count: int
    last_at: datetime | None


_FOLLOWED_PAIR = and_(FOLLOWED.account_id == _ACCOUNT, FOLLOWED.tag_id == _TAG)
_SHOWN_PAIR = and_(SHOWN.account_id == _ACCOUNT, SHOWN.tag_id == _TAG)
FOLLOW = Command(insert(followed_tags).values({c.name: bindparam(c.name) for c in FOLLOWED}).on_conflict_do_nothing())
UNFOLLOW = Command(delete(followed_tags).where(_FOLLOWED_PAIR))
FOLLOWED_PAGE = Query(
    tuple[int, Tag],
    select(FOLLOWED.id.label("mark_id"), *tags.c)
    .join(tags, tags.c.id == FOLLOWED.tag_id)
    .where(FOLLOWED.account_id == _ACCOUNT, FOLLOWED.id < bindparam("below"), FOLLOWED.id > bindparam("above"))
    .order_by(FOLLOWED.id.desc())
    .limit(bindparam("limit")),
)
FOLLOWED_UPWARDS = Query(
    tuple[int, Tag],
    select(FOLLOWED.id.label("mark_id"), *tags.c)
    .join(tags, tags.c.id == FOLLOWED.tag_id)
    .where(FOLLOWED.account_id == _ACCOUNT, FOLLOWED.id < bindparam("below"), FOLLOWED.id > bindparam("above"))
    .order_by(FOLLOWED.id)
    .limit(bindparam("limit")),
)
MARKS = Query(
    tuple[str, int],
    union_all(
        select(literal("followed").label("kind"), FOLLOWED.tag_id).where(
            FOLLOWED.account_id == _ACCOUNT, IdIn(FOLLOWED.tag_id, "ids")
        ),
        select(literal("featured").label("kind"), SHOWN.tag_id).where(SHOWN.account_id == _ACCOUNT, IdIn(SHOWN.tag_id, "ids")),
    ),
)
FOLLOWERS = Query(
    int,
    select(FOLLOWED.account_id)
    .join(status_tags, status_tags.c.tag_id == FOLLOWED.tag_id)
    .join(accounts, accounts.c.id == FOLLOWED.account_id)
    .where(
        status_tags.c.status_id == _STATUS,
        FOLLOWED.account_id > bindparam("after"),
        accounts.c.suspended_at.is_(None),
        accounts.c.deleted_at.is_(None),
    )
    .distinct()
    .order_by(FOLLOWED.account_id)
    .limit(bindparam("limit")),
)

FEATURE = Command(insert(featured_tags).values({c.name: bindparam(c.name) for c in SHOWN}).on_conflict_do_nothing())
UNFEATURE = Command(delete(featured_tags).where(_SHOWN_PAIR))
REMOVE = Command(delete(featured_tags).where(SHOWN.account_id == _ACCOUNT, SHOWN.id == bindparam("id")))
FEATURED_COUNT = Query(int, select(func.count()).select_from(featured_tags).where(SHOWN.account_id == _ACCOUNT))
FEATURED = Query(
    FeaturedTag,
    select(SHOWN.id, tags.c.name, tags.c.display, SHOWN.statuses_count, SHOWN.last_status_at)
    .join(tags, tags.c.id == SHOWN.tag_id)
    .where(SHOWN.account_id == _ACCOUNT)
    .order_by(SHOWN.statuses_count.desc(), SHOWN.id),
)
_own_open = status_tags.join(statuses, statuses.c.id == status_tags.c.status_id).join(
    accounts, accounts.c.id == statuses.c.account_id
)
USE = Query(
    Use,
    select(func.count().label("count"), func.max(statuses.c.created_at).label("last_at"))
    .select_from(_own_open)
    .where(status_tags.c.tag_id == _TAG, statuses.c.account_id == _ACCOUNT, readable_by_anyone(statuses, accounts)),
)
_of_post = select(status_tags.c.tag_id).where(status_tags.c.status_id == _STATUS)
COUNT_POST = Command(
    update(featured_tags)
    .where(SHOWN.account_id == _ACCOUNT, SHOWN.tag_id.in_(_of_post))
    .values(
        statuses_count=SHOWN.statuses_count + 1,
        last_status_at=case((SHOWN.last_status_at > bindparam("at"), SHOWN.last_status_at), else_=bindparam("at")),
    )
)
FEATURED_IN = Query(int, select(SHOWN.tag_id).where(SHOWN.account_id == _ACCOUNT, SHOWN.tag_id.in_(_of_post)))
SET_USE = Command(
    update(featured_tags).where(_SHOWN_PAIR).values(statuses_count=bindparam("count"), last_status_at=bindparam("last_at"))
)
_newest = (
    select(statuses.c.id)
    .where(statuses.c.account_id == _ACCOUNT, statuses.c.reblog_of_id.is_(None))
    .order_by(statuses.c.id.desc())
    .limit(bindparam("recent"))
    .subquery("newest")
)
RECENTLY_USED = Query(
    Tag,
    select(tags)
    .join(status_tags, status_tags.c.tag_id == tags.c.id)
    .join(_newest, _newest.c.id == status_tags.c.status_id)
    .where(~exists().where(SHOWN.account_id == _ACCOUNT, SHOWN.tag_id == tags.c.id))
    .group_by(*tags.c)
    .order_by(func.count().desc(), tags.c.id)
    .limit(bindparam("limit")),
)


def follow(tx: Tx, *, mark_id: int, account_id: int, tag_id: int, now: datetime) -> bool:
    """A person follows a tag; False when that was so already."""
    return tx.exec(FOLLOW, id=mark_id, account_id=account_id, tag_id=tag_id, created_at=now) == 1


def unfollow(tx: Tx, *, account_id: int, tag_id: int) -> bool:
    """The person follows it no longer."""
    return tx.exec(UNFOLLOW, account_id=account_id, tag_id=tag_id) == 1


def followed(tx: Tx, account_id: int, page: Page) -> list[tuple[int, Tag]]:
    """Tags that a person follows, newest first, each with the hidden id that pages them."""
    query = FOLLOWED_UPWARDS if page.upwards else FOLLOWED_PAGE
    found = tx.all(query, account_id=account_id, below=page.below, above=page.above, limit=page.limit)
    return found[::-1] if page.upwards else found


def marks(tx: Tx, account_id: int, tag_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Which of these tags a person follows, and which the person features, in one statement."""
    if not tag_ids:
        return set(), set()
    found = tx.all(MARKS, account_id=account_id, ids=list(tag_ids))
    return {tag for kind, tag in found if kind == "followed"}, {tag for kind, tag in found if kind == "featured"}


def followers(tx: Tx, status_id: int, *, after: int, limit: int) -> list[int]:
    """People who follow a tag of this post, by account id, those above `after`."""
    return tx.all(FOLLOWERS, status_id=status_id, after=after, limit=limit)


def feature(tx: Tx, *, mark_id: int, account_id: int, tag_id: int, now: datetime) -> bool:
    """A person shows a tag on the profile; False when that was so already."""
    use = uses(tx, account_id=account_id, tag_id=tag_id)
    added = tx.exec(
        FEATURE,
        id=mark_id,
        account_id=account_id,
        tag_id=tag_id,
        statuses_count=use.count,
        last_status_at=use.last_at,
        created_at=now,
    )
    return added == 1


def unfeature(tx: Tx, *, account_id: int, tag_id: int) -> bool:
    """The person shows it no longer."""
    return tx.exec(UNFEATURE, account_id=account_id, tag_id=tag_id) == 1


def remove(tx: Tx, *, account_id: int, mark_id: int) -> bool:
    """The same by the id of the mark; False when it is not this person's."""
    return tx.exec(REMOVE, account_id=account_id, id=mark_id) == 1


def featured_count(tx: Tx, account_id: int) -> int:
    """How many tags a person shows."""
    return tx.one(FEATURED_COUNT, account_id=account_id) or 0


def featured(tx: Tx, account_id: int) -> list[FeaturedTag]:
    """Tags on a profile, the most used first."""
    return tx.all(FEATURED, account_id=account_id)


def uses(tx: Tx, *, account_id: int, tag_id: int) -> Use:
    """How often a person used a tag where everybody may read it; walks the tag's posts, so ask seldom."""
    return tx.one(USE, account_id=account_id, tag_id=tag_id) or Use(count=0, last_at=None)


def count_post(tx: Tx, *, account_id: int, status_id: int, at: datetime) -> None:
    """A new post counts for the tags that its author shows."""
    tx.exec(COUNT_POST, account_id=account_id, status_id=status_id, at=at)


def featured_in(tx: Tx, *, account_id: int, status_id: int) -> list[int]:
    """Tags of a post that its author shows."""
    return tx.all(FEATURED_IN, account_id=account_id, status_id=status_id)


def recount(tx: Tx, *, account_id: int, tag_id: int) -> None:
    """A post with a tag that its author shows is gone or has changed."""
    use = uses(tx, account_id=account_id, tag_id=tag_id)
    tx.exec(SET_USE, account_id=account_id, tag_id=tag_id, count=use.count, last_at=use.last_at)


def recently_used(tx: Tx, account_id: int, *, limit: int) -> list[Tag]:
    """Tags of a person's newest posts that are not on the profile yet, the most used first."""
    return tx.all(RECENTLY_USED, account_id=account_id, recent=RECENT, limit=limit)

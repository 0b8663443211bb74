"""Which posts stand in a timeline: ids with revisions only, so that rendered fragments can be used.

Home and list timelines read the feed table, which never decides who may read: every condition is asked anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import FromClause, and_, bindparam, exists, func, literal, literal_column, null, or_, select
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.feeds import Half
from fedisw.model.paging import Page
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import (
    VIEWER,
    blocked_by_viewer,
    followed_by_viewer,
    readable_by_anyone,
    readable_by_viewer,
    unwanted_by_viewer,
)
from fedisw.storage.statements import IdIn, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import list_members, lists
from fedisw.storage.tables.profiles import followed_tags
from fedisw.storage.tables.relations import follows
from fedisw.storage.tables.statuses import home_feed, media, mentions, status_tags, statuses, tags

S, A = statuses.c, accounts.c
boosted = statuses.alias("boosted")
boosted_author = accounts.alias("boosted_author")


class Ref(msgspec.Struct, frozen=True):
    """A post of a timeline and the revisions that its rendered form depends on."""

    id: int
    revision: int
    account_id: int
    account_revision: int
    reblog_of_id: int | None
    reblog_revision: int | None
    reblog_account_id: int | None
    reblog_account_revision: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """Which posts of a timeline are wanted."""

    local: bool = False
    remote: bool = False
    media: bool = False
    replies: bool = True
    reblogs: bool = True
    direct: bool = True

    def within(self, half: Half) -> Only | None:
        """The same for what of a feed may be shown; None when that is nothing."""
        if half is Half.NOTHING:
            return None
        return replace(self, local=half is Half.LOCAL, remote=half is Half.REMOTE)


ALL = Only()
REF: tuple[ColumnElement[Any], ...] = (
    S.id,
    S.revision,
    S.account_id,
    A.revision.label("account_revision"),
    S.reblog_of_id,
    boosted.c.revision.label("reblog_revision"),
    boosted.c.account_id.label("reblog_account_id"),
    boosted_author.c.revision.label("reblog_account_revision"),
)
ORIGINAL_REF = (*REF[:5], *(null().label(column.name) for column in REF[5:]))  # of posts that are no boosts
AUTHORED = statuses.join(accounts, A.id == S.account_id)
BOTH = (
    statuses.join(accounts, A.id == S.account_id)
    .outerjoin(boosted, boosted.c.id == S.reblog_of_id)
    .outerjoin(boosted_author, boosted_author.c.id == boosted.c.account_id)
)
_NO_REBLOG = S.reblog_of_id.is_(None)
_LIMIT: ColumnElement[Any] = bindparam("limit")


def _window(by: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(by < bindparam("below"), by > bindparam("above"))


def _page(
    source: FromClause,
    conditions: Sequence[ColumnElement[bool]],
    *,
    upwards: bool,
    by: ColumnElement[Any] = S.id,
    shown: Sequence[ColumnElement[Any]] = REF,
) -> Query[Ref]:
    order = by.asc() if upwards else by.desc()
    return Query(Ref, select(*shown).select_from(source).where(_window(by), *conditions).order_by(order).limit(_LIMIT))


def _readable(viewer: bool) -> ColumnElement[bool]:
    allowed = readable_by_viewer if viewer else readable_by_anyone
    return and_(allowed(statuses, accounts), or_(_NO_REBLOG, allowed(boosted, boosted_author)))


_AUTHOR_WANTED = or_(S.account_id == VIEWER, ~unwanted_by_viewer(S.account_id, S.host))


def _wanted() -> ColumnElement[bool]:
    """Neither the author nor the boosted author is muted or of a blocked server."""
    return and_(_AUTHOR_WANTED, or_(_NO_REBLOG, ~unwanted_by_viewer(boosted.c.account_id, boosted.c.host)))


_NOWHERE: ColumnElement[str] = literal_column("''")
_HERE = func.coalesce(S.host, _NOWHERE) == _NOWHERE  # as ix_statuses_host is written, else a walk would pass what is remote


def _filters(only: Only) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if only.local:
        conditions.append(_HERE)
    if only.remote:
        conditions.append(S.host.is_not(None))
    if not only.replies:
        conditions.append(or_(S.in_reply_to_uri == "", S.in_reply_to_account_id == S.account_id))
    if not only.reblogs:
        conditions.append(_NO_REBLOG)
    if not only.direct:
        conditions.append(S.visibility != Visibility.DIRECT)
    return conditions


_FEED = (  # written flat: SQLite would build a joined right side as a table of its own
    home_feed.join(statuses, S.id == home_feed.c.status_id)
    .join(accounts, A.id == S.account_id)
    .outerjoin(boosted, boosted.c.id == S.reblog_of_id)
    .outerjoin(boosted_author, boosted_author.c.id == boosted.c.account_id)
)
_IN_FEED = home_feed.c.account_id == VIEWER
_follow = follows.alias("feed_follow")
_STILL_FOLLOWED = or_(
    S.account_id == VIEWER,
    exists().where(
        _follow.c.follower_id == VIEWER,
        _follow.c.target_id == S.account_id,
        _follow.c.accepted,
        or_(_NO_REBLOG, _follow.c.shows_reblogs),
    ),
)
_OF_FOLLOWED_TAG = and_(
    _NO_REBLOG,
    S.visibility == Visibility.PUBLIC,
    A.limited_at.is_(None),
    exists(
        select(literal(1))
        .select_from(status_tags.join(followed_tags, followed_tags.c.tag_id == status_tags.c.tag_id))
        .where(status_tags.c.status_id == S.id, followed_tags.c.account_id == VIEWER)
    ),
)
_ON_EXCLUSIVE_LIST = exists(
    select(literal(1))
    .select_from(list_members.join(lists, lists.c.id == list_members.c.list_id))
    .where(lists.c.account_id == VIEWER, lists.c.exclusive, list_members.c.account_id == S.account_id)
)
_named = mentions.alias("named_here")
_named_account = accounts.alias("named_account")
_NAMES_UNWANTED = exists(
    select(literal(1))
    .select_from(_named.join(_named_account, _named_account.c.id == _named.c.account_id))
    .where(
        _named.c.status_id == func.coalesce(S.reblog_of_id, S.id),
        _named.c.silent.is_(False),
        S.account_id != VIEWER,
        or_(
            blocked_by_viewer(_named.c.account_id),
            unwanted_by_viewer(_named.c.account_id, _named_account.c.host),
        ),
    )
)
_TALKED_OF_WANTED = ~_NAMES_UNWANTED  # who does not want to see somebody does not want to see others talk to them either
_HOME = (
    _IN_FEED,
    or_(_STILL_FOLLOWED, _OF_FOLLOWED_TAG),
    _readable(viewer=True),
    _wanted(),
    _TALKED_OF_WANTED,
    ~_ON_EXCLUSIVE_LIST,
)
HOME = {up: _page(_FEED, _HOME, upwards=up, by=home_feed.c.status_id) for up in (False, True)}

_reply_to = list_members.alias("reply_to")
_LIST_REPLIES = or_(
    S.in_reply_to_uri == "",
    S.in_reply_to_account_id.in_([S.account_id, VIEWER]),
    and_(bindparam("replies") == "followed", followed_by_viewer(S.in_reply_to_account_id)),
    and_(
        bindparam("replies") == "list",
        exists().where(_reply_to.c.list_id == bindparam("list_id"), _reply_to.c.account_id == S.in_reply_to_account_id),
    ),
)
_LISTED = exists().where(list_members.c.list_id == bindparam("list_id"), list_members.c.account_id == S.account_id)
_LIST = (_IN_FEED, _LISTED, _STILL_FOLLOWED, _LIST_REPLIES, _readable(viewer=True), _wanted(), _TALKED_OF_WANTED)
LIST = {up: _page(_FEED, _LIST, upwards=up, by=home_feed.c.status_id) for up in (False, True)}


def _open_page(
    source: FromClause,
    conditions: Sequence[ColumnElement[bool]],
    only: Only,
    *,
    viewer: bool,
    upwards: bool,
    by: ColumnElement[Any] = S.id,
) -> Query[Ref]:
    """Public posts that are no boosts; boosted posts are not joined, since there are none."""
    allowed = readable_by_viewer if viewer else readable_by_anyone
    every = [*conditions, S.visibility == Visibility.PUBLIC, _NO_REBLOG, allowed(statuses, accounts), *_filters(only)]
    if viewer:
        every += [or_(A.limited_at.is_(None), followed_by_viewer(A.id)), _AUTHOR_WANTED]
    else:
        every.append(A.limited_at.is_(None))
    return _page(source, every, upwards=upwards, by=by, shown=ORIGINAL_REF)


@cache
def _public(only: Only, *, viewer: bool, upwards: bool) -> Query[Ref]:
    if only.media:  # begins with the files: a walk over posts could be long where few have any
        files = media.join(statuses, S.id == media.c.status_id).join(accounts, A.id == S.account_id)
        return _open_page(files, [media.c.position == 0], only, viewer=viewer, upwards=upwards, by=media.c.status_id)
    return _open_page(AUTHORED, [], only, viewer=viewer, upwards=upwards)


_tagged = status_tags.join(tags, tags.c.id == status_tags.c.tag_id)


def _has_tag(name: str) -> ColumnElement[bool]:
    return exists(select(literal(1)).select_from(_tagged).where(status_tags.c.status_id == S.id, TextIn(tags.c.name, name)))


def _tag_count(name: str) -> ColumnElement[Any]:
    return (
        select(func.count(tags.c.id))
        .select_from(_tagged)
        .where(status_tags.c.status_id == S.id, TextIn(tags.c.name, name))
        .scalar_subquery()
    )


@cache
def _tag(only: Only, *, one: bool, viewer: bool, upwards: bool) -> Query[Ref]:
    """One tag is walked by its index; several ones, or conditions on others, take all posts with one of them first."""
    with_media = [exists().where(media.c.status_id == S.id)] if only.media else []
    if one:
        walked = status_tags.join(statuses, S.id == status_tags.c.status_id).join(accounts, A.id == S.account_id)
        carried = status_tags.c.tag_id == select(tags.c.id).where(tags.c.name == bindparam("tag")).scalar_subquery()
        by = status_tags.c.status_id
        return _open_page(walked, [carried, *with_media], only, viewer=viewer, upwards=upwards, by=by)
    conditions = [
        S.id.in_(select(status_tags.c.status_id).select_from(_tagged).where(TextIn(tags.c.name, "any_of"))),
        _tag_count("all_of") == bindparam("all_count"),
        ~_has_tag("none_of"),
        *with_media,
    ]
    return _open_page(AUTHORED, conditions, only, viewer=viewer, upwards=upwards)


@cache
def _link(only: Only, *, viewer: bool, upwards: bool) -> Query[Ref]:
    conditions = [S.card_id == bindparam("card_id"), S.card_id.is_not(None), A.discoverable]
    return _open_page(AUTHORED, conditions, only, viewer=viewer, upwards=upwards)


@cache
def _of_account(only: Only, *, viewer: bool, upwards: bool, tagged: bool) -> Query[Ref]:
    conditions = [S.account_id == bindparam("account_id"), _readable(viewer), *_filters(only)]
    if only.media:
        conditions.append(exists().where(media.c.status_id == S.id))
    if tagged:
        conditions.append(_has_tag("any_of"))
    return _page(BOTH, conditions, upwards=upwards)


REFS = {
    viewer: Query(Ref, select(*REF).select_from(BOTH).where(IdIn(S.id, "ids"), _readable(viewer))) for viewer in (False, True)
}

WANTED_REFS = Query(Ref, select(*REF).select_from(BOTH).where(IdIn(S.id, "ids"), _readable(viewer=True), _wanted()))


def _run(tx: Tx, query: Query[Ref], page: Page, **params: object) -> list[Ref]:
    found = tx.all(query, below=page.below, above=page.above, limit=page.limit, **params)
    return found[::-1] if page.upwards else found


def home(tx: Tx, viewer_id: int, page: Page, *, now: datetime) -> list[Ref]:
    """Posts of those whom a person follows and own ones, newest first."""
    return _run(tx, HOME[page.upwards], page, viewer_id=viewer_id, now=now)


def of_list(tx: Tx, viewer_id: int, list_id: int, page: Page, *, replies: str, now: datetime) -> list[Ref]:
    """Posts of those on a list; `replies` is the list's policy."""
    return _run(tx, LIST[page.upwards], page, viewer_id=viewer_id, list_id=list_id, replies=replies, now=now)


def public(tx: Tx, viewer_id: int | None, page: Page, *, only: Only, now: datetime) -> list[Ref]:
    """Public posts that are no boosts, newest first."""
    query = _public(only, viewer=viewer_id is not None, upwards=page.upwards)
    return _run(tx, query, page, **_viewer(viewer_id, now))


def tag(
    tx: Tx,
    viewer_id: int | None,
    page: Page,
    *,
    any_of: Sequence[str],
    all_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
    only: Only,
    now: datetime,
) -> list[Ref]:
    """Public posts with one of `any_of`, with each of `all_of`, with none of `none_of` (folded names)."""
    one = len(any_of) == 1 and not all_of and not none_of
    query = _tag(only, one=one, viewer=viewer_id is not None, upwards=page.upwards)
    if one:
        return _run(tx, query, page, tag=any_of[0], **_viewer(viewer_id, now))
    needed = list(dict.fromkeys(all_of))
    sets = {"any_of": list(any_of), "all_of": needed, "all_count": len(needed), "none_of": list(none_of)}
    return _run(tx, query, page, **sets, **_viewer(viewer_id, now))


def link(tx: Tx, viewer_id: int | None, card_id: int, page: Page, *, only: Only, now: datetime) -> list[Ref]:
    """Public posts that show this page, of people who want to be discovered."""
    query = _link(only, viewer=viewer_id is not None, upwards=page.upwards)
    return _run(tx, query, page, card_id=card_id, **_viewer(viewer_id, now))


def of_account(
    tx: Tx, viewer_id: int | None, account_id: int, page: Page, *, only: Only = ALL, tagged: str | None = None
) -> list[Ref]:
    """An account's posts and boosts that the viewer may see, newest first."""
    query = _of_account(only, viewer=viewer_id is not None, upwards=page.upwards, tagged=tagged is not None)
    params: dict[str, object] = {"account_id": account_id}
    if viewer_id is not None:
        params["viewer_id"] = viewer_id
    if tagged is not None:
        params["any_of"] = [tagged]
    return _run(tx, query, page, **params)


def refs(tx: Tx, ids: Sequence[int], viewer_id: int | None) -> list[Ref]:
    """Those of these posts that the viewer may read, in the order given."""
    params: dict[str, object] = {} if viewer_id is None else {"viewer_id": viewer_id}
    return _in_order(tx, REFS[viewer_id is not None], ids, params)


def wanted_refs(tx: Tx, ids: Sequence[int], viewer_id: int | None, *, now: datetime) -> list[Ref]:
    """As `refs`, without those whom the viewer muted."""
    if viewer_id is None:
        return refs(tx, ids, None)
    return _in_order(tx, WANTED_REFS, ids, _viewer(viewer_id, now))


def _in_order(tx: Tx, query: Query[Ref], ids: Sequence[int], params: dict[str, object]) -> list[Ref]:
    found = {ref.id: ref for ref in tx.all(query, ids=list(ids), **params)} if ids else {}
    return [found[wanted] for wanted in dict.fromkeys(ids) if wanted in found]


def _viewer(viewer_id: int | None, now: datetime) -> dict[str, object]:
    return {} if viewer_id is None else {"viewer_id": viewer_id, "now": now}

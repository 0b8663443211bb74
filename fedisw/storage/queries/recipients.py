"""To which inboxes an activity goes (federation, section 5.1). Who may read is decided in audience.py.

Only our own collections are expanded: our followers, whom a post names, who did something with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import CompoundSelect, Select, bindparam, exists, func, or_, select, union
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.moderation import DomainRule
from fedisw.storage.db import Tx
from fedisw.storage.queries import domains
from fedisw.storage.statements import IdIn, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.peers import hosts
from fedisw.storage.tables.relations import blocks, favourites, follows, host_blocks
from fedisw.storage.tables.statuses import mentions, poll_votes, polls, statuses

A = accounts.c
_AUTHOR: ColumnElement[Any] = bindparam("author_id")
_STATUS: ColumnElement[Any] = bindparam("status_id")
_HOST = func.coalesce(A.host, "").label("host")
Ids = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


class Inbox(msgspec.Struct, frozen=True):
    """Where to deliver; `shared` belongs to the whole server."""

    url: str
    host: str
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who is to get an activity.

    Args:
        author_id: whose activity it is; who blocks this account, or is blocked by it, gets nothing.
        followers: the author's accepted followers.
        status_id: with those whom this post names.
        engaged: and with those who liked, boosted, answered it, or voted.
        also: accounts besides.
        personal: into their own inboxes, not the shared ones.
    """

    author_id: int
    followers: bool = False
    status_id: int | None = None
    engaged: bool = False
    also: tuple[int, ...] = ()
    personal: bool = False


def _ids(*, followers: bool, post: bool, engaged: bool) -> Ids:
    parts: list[Select[*tuple[Any, ...]]] = [select(A.id).where(IdIn(A.id, "also"))]
    if followers:
        parts.append(select(follows.c.follower_id).where(follows.c.target_id == _AUTHOR, follows.c.accepted))
    if post:
        parts.append(select(mentions.c.account_id).where(mentions.c.status_id == _STATUS))
    if engaged:
        parts.append(select(favourites.c.account_id).where(favourites.c.status_id == _STATUS))
        parts.append(select(statuses.c.account_id).where(statuses.c.reblog_of_id == _STATUS))
        parts.append(select(statuses.c.account_id).where(statuses.c.in_reply_to_id == _STATUS))
        voted = poll_votes.join(polls, polls.c.id == poll_votes.c.poll_id)
        parts.append(select(poll_votes.c.account_id).select_from(voted).where(polls.c.status_id == _STATUS))
    return parts[0] if len(parts) == 1 else union(*parts)


def _reachable() -> tuple[ColumnElement[bool], ...]:
    """Accounts elsewhere that are there, and between which and the author there is no block (VIS-3)."""
    return (
        A.host.is_not(None),
        A.inbox_uri != "",
        A.suspended_at.is_(None),
        A.deleted_at.is_(None),
        ~exists().where(
            or_(
                (blocks.c.account_id == _AUTHOR) & (blocks.c.target_id == A.id),
                (blocks.c.account_id == A.id) & (blocks.c.target_id == _AUTHOR),
            )
        ),
        ~exists().where(host_blocks.c.account_id == _AUTHOR, host_blocks.c.host == A.host),
    )


@cache
def _page(*, followers: bool, post: bool, engaged: bool, personal: bool) -> Query[Inbox]:
    shared = func.coalesce(func.nullif(A.shared_inbox_uri, ""), A.inbox_uri)
    url = A.inbox_uri if personal else shared
    address = url.label("url")
    is_shared = (A.shared_inbox_uri == url).label("shared")
    among = A.id.in_(_ids(followers=followers, post=post, engaged=engaged))
    return Query(
        Inbox,
        select(address, _HOST, is_shared)
        .where(among, *_reachable(), url > bindparam("after"))
        .distinct()
        .order_by(address)
        .limit(bindparam("limit")),
    )


@cache
def _one(*, followers: bool, post: bool, engaged: bool) -> Query[int]:
    among = A.id.in_(_ids(followers=followers, post=post, engaged=engaged))
    at = or_(A.inbox_uri == bindparam("inbox"), A.shared_inbox_uri == bindparam("inbox"))
    return Query(int, select(A.id).where(A.host == bindparam("host"), at, among, *_reachable()).limit(1))


@cache
def _personal(*, followers: bool, post: bool, engaged: bool) -> Query[Inbox]:
    among = A.id.in_(_ids(followers=followers, post=post, engaged=engaged))
    return Query(
        Inbox,
        select(A.inbox_uri.label("url"), _HOST, (A.inbox_uri == A.shared_inbox_uri).label("shared"))
        .where(A.host == bindparam("host"), A.shared_inbox_uri == bindparam("inbox"), among, *_reachable())
        .order_by(A.id)
        .limit(bindparam("limit")),
    )


_UNAVAILABLE = Query(str, select(hosts.c.host).where(TextIn(hosts.c.host, "names"), hosts.c.dead_since.is_not(None)))
AT_INBOX = Query(
    int,
    select(A.id)
    .where(
        A.host == bindparam("host"),
        or_(A.inbox_uri == bindparam("inbox"), A.shared_inbox_uri == bindparam("inbox")),
        A.deleted_at.is_(None),
    )
    .order_by(A.id)
    .limit(bindparam("limit")),
)


def _params(wanted: Recipients) -> dict[str, object]:
    params: dict[str, object] = {"author_id": wanted.author_id, "also": list(wanted.also)}
    return params if wanted.status_id is None else params | {"status_id": wanted.status_id}


def page(tx: Tx, wanted: Recipients, *, after: str = "", limit: int) -> list[Inbox]:
    """Inboxes in the order of their addresses, those above `after`; each once."""
    query = _page(followers=wanted.followers, post=wanted.status_id is not None, engaged=wanted.engaged, personal=wanted.personal)
    return tx.all(query, **_params(wanted), after=after, limit=limit)


def includes(tx: Tx, wanted: Recipients, *, inbox: str, host: str) -> bool:
    """Whether somebody with this inbox is still to get it (VIS-7)."""
    query = _one(followers=wanted.followers, post=wanted.status_id is not None, engaged=wanted.engaged)
    return tx.one(query, **_params(wanted), inbox=inbox, host=host) is not None


def behind(tx: Tx, wanted: Recipients, *, shared_inbox: str, host: str, limit: int) -> list[Inbox]:
    """The personal inboxes of those who would get it through a shared one that does not take it."""
    query = _personal(followers=wanted.followers, post=wanted.status_id is not None, engaged=wanted.engaged)
    return tx.all(query, **_params(wanted), inbox=shared_inbox, host=host, limit=limit)


def at_inbox(tx: Tx, *, inbox: str, host: str, limit: int) -> list[int]:
    """Accounts that gave this address as their inbox or shared inbox."""
    return tx.all(AT_INBOX, inbox=inbox, host=host, limit=limit)


def rules_for(tx: Tx, names: Sequence[str]) -> dict[str, DomainRule]:
    """The nearest rule of each of these hosts that has one, in one statement (MOD-1)."""
    wanted = {name: domains.candidates(name) for name in names}
    every = list(dict.fromkeys(item for items in wanted.values() for item in items))
    found = {rule.host: rule for rule in tx.all(domains.BY_HOSTS, hosts=every)} if every else {}
    nearest = {name: next((found[item] for item in items if item in found), None) for name, items in wanted.items()}
    return {name: rule for name, rule in nearest.items() if rule is not None}


def unavailable(tx: Tx, names: Sequence[str]) -> set[str]:
    """Which of these hosts are given up after 30 days of silence (reliability, section 3.3)."""
    return set(tx.all(_UNAVAILABLE, names=list(names))) if names else set()

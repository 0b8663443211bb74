"""Likes, bookmarks, pins and muted threads: an account and a post, once each; and what a viewer's eyes are like."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Table, bindparam, delete, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore

from fedisw.model.accounts import Account
from fedisw.model.paging import Page
from fedisw.model.relations import Bookmark, Favourite, Pin
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.filters import filter_revisions
from fedisw.storage.tables.relations import bookmarks, favourites, follows, pins, thread_mutes
from fedisw.storage.tables.statuses import statuses

F, B, P, T = favourites.c, bookmarks.c, pins.c, thread_mutes.c


def _once(table: Table) -> Command:
    return Command(
        insert_or_ignore(table).values({column.name: bindparam(column.name) for column in table.c}).on_conflict_do_nothing()
    )


ADD_FAVOURITE, ADD_BOOKMARK, ADD_PIN, ADD_THREAD_MUTE = _once(favourites), _once(bookmarks), _once(pins), _once(thread_mutes)
REMOVE_FAVOURITE = Query(
    Favourite,
    delete(favourites).where(F.account_id == bindparam("account_id"), F.status_id == bindparam("status_id")).returning(*F),
)
REMOVE_BOOKMARK = Command(delete(bookmarks).where(B.account_id == bindparam("account_id"), B.status_id == bindparam("status_id")))
REMOVE_PIN = Command(delete(pins).where(P.account_id == bindparam("account_id"), P.status_id == bindparam("status_id")))
REMOVE_THREAD_MUTE = Command(
    delete(thread_mutes).where(T.account_id == bindparam("account_id"), T.conversation_id == bindparam("conversation_id"))
)
FAVOURITE = Query(
    Favourite, select(favourites).where(F.account_id == bindparam("account_id"), F.status_id == bindparam("status_id"))
)
FAVOURITE_BY_ID = Query(Favourite, select(favourites).where(F.id == bindparam("id")))
FAVOURITE_BY_URI = Query(
    Favourite, select(favourites).where(F.uri == bindparam("uri"), F.account_id == bindparam("account_id")).limit(1)
)
PINNED = Query(int, select(P.status_id).where(P.account_id == bindparam("account_id")).order_by(P.id.desc()))
PIN_COUNT = Query(int, select(func.count()).select_from(pins).where(P.account_id == bindparam("account_id")))
THREAD_MUTED = Query(
    int,
    select(T.account_id).where(T.account_id == bindparam("account_id"), T.conversation_id == bindparam("conversation_id")),
)
FAVOURITED_BY = Query(
    tuple[int, Account],
    select(F.id.label("mark_id"), *accounts.c)
    .join(accounts, accounts.c.id == F.account_id)
    .where(F.status_id == bindparam("status_id"), F.id < bindparam("below"), F.id > bindparam("above"))
    .order_by(F.id.desc())
    .limit(bindparam("limit")),
)


def _marked(table: Table, *, upwards: bool) -> Query[tuple[int, int]]:
    """(hidden id, post) of what an account marked, by the hidden id."""
    columns = table.c
    own = (columns.account_id == bindparam("account_id"), columns.id < bindparam("below"), columns.id > bindparam("above"))
    order = columns.id.asc() if upwards else columns.id.desc()
    return Query(tuple[int, int], select(columns.id, columns.status_id).where(*own).order_by(order).limit(bindparam("limit")))


FAVOURITES = {up: _marked(favourites, upwards=up) for up in (False, True)}
BOOKMARKS = {up: _marked(bookmarks, upwards=up) for up in (False, True)}


FILTERS = "filters"  # of a mark that tells no post but the revision of the viewer's filters


class Mark(msgspec.Struct):
    """One thing that a viewer did with a post."""

    kind: str
    status_id: int


_boosts = statuses.alias("boosts")
_followed = (
    select(literal(1))
    .where(follows.c.follower_id == bindparam("viewer_id"), follows.c.target_id == statuses.c.account_id, follows.c.accepted)
    .correlate(statuses)
    .exists()
)
MARKS = Query(
    Mark,
    union_all(
        select(literal("favourited").label("kind"), F.status_id.label("status_id")).where(
            F.account_id == bindparam("viewer_id"), IdIn(F.status_id, "ids")
        ),
        select(literal("bookmarked").label("kind"), B.status_id.label("status_id")).where(
            B.account_id == bindparam("viewer_id"), IdIn(B.status_id, "ids")
        ),
        select(literal("pinned").label("kind"), P.status_id.label("status_id")).where(
            P.account_id == bindparam("viewer_id"), IdIn(P.status_id, "ids")
        ),
        select(literal("reblogged").label("kind"), _boosts.c.reblog_of_id.label("status_id")).where(
            _boosts.c.account_id == bindparam("viewer_id"), IdIn(_boosts.c.reblog_of_id, "ids")
        ),
        select(literal("muted").label("kind"), statuses.c.id.label("status_id"))
        .join(thread_mutes, T.conversation_id == statuses.c.conversation_id)
        .where(T.account_id == bindparam("viewer_id"), IdIn(statuses.c.id, "ids")),
        select(literal("follows").label("kind"), statuses.c.id.label("status_id")).where(
            IdIn(statuses.c.id, "ids"),
            _followed,  # not a join: SQLite would go through all that the viewer follows
        ),
        select(literal(FILTERS).label("kind"), filter_revisions.c.revision.label("status_id")).where(
            filter_revisions.c.account_id == bindparam("viewer_id")
        ),
    ),
)


def marks(tx: Tx, viewer_id: int, ids: list[int]) -> list[Mark]:
    """What a viewer did with these posts, and the revision of their filters (`FILTERS`) if they have any, in one statement."""
    return tx.all(MARKS, viewer_id=viewer_id, ids=ids) if ids else []


def add_favourite(tx: Tx, favourite: Favourite) -> bool:
    """Like; False when liked already."""
    return tx.exec(ADD_FAVOURITE, favourite) == 1


def remove_favourite(tx: Tx, *, account_id: int, status_id: int) -> Favourite | None:
    """Unlike; what it was."""
    return tx.one(REMOVE_FAVOURITE, account_id=account_id, status_id=status_id)


def favourite(tx: Tx, *, account_id: int, status_id: int) -> Favourite | None:
    """This account's like of that post."""
    return tx.one(FAVOURITE, account_id=account_id, status_id=status_id)


def favourite_by_id(tx: Tx, favourite_id: int) -> Favourite | None:
    """The like with this id of ours."""
    return tx.one(FAVOURITE_BY_ID, id=favourite_id)


def favourite_by_uri(tx: Tx, uri: str, *, account_id: int) -> Favourite | None:
    """The like that this account made with this activity id."""
    return tx.one(FAVOURITE_BY_URI, uri=uri, account_id=account_id)


def add_bookmark(tx: Tx, bookmark: Bookmark) -> bool:
    """Save; False when saved already."""
    return tx.exec(ADD_BOOKMARK, bookmark) == 1


def remove_bookmark(tx: Tx, *, account_id: int, status_id: int) -> bool:
    """Forget; False when it was not saved."""
    return tx.exec(REMOVE_BOOKMARK, account_id=account_id, status_id=status_id) == 1


def add_pin(tx: Tx, pin: Pin) -> bool:
    """Pin; False when pinned already."""
    return tx.exec(ADD_PIN, pin) == 1


def remove_pin(tx: Tx, *, account_id: int, status_id: int) -> bool:
    """Unpin; False when it was not pinned."""
    return tx.exec(REMOVE_PIN, account_id=account_id, status_id=status_id) == 1


def pinned_ids(tx: Tx, account_id: int) -> list[int]:
    """Pinned posts of an account, newest pin first."""
    return tx.all(PINNED, account_id=account_id)


def pin_count(tx: Tx, account_id: int) -> int:
    """How many posts an account pinned."""
    return tx.one(PIN_COUNT, account_id=account_id) or 0


def mute_thread(tx: Tx, *, account_id: int, conversation_id: int) -> bool:
    """Hear no more of a thread."""
    return tx.exec(ADD_THREAD_MUTE, account_id=account_id, conversation_id=conversation_id) == 1


def unmute_thread(tx: Tx, *, account_id: int, conversation_id: int) -> bool:
    """Hear of it again."""
    return tx.exec(REMOVE_THREAD_MUTE, account_id=account_id, conversation_id=conversation_id) == 1


def thread_muted(tx: Tx, *, account_id: int, conversation_id: int) -> bool:
    """Whether the person muted the thread."""
    return tx.one(THREAD_MUTED, account_id=account_id, conversation_id=conversation_id) is not None


def favourited_by(tx: Tx, status_id: int, page: Page) -> list[tuple[int, Account]]:
    """Who liked a post, newest first, each with the hidden id that pages them."""
    return tx.all(FAVOURITED_BY, status_id=status_id, below=page.below, above=page.above, limit=page.limit)


def favourites_of(tx: Tx, account_id: int, page: Page) -> list[tuple[int, int]]:
    """(hidden id, post) of what an account likes, newest first."""
    return _page(tx, FAVOURITES, account_id, page)


def bookmarks_of(tx: Tx, account_id: int, page: Page) -> list[tuple[int, int]]:
    """(hidden id, post) of what an account saved, newest first."""
    return _page(tx, BOOKMARKS, account_id, page)


def _page(tx: Tx, queries: Mapping[bool, Query[tuple[int, int]]], account_id: int, page: Page) -> list[tuple[int, int]]:
    found = tx.all(queries[page.upwards], account_id=account_id, below=page.below, above=page.above, limit=page.limit)
    return found[::-1] if page.upwards else found

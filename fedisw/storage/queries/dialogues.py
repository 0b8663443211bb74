"""Direct threads by their owners: which there are, their posts, and what of them may be shown now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.dialogues import Dialogue
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import VIEWER, readable_by_viewer, unwanted_by_viewer
from fedisw.storage.statements import Command, IdIn, Query, params_of
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.direct import dialogue_statuses, dialogues
from fedisw.storage.tables.statuses import statuses

D, L, S, A = dialogues.c, dialogue_statuses.c, statuses.c, accounts.c

_NEW = insert(dialogues).values({column.name: bindparam(column.name) for column in D})
PUT = Query(
    int,
    _NEW.on_conflict_do_update(
        index_elements=[D.account_id, D.conversation_id, D.circle],
        set_={
            "last_status_id": case(
                (D.last_status_id > _NEW.excluded.last_status_id, D.last_status_id), else_=_NEW.excluded.last_status_id
            )
        },
    ).returning(D.id),
)
LINK = Command(
    insert(dialogue_statuses)
    .values(dialogue_id=bindparam("dialogue_id"), status_id=bindparam("status_id"))
    .on_conflict_do_nothing()
)
COUNT_UNREAD = Command(update(dialogues).where(D.id == bindparam("key")).values(unread=D.unread + 1))
SET_UNREAD = Command(update(dialogues).where(D.id == bindparam("key")).values(unread=bindparam("unread")))
REMOVE = Command(delete(dialogues).where(D.id == bindparam("id"), D.account_id == bindparam("account_id")))
WITH_STATUS = Query(
    Dialogue,
    select(dialogues).join(dialogue_statuses, L.dialogue_id == D.id).where(L.status_id == bindparam("status_id")).order_by(D.id),
)
OF_THREAD = Query(Dialogue, select(dialogues).where(D.conversation_id == bindparam("conversation_id")).order_by(D.id))
LAST_BUT = Query(
    int, select(func.max(L.status_id)).where(L.dialogue_id == bindparam("dialogue_id"), L.status_id != bindparam("gone"))
)
SET_LAST = Command(
    update(dialogues)
    .where(D.id == bindparam("key"))
    .values(last_status_id=bindparam("last_status_id"), unread=bindparam("unread"))
)
MOVE = Command(update(dialogues).where(D.id == bindparam("key")).values(conversation_id=bindparam("conversation_id")))
LINKS = Query(int, select(L.status_id).where(L.dialogue_id == bindparam("dialogue_id")))

_SHOWN: tuple[ColumnElement[bool], ...] = (readable_by_viewer(statuses, accounts), ~unwanted_by_viewer(S.account_id, S.host))
_POSTS = dialogue_statuses.join(statuses, S.id == L.status_id).join(accounts, A.id == S.account_id)
_HAS_POSTS = exists(select(literal(1)).select_from(_POSTS).where(L.dialogue_id == D.id, *_SHOWN))


def _page(*, upwards: bool) -> Query[Dialogue]:
    window = (D.account_id == VIEWER, D.last_status_id < bindparam("below"), D.last_status_id > bindparam("above"))
    order = D.last_status_id.asc() if upwards else D.last_status_id.desc()
    return Query(Dialogue, select(dialogues).where(*window, _HAS_POSTS).order_by(order).limit(bindparam("limit")))


PAGE = {up: _page(upwards=up) for up in (False, True)}
FIND = Query(Dialogue, select(dialogues).where(D.id == bindparam("id"), D.account_id == VIEWER, _HAS_POSTS))
NEWEST = Query(
    tuple[int, int],
    select(L.dialogue_id, func.max(L.status_id).label("status_id"))
    .select_from(_POSTS)
    .where(IdIn(L.dialogue_id, "ids"), *_SHOWN)
    .group_by(L.dialogue_id),
)


def put(tx: Tx, dialogue: Dialogue) -> int:
    """Store it, or let the one that is there go on to the newer post; its id."""
    return tx.one(PUT, **params_of(dialogue)) or dialogue.id


def link(tx: Tx, dialogue_id: int, status_id: int) -> bool:
    """A post belongs to it; False when it did before."""
    return tx.exec(LINK, dialogue_id=dialogue_id, status_id=status_id) == 1


def count_unread(tx: Tx, dialogue_id: int) -> None:
    """One post more that the owner has not read."""
    tx.exec(COUNT_UNREAD, key=dialogue_id)


def set_unread(tx: Tx, dialogue_id: int, unread: int) -> None:
    """How many the owner has not read."""
    tx.exec(SET_UNREAD, key=dialogue_id, unread=unread)


def set_last(tx: Tx, dialogue_id: int, *, last_status_id: int, unread: int) -> None:
    """Another post is the newest now."""
    tx.exec(SET_LAST, key=dialogue_id, last_status_id=last_status_id, unread=unread)


def move(tx: Tx, dialogue_id: int, *, conversation_id: int) -> None:
    """It belongs to another thread now."""
    tx.exec(MOVE, key=dialogue_id, conversation_id=conversation_id)


def remove(tx: Tx, dialogue_id: int, *, account_id: int) -> bool:
    """Take it away for its owner; False when it is somebody else's."""
    return tx.exec(REMOVE, id=dialogue_id, account_id=account_id) == 1


def with_status(tx: Tx, status_id: int) -> list[Dialogue]:
    """Everybody's dialogues that hold a post."""
    return tx.all(WITH_STATUS, status_id=status_id)


def of_thread(tx: Tx, conversation_id: int) -> list[Dialogue]:
    """Everybody's dialogues in a thread."""
    return tx.all(OF_THREAD, conversation_id=conversation_id)


def last_but(tx: Tx, dialogue_id: int, *, gone: int) -> int | None:
    """The newest post beside one that goes."""
    return tx.one(LAST_BUT, dialogue_id=dialogue_id, gone=gone)


def links(tx: Tx, dialogue_id: int) -> list[int]:
    """All its posts."""
    return tx.all(LINKS, dialogue_id=dialogue_id)


def page(tx: Tx, viewer_id: int, window: Page, *, now: datetime) -> list[Dialogue]:
    """A person's dialogues of which something may be shown, newest first; `last_status_id` pages them."""
    params = {"below": window.below, "above": window.above, "limit": window.limit}
    found = tx.all(PAGE[window.upwards], viewer_id=viewer_id, now=now, **params)
    return found[::-1] if window.upwards else found


def find(tx: Tx, dialogue_id: int, *, viewer_id: int, now: datetime) -> Dialogue | None:
    """One of them."""
    return tx.one(FIND, id=dialogue_id, viewer_id=viewer_id, now=now)


def newest(tx: Tx, ids: Sequence[int], *, viewer_id: int, now: datetime) -> dict[int, int]:
    """The newest post of each that may be shown, in one statement; no author whom the viewer muted."""
    return dict(tx.all(NEWEST, ids=list(ids), viewer_id=viewer_id, now=now)) if ids else {}

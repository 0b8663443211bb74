"""Answers and threads as everybody may see them (VIS-10), by their ids on the wire; not those that wait for consent."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from fedisw.model.policies import HELD
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import readable_by_anyone
from fedisw.storage.statements import Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.statuses import conversations, statuses

S = statuses.c
_open = (
    select(S.id, S.uri)
    .join(accounts, accounts.c.id == S.account_id)
    .where(
        S.id > bindparam("after"),
        S.reblog_of_id.is_(None),
        S.approval.not_in(sorted(HELD)),
        readable_by_anyone(statuses, accounts),
    )
    .order_by(S.id)
    .limit(bindparam("limit"))
)

REPLIES = Query(tuple[int, str], _open.where(S.in_reply_to_id == bindparam("status_id")))
THREAD = Query(tuple[int, str], _open.where(S.conversation_id == bindparam("conversation_id")))
BY_URI = Query(int, select(conversations.c.id).where(conversations.c.uri == bindparam("uri")))


def replies(tx: Tx, status_id: int, *, after: int, limit: int) -> list[tuple[int, str]]:
    """(id, uri) of open answers to a post, oldest first, those above `after`."""
    return tx.all(REPLIES, status_id=status_id, after=after, limit=limit)


def of_conversation(tx: Tx, conversation_id: int, *, after: int, limit: int) -> list[tuple[int, str]]:
    """(id, uri) of open posts of a thread, oldest first, those above `after`."""
    return tx.all(THREAD, conversation_id=conversation_id, after=after, limit=limit)


def find_open(tx: Tx, uri: str) -> int | None:
    """The thread with this address, if there is an open post in it."""
    found = tx.one(BY_URI, uri=uri)
    return found if found is not None and of_conversation(tx, found, after=0, limit=1) else None

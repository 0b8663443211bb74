"""What a person keeps about others: recommendations on the profile, and private notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.accounts import Account
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.base import BigId
from fedisw.storage.tables.profiles import account_notes, endorsements

E, N = endorsements.c, account_notes.c

ENDORSE = Command(insert(endorsements).values({column.name: bindparam(column.name) for column in E}).on_conflict_do_nothing())
UNENDORSE = Command(delete(endorsements).where(E.account_id == bindparam("account_id"), E.target_id == bindparam("target_id")))
ENDORSED = Query(
    tuple[int, Account],
    select(E.id.label("endorsement_id"), *accounts.c)
    .join(accounts, accounts.c.id == E.target_id)
    .where(
        E.account_id == bindparam("account_id"),
        E.id < bindparam("below"),
        E.id > bindparam("above"),
        accounts.c.suspended_at.is_(None),
        accounts.c.deleted_at.is_(None),
    )
    .order_by(E.id.desc())
    .limit(bindparam("limit")),
)
_NOTE = insert(account_notes).values({column.name: bindparam(column.name) for column in N})
NOTE = Command(_NOTE.on_conflict_do_update(index_elements=[N.account_id, N.target_id], set_={"comment": _NOTE.excluded.comment}))
_told = select(N.account_id, bindparam("to", type_=BigId), N.comment).where(
    N.target_id == bindparam("of"), N.account_id != bindparam("to")
)
COPY_NOTES = Command(insert(account_notes).from_select(["account_id", "target_id", "comment"], _told).on_conflict_do_nothing())
UNNOTE = Command(delete(account_notes).where(N.account_id == bindparam("account_id"), N.target_id == bindparam("target_id")))


def endorse(tx: Tx, *, endorsement_id: int, account_id: int, target_id: int, now: datetime) -> bool:
    """A person recommends somebody; False when that was so already."""
    return tx.exec(ENDORSE, id=endorsement_id, account_id=account_id, target_id=target_id, created_at=now) == 1


def unendorse(tx: Tx, *, account_id: int, target_id: int) -> bool:
    """The person recommends somebody no longer."""
    return tx.exec(UNENDORSE, account_id=account_id, target_id=target_id) == 1


def endorsed(tx: Tx, account_id: int, page: Page) -> list[tuple[int, Account]]:
    """Whom a person recommends, newest first, each with the hidden id that pages them."""
    return tx.all(ENDORSED, account_id=account_id, below=page.below, above=page.above, limit=page.limit)


def note(tx: Tx, *, account_id: int, target_id: int, comment: str) -> None:
    """What a person notes about somebody; an empty text removes it."""
    if comment:
        tx.exec(NOTE, account_id=account_id, target_id=target_id, comment=comment)
    else:
        tx.exec(UNNOTE, account_id=account_id, target_id=target_id)


def copy_notes(tx: Tx, *, of: int, to: int) -> None:
    """What people noted about somebody stands beside another account too, unless they noted something there."""
    tx.exec(COPY_NOTES, of=of, to=to)

"""All columns that hold sealed values, and which of them the present master key did not seal (security KEY-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import LargeBinary, Table, Text, bindparam, cast, func, select, text, update
from sqlalchemy.sql.elements import ColumnElement

from fedisw.crypto.seal import HEADER_BYTES
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.accounts import actor_keys, retired_keys
from fedisw.storage.tables.factors import totps
from fedisw.storage.tables.jobs import LIVE, jobs
from fedisw.storage.tables.push import push_subscriptions


class Sealed(msgspec.Struct, frozen=True):
    """A sealed value; `key` names its row, a number as text."""

    key: str
    value: bytes


class Mail(msgspec.Struct, frozen=True):
    """A mail that waits, with what the job carries."""

    id: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column of sealed values; `numbered`: its rows go by numbers."""

    column: ColumnElement[bytes]
    numbered: bool
    some: Query[Sealed]
    put: Command


def _place(table: Table, key: str, column: str, *, numbered: bool = False) -> Place:
    held: ColumnElement[bytes] = table.c[column]
    begins = func.substr(held, text("1"), text(str(HEADER_BYTES)))
    other = begins != bindparam("header", type_=LargeBinary)
    found = select(cast(table.c[key], Text).label("key"), held.label("value")).where(held.is_not(None), other)
    change = update(table).where(table.c[key] == bindparam("sealed_for")).values({column: bindparam("value")})
    return Place(column=held, numbered=numbered, some=Query(Sealed, found.limit(bindparam("limit"))), put=Command(change))


ACTOR_KEYS: Final = _place(actor_keys, "key_id", "private_sealed")
RETIRED_KEYS: Final = _place(retired_keys, "activity_uri", "private_sealed")
TOTPS: Final = _place(totps, "account_id", "secret_sealed", numbered=True)
PUSH: Final = _place(push_subscriptions, "token_id", "sealed", numbered=True)
PLACES: Final = (ACTOR_KEYS, RETIRED_KEYS, TOTPS, PUSH)
MAILS: Final = Query(Mail, select(jobs.c.id, jobs.c.payload).where(jobs.c.kind == "SendMail", jobs.c.state.in_(LIVE)))
PUT_MAIL: Final = Command(update(jobs).where(jobs.c.id == bindparam("job_id")).values(payload=bindparam("value")))


def sealed_otherwise(tx: Tx, place: Place, *, header: bytes, limit: int) -> list[Sealed]:
    """Some values that do not begin with the header of the present key; walks the table: ask seldom."""
    return tx.all(place.some, header=header, limit=limit)


def put(tx: Tx, place: Place, key: str, value: bytes) -> None:
    """Store a value that was sealed anew."""
    tx.exec(place.put, sealed_for=int(key) if place.numbered else key, value=value)


def waiting_mails(tx: Tx) -> list[Mail]:
    """Mails that wait; some carry a sealed token inside."""
    return tx.all(MAILS)


def put_mail(tx: Tx, job_id: int, payload: bytes) -> None:
    """Change what a waiting mail carries."""
    tx.exec(PUT_MAIL, job_id=job_id, value=payload)

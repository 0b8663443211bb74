"""Statements and values: what fits, what is refused while importing, how lists and constants travel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import NewType

import msgspec
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    bindparam,
    func,
    insert,
    select,
    update,
)

from fedisw.storage.db import Database, Tx
from fedisw.storage.dialect import insert_or_ignore, insert_or_update
from fedisw.storage.statements import Command, Dialect, IdIn, Query, TextIn
from fedisw.storage.tables.base import BigId, Choice, Json, Millis, id_column
from fedisw.storage.values import Mismatch, from_millis, to_millis
from tests.conftest import MakeDatabase
from tests.support.clock import START

metadata = MetaData()
BookId = NewType("BookId", int)


class Shelf(StrEnum):
    HIGH = "high"
    LOW = "low"


class Grade(IntEnum):
    GOOD = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str


class _Books(TypedColumns):
    id = id_column()
    title: Named[str] = Column(Text, unique=True)
    shelf: Named[Shelf] = Column(Choice(Shelf))
    grade: Named[int | None] = Column(Integer)
    lent = Column(Boolean, nullable=False)
    bought_at = Column(Millis, nullable=False)
    read_at = Column(Millis)
    born_on: Named[str | None] = Column(Text)
    chapters = Column(Json, nullable=False)
    parent_id = Column(BigId)


books = Table("books", metadata, _Books)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    id: BookId
    title: str
    shelf: Shelf
    grade: Grade | None = None
    lent: bool = False
    bought_at: datetime = START
    read_at: datetime | None = None
    born_on: date | None = None
    chapters: tuple[Chapter, ...] = ()
    parent_id: int | None = None


class Spine(msgspec.Struct, frozen=True):
    id: int
    title: str


BY_ID = Query(Book, select(books).where(books.c.id == bindparam("id")))
BY_IDS = Query(int, select(books.c.id).where(IdIn(books.c.id, "ids")).order_by(books.c.id))
NOT_IDS = Query(int, select(books.c.id).where(~IdIn(books.c.id, "ids")).order_by(books.c.id))
BY_TITLES = Query(str, select(books.c.title).where(TextIn(books.c.title, "titles")).order_by(books.c.title))
LOW = Query(int, select(books.c.id).where(books.c.shelf.in_((Shelf.LOW,)), books.c.lent.is_(False), books.c.grade == Grade.GOOD))
INSERT = Command(insert(books))
_children = books.alias("children")
WITH_CHILD = Query(
    tuple[Spine, Spine | None, int],
    select(books.c.id, books.c.title, _children.c.id, _children.c.title, func.length(books.c.title))
    .outerjoin(_children, _children.c.parent_id == books.c.id)
    .order_by(books.c.id),
)

FULL = Book(
    id=BookId(2**62),
    title="It's “100 %s”? \\ ☂",
    shelf=Shelf.LOW,
    grade=Grade.GOOD,
    lent=True,
    bought_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC),
    read_at=datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    born_on=date(2001, 2, 3),
    chapters=(Chapter("one"), Chapter("two")),
)


@pytest.fixture
async def library(make_db: MakeDatabase, database_kind: str) -> Database:
    """A database with the table of this file."""
    db = await make_db()
    dialect = Dialect.SQLITE if database_kind == "sqlite" else Dialect.POSTGRES
    await db.write(_create, dialect)
    return db


def _create(tx: Tx, dialect: Dialect) -> None:
    integer, blob = ("INTEGER", "BLOB") if dialect is Dialect.SQLITE else ("BIGINT", "BYTEA")
    temporary = "CREATE TABLE" if dialect is Dialect.SQLITE else "DROP TABLE IF EXISTS books; CREATE TABLE"
    tx._cursor.execute(
        f"{temporary} books (id {integer} PRIMARY KEY, title TEXT NOT NULL UNIQUE, shelf TEXT NOT NULL, grade INTEGER,"
        f" lent BOOLEAN NOT NULL, bought_at {integer} NOT NULL, read_at {integer}, born_on TEXT,"
        f" chapters {blob} NOT NULL, parent_id {integer})",
        (),
    )


def make(number: int, **changes: object) -> Book:
    return Book(**{"id": BookId(number), "title": f"book {number:03}", "shelf": Shelf.HIGH, **changes})


async def test_every_kind_of_field_comes_back_as_it_was(library: Database) -> None:
    await library.write(lambda tx: tx.exec(INSERT, FULL))
    await library.write(lambda tx: tx.exec(INSERT, make(1)))
    for book in (FULL, make(1)):
        found = await library.read(lambda tx, wanted=book: tx.one(BY_ID, id=wanted.id))
        assert found == book
        assert found is not None
        assert (type(found.lent), type(found.shelf), found.bought_at.tzinfo) == (bool, Shelf, UTC)
    assert await library.read(lambda tx: tx.one(BY_ID, id=7)) is None


async def test_lists_of_ids_and_texts_are_one_parameter(library: Database) -> None:
    await library.write(lambda tx: tx.many(INSERT, [make(n) for n in range(1, 400)]))
    assert await library.read(lambda tx: tx.all(BY_IDS, ids=[3, 2**62, 5, 3])) == [3, 5]
    assert await library.read(lambda tx: tx.all(BY_IDS, ids=[])) == []
    assert len(await library.read(lambda tx: tx.all(BY_IDS, ids=list(range(100_000))))) == 399
    assert len(await library.read(lambda tx: tx.all(NOT_IDS, ids=range(390)))) == 10
    assert await library.read(lambda tx: tx.all(BY_TITLES, titles=["book 002", "o'", "☂"])) == ["book 002"]
    assert await library.read(lambda tx: tx.all(BY_TITLES, titles=[])) == []


async def test_constants_of_closed_sets_are_part_of_the_text(library: Database) -> None:
    await library.write(lambda tx: tx.exec(INSERT, make(1, shelf=Shelf.LOW, grade=Grade.GOOD)))
    assert await library.read(lambda tx: tx.all(LOW)) == [1]
    for dialect in Dialect:
        text = LOW.prepared(dialect, frozenset()).sql
        assert "'low'" in text
        assert not LOW.prepared(dialect, frozenset()).slots


async def test_a_row_may_hold_several_values(library: Database) -> None:
    await library.write(lambda tx: tx.many(INSERT, [make(1), make(2, parent_id=1)]))
    assert await library.read(lambda tx: tx.all(WITH_CHILD)) == [
        (Spine(1, "book 001"), Spine(2, "book 002"), 8),
        (Spine(2, "book 002"), None, 8),
    ]


async def test_inserting_twice_is_ignored_or_updates(library: Database) -> None:
    once = Command(insert_or_ignore(books))
    put = Command(insert_or_update(books, key=["id"], update=["title", "shelf"]))
    assert await library.write(lambda tx: tx.exec(once, make(1))) == 1
    assert await library.write(lambda tx: tx.exec(once, make(1, title="other"))) == 0
    assert await library.write(lambda tx: tx.exec(put, make(1, title="new", lent=True))) == 1
    found = await library.read(lambda tx: tx.one(BY_ID, id=1))
    assert found == make(1, title="new")


async def test_a_query_may_be_a_change_that_returns(library: Database) -> None:
    renamed = Query(Spine, update(books).where(books.c.lent.is_(False)).values(title="x").returning(books.c.id, books.c.title))
    await library.write(lambda tx: tx.exec(INSERT, make(1)))
    assert await library.write(lambda tx: tx.all(renamed)) == [Spine(1, "x")]


async def test_one_gives_one_row_and_more_are_a_mistake(library: Database) -> None:
    await library.write(lambda tx: tx.many(INSERT, [make(1), make(2)]))
    with pytest.raises(ValueError, match="more than one row"):
        await library.read(lambda tx: tx.one(NOT_IDS, ids=[]))


async def test_nothing_and_none_are_told_apart_by_the_type(library: Database) -> None:
    highest = Query(int | None, select(func.max(books.c.grade)))
    assert await library.read(lambda tx: tx.all(highest)) == [None]
    assert await library.write(lambda tx: tx.many(INSERT, [])) == 0


@pytest.mark.parametrize("params", [{}, {"id": 1, "more": 2}, {"ids": 1}])
async def test_missing_and_unknown_parameters_are_refused(library: Database, params: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        await library.read(lambda tx: tx.one(BY_ID, **params))


async def test_a_naive_time_is_refused(library: Database) -> None:
    with pytest.raises(ValueError, match="zone"):
        await library.write(lambda tx: tx.exec(INSERT, make(1, bought_at=datetime(2026, 1, 1))))  # noqa: DTZ001  that is it


async def test_a_value_with_a_field_too_many_is_refused(library: Database) -> None:
    @dataclass(frozen=True)
    class Odd:
        id: int
        colour: str

    with pytest.raises(Mismatch, match="colour"):
        await library.write(lambda tx: tx.exec(INSERT, Odd(1, "red")))
    with pytest.raises(TypeError):
        await library.write(lambda tx: tx.exec(INSERT, object()))


@dataclass(frozen=True)
class TooLittle:
    id: int


@dataclass(frozen=True)
class Renamed:
    id: int
    name: str


@dataclass(frozen=True)
class Wrong:
    id: str


@dataclass(frozen=True)
class Never:
    grade: int


def mismatches() -> Iterator[tuple[object, object]]:
    yield TooLittle, select(books.c.id, books.c.title)
    yield Renamed, select(books.c.id, books.c.title)
    yield Wrong, select(books.c.id)
    yield Never, select(books.c.grade)
    yield Shelf, select(books.c.grade)
    yield Grade, select(books.c.shelf)
    yield datetime, select(books.c.title)
    yield bytes, select(books.c.title)
    yield tuple[Chapter, ...], select(books.c.id, books.c.title)
    yield int, select(books.c.id, books.c.grade)
    yield tuple[int, str], select(books.c.id)
    yield tuple[int], select(books.c.id, books.c.title)


@pytest.mark.parametrize(("kind", "statement"), list(mismatches()))
def test_columns_and_fields_that_differ_fail_while_importing(kind: object, statement: object) -> None:
    with pytest.raises(Mismatch):
        Query(kind, statement)


async def test_constant_texts_are_parameters(library: Database) -> None:
    some = Query(int, select(books.c.id).where(books.c.title.in_(["book 001", "o'"]), books.c.title.like("%o%")))
    await library.write(lambda tx: tx.many(INSERT, [make(1), make(2)]))
    assert await library.read(lambda tx: tx.all(some)) == [1]
    assert "001" not in some.prepared(Dialect.SQLITE, frozenset()).sql


@pytest.mark.parametrize("condition", [books.c.id.in_(bindparam("ids", expanding=True)), books.c.id.in_([])])
def test_open_lists_need_their_own_element(condition: object) -> None:
    with pytest.raises(Mismatch):
        Query(int, select(books.c.id).where(condition)).prepared(Dialect.SQLITE, frozenset())


def test_a_python_default_is_refused() -> None:
    table = Table("t", MetaData(), Column("a", Integer), Column("b", Integer, default=3))
    with pytest.raises(Mismatch):
        Command(insert(table)).prepared(Dialect.SQLITE, frozenset({"a"}))


def test_times_are_cut_to_whole_milliseconds_and_zones_become_utc() -> None:
    there = datetime(2026, 7, 1, 12, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    assert from_millis(to_millis(there)) == datetime(2026, 7, 1, 10, 0, 0, 123_000, tzinfo=UTC)

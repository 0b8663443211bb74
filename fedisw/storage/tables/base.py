"""What all tables share: metadata, names of constraints, column types that look alike on both databases.

Use `Column(BigId, …)` for ids, `Column(Millis, …)` for times, `Column(Choice(SomeEnum), …)` for enums,
`Column(Json, …)` for documents and lists, `Named[str]`, `Named[int]`, `Named[bool]` for the rest. Ids are given by
us: `autoincrement=False` for a primary key of one BigId without a foreign key (`id_column()`).
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TypeVar

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Text, TypeDecorator
from sqlalchemy.engine.interfaces import Dialect

from fedisw.storage.values import from_millis, to_millis

E = TypeVar("E", bound=Enum)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit id. On SQLite plain INTEGER, so that a single primary key is the row's own number."""

Json = LargeBinary
"""A document or list as JSON bytes; fields of structured types are read and written as JSON by themselves."""


class Millis(TypeDecorator[datetime]):
    """A moment: aware UTC in values, integer milliseconds since 1970 in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_millis(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_millis(value)


class Choice(TypeDecorator[E]):
    """A member of a StrEnum, stored as its text: `Column(Choice(Visibility), nullable=False)`."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.kind(value).value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


def id_column() -> Column[int]:
    """The primary key of a thing with an id of ours."""
    return Column(BigId, primary_key=True, autoincrement=False)

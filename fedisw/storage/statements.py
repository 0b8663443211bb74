"""Statements: SQLAlchemy Core, built once at import, compiled once per dialect to text and parameter order.

`Query(Type, select(…))` gives values, `Command(insert(…))` gives the number of rows changed. Both are constants of
the query modules; parameters are `bindparam("name")`. Constants of closed sets (enums, numbers, booleans) are
written into the text, so that partial indexes are found; everything else stays a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

import orjson
from sqlalchemy import Boolean, bindparam, tuple_
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY, psycopg
from sqlalchemy.engine.interfaces import Dialect as SqlDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ColumnElement
from sqlalchemy.sql.selectable import CompoundSelect, Select, TextualSelect
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType
from typing_extensions import TypeForm

from fedisw.storage.values import PLAIN, Mismatch, build_reader, encode, field_hints

T = TypeVar("T")
Rows = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | TextualSelect | Insert | Update | Delete
Change = Insert | Update | Delete
Encoder = Callable[[Any], object]


class Dialect(StrEnum):
    """The two databases behind one API."""

    SQLITE = "sqlite"
    POSTGRES = "postgresql"


SQL_DIALECTS: dict[Dialect, SqlDialect] = {
    Dialect.SQLITE: sqlite.dialect(),
    Dialect.POSTGRES: psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]  # named ones have no order
}


class _List(UserDefinedType[Iterable[object]]):
    """One parameter that holds a list: JSON text on SQLite, an array on PostgreSQL."""

    cache_ok = True

    def __init__(self, array: str) -> None:
        self.array = array

    def get_col_spec(self, **_: object) -> str:
        return f"{self.array}[]"


class IdIn(BinaryExpression[bool]):
    """`column IN (a list of ids)` with one parameter, however many ids: `IdIn(accounts.c.id, "ids")`."""

    inherit_cache = False
    array = "bigint"

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=_List(self.array)), operators.in_op, type_=Boolean())


class TextIn(IdIn):
    """The same for texts: `TextIn(accounts.c.uri, "uris")`."""

    inherit_cache = False
    array = "text"


class _Constant(ColumnElement[Any]):
    """A value of a closed set, or a tuple of such values, as a literal of the text."""

    inherit_cache = False

    def __init__(self, value: object, kind: TypeEngine[Any]) -> None:
        self.value, self.type = value, kind

    def self_group(self, against: object = None) -> _Constant:
        return self


@compiles(IdIn, "sqlite")
def _in_on_sqlite(element: IdIn, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = compiler.process(element.left, **kw), compiler.process(element.right, **kw)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  both parts come from the compiler


@compiles(IdIn, "postgresql")
def _in_on_postgres(element: IdIn, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.left, **kw)} = ANY ({compiler.process(element.right, **kw)}::{element.array}[])"


@compiles(_Constant)
def _constant(element: _Constant, compiler: SQLCompiler, **_: Any) -> str:
    if isinstance(element.value, tuple):
        return "(" + ", ".join(str(compiler.render_literal_value(item, element.type)) for item in element.value) + ")"
    return str(compiler.render_literal_value(element.value, element.type))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement for one dialect: its text and how parameters become the driver's list."""

    sql: str
    slots: tuple[tuple[str, Encoder | None], ...]  # name and encoder of each parameter; None: encode()
    names: frozenset[str]
    constants: Mapping[str, object]

    def bind(self, params: Mapping[str, object]) -> list[object]:
        """The driver's parameters; TypeError for one that is missing or that nobody asked for."""
        if params.keys() != self.names:
            missing, unknown = sorted(self.names - params.keys()), sorted(params.keys() - self.names)
            raise TypeError(f"parameters missing {missing}, unknown {unknown}: {self.sql}")
        given = {**params, **self.constants} if self.constants else params
        return [  # most values are what the driver takes; a call for each would be a third of the time
            value if encoder is None and type(value := given[name]) in PLAIN else (encoder or encode)(given[name])
            for name, encoder in self.slots
        ]


class _Statement:
    """What Query and Command share: the element and its compiled forms."""

    def __init__(self, element: Rows) -> None:
        self.element = element
        self._prepared: dict[tuple[Dialect, frozenset[str] | None], Prepared] = {}
        self._open = isinstance(element, Insert) and not _has_values(element)

    def prepared(self, dialect: Dialect, names: Iterable[str]) -> Prepared:
        """The compiled form; `names` choose the columns of an INSERT that lists none."""
        key = (dialect, frozenset(names) if self._open else None)
        found = self._prepared.get(key)
        if found is None:
            found = self._prepared[key] = _prepare(self.element, dialect, key[1])
        return found


class Query(_Statement, Generic[T]):
    """A statement that gives values of type `T`.

    Args:
        kind: a frozen dataclass or Struct (its fields are compared with the columns by name), a scalar for one
            column, or `tuple[…]` of these.
        element: a select, or an insert, update or delete with `returning`.
        remembered: how many values are kept by the row they were made from, for wide rows that come again and again.

    Raises:
        Mismatch: columns and fields differ.
    """

    def __init__(self, kind: TypeForm[T], element: Rows, *, remembered: int = 0) -> None:
        super().__init__(element)
        columns = element.exported_columns if isinstance(element, Change) else element.selected_columns
        read = build_reader(kind, list(columns.values()))
        self.read: Callable[[Any], T] = lru_cache(remembered)(read) if remembered else read


class Command(_Statement):
    """A statement that changes rows: an insert, update or delete."""

    def __init__(self, element: Change) -> None:
        super().__init__(element)


def params_of(value: object) -> dict[str, object]:
    """The fields of a dataclass or Struct by name."""
    names = _FIELDS.get(type(value))
    if names is None:
        hints = field_hints(type(value))
        if hints is None:
            raise TypeError(f"{type(value).__name__} is no dataclass and no Struct")
        names = _FIELDS[type(value)] = tuple(hints)
    return {name: getattr(value, name) for name in names}


_FIELDS: dict[type, tuple[str, ...]] = {}


def _has_values(element: Insert) -> bool:
    return bool(element._values or element._multi_values or element._select_names)


def _prepare(element: Rows, dialect: Dialect, names: frozenset[str] | None) -> Prepared:
    keys = None
    if names is not None:
        columns = cast(Insert, element).table.c
        unknown = names - set(columns.keys())
        if unknown:
            raise Mismatch(f"{cast(Insert, element).table} has no columns {sorted(unknown)}")
        keys = [key for key in columns.keys() if key in names]  # noqa: SIM118  a collection of columns, no dict
    plain = cast(Rows, visitors.replacement_traverse(element, {}, _as_constant))
    compiled = plain.compile(dialect=SQL_DIALECTS[dialect], column_keys=keys)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise Mismatch(f"{compiled}: a column has a Python default; state it in the value instead")
    order = compiled.positiontup or ()
    binds = {name: compiled.binds[name] for name in order}
    constants = {name: encode(bind.value) for name, bind in binds.items() if not bind.required}
    slots = tuple((name, None if name in constants else _encoder(binds[name], dialect)) for name in order)
    return Prepared(str(compiled), slots, frozenset(binds.keys() - constants.keys()), constants)


def _as_constant(element: object, **_: object) -> ColumnElement[Any] | None:
    if not isinstance(element, BindParameter):
        return None
    if not element.expanding:
        if element.required or not isinstance(element.value, int | Enum) or isinstance(element.type, NullType):
            return None
        return _Constant(element.value, element.type)
    members = tuple(element.value or ())
    if not members:
        raise Mismatch("in_() is for a few constants; use IdIn or TextIn for a list that is a parameter")
    if all(isinstance(item, int | Enum) for item in members):
        return _Constant(members, element.type)
    return tuple_(*(bindparam(None, item, type_=element.type, unique=True) for item in members))


def _encoder(bind: BindParameter[Any], dialect: Dialect) -> Encoder | None:
    if isinstance(bind.type, ARRAY):
        return list
    if not isinstance(bind.type, _List):
        return None
    return _json_list if dialect is Dialect.SQLITE else list


def _json_list(values: Iterable[object]) -> str:
    return orjson.dumps(list(values)).decode()

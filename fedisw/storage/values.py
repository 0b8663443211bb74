"""Between rows and values: what a column holds becomes what a field says, and back.

In the database are integers, texts, blobs and booleans only (dependencies, section 3.2): times are integer
milliseconds since 1970, enums their value, dates ISO text, everything structured JSON bytes.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from itertools import accumulate
from typing import Any, NewType, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Numeric, String
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.schema import Column
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

type_hint = Any  # what `get_type_hints` gives: a class, a union, a generic alias
Converter = Callable[[Any], object]  # rows come from the driver untyped: this is the edge
Reader = Callable[[Sequence[Any]], Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
PLAIN = frozenset({int, str, bytes, float, bool, type(None)})
DECODED = 1_024  # documents of one column kept in their decoded form: most are empty lists
FAMILIES: dict[type, frozenset[str]] = {
    bool: frozenset({"bool", "int"}),
    int: frozenset({"int"}),
    str: frozenset({"text"}),
    bytes: frozenset({"bytes"}),
    float: frozenset({"float", "int"}),
    datetime: frozenset({"int"}),
    date: frozenset({"text"}),
}


class Mismatch(TypeError):
    """A statement and the value it should give do not fit; raised while importing."""


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970; a datetime without a zone is refused, parts of a millisecond are cut off."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is refused; use aware UTC")
    return (moment - EPOCH) // MILLISECOND


def from_millis(millis: int) -> datetime:
    """The aware UTC time of a stored number."""
    return EPOCH + MILLISECOND * millis


def encode(value: object) -> object:
    """What the driver gets for a value of ours."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return to_millis(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return int(value) if isinstance(value, int) else str(value)
    return msgspec.json.encode(value)


def build_reader(kind: type_hint, columns: Sequence[ColumnElement[Any]]) -> Reader:
    """A function from a row to a value of type `kind`.

    Args:
        kind: a frozen dataclass or Struct (fields by name), a scalar (one column), or `tuple[…]` of these; a
            dataclass in a tuple takes the next columns, as many as it has fields, and `X | None` is None when
            all of them are NULL.
        columns: what the statement selects, in order.

    Raises:
        Mismatch: a column that the value lacks, or the other way round, or of the wrong type.
    """
    origin: object = get_origin(kind)
    if origin is tuple and ... not in get_args(kind):  # `tuple[X, ...]` is one column of JSON
        return _tuple_reader(get_args(kind), columns)
    width = _width(kind)
    if width != len(columns):
        names = [column.name for column in columns if isinstance(column, Column)]
        raise Mismatch(f"{kind} takes {width} columns, the statement gives {len(columns)}: {names}")
    return _part_reader(kind, columns, 0)


def _width(kind: type_hint) -> int:
    fields = field_hints(_bare(kind)[0])
    return 1 if fields is None else len(fields)


def _tuple_reader(members: Sequence[type_hint], columns: Sequence[ColumnElement[Any]]) -> Reader:
    widths = [_width(member) for member in members]
    if sum(widths) != len(columns):
        raise Mismatch(f"the tuple takes {sum(widths)} columns, the statement gives {len(columns)}")
    starts = [0, *accumulate(widths)]
    parts = [
        _part_reader(member, columns[start : start + width], start)
        for member, width, start in zip(members, widths, starts, strict=False)
    ]
    if len(parts) == 1:
        only = parts[0]
        return lambda row: (only(row),)
    return lambda row: tuple(part(row) for part in parts)


def _part_reader(kind: type_hint, columns: Sequence[ColumnElement[Any]], start: int) -> Reader:
    base, optional = _bare(kind)
    hints = field_hints(base)
    if hints is None:
        _check_fits(kind, columns[0], "the value")
        return _scalar_reader(_converter(kind), start)
    names = tuple(_name(column) for column in columns)
    if set(names) != set(hints) or len(names) != len(hints):
        lacking, extra = sorted(set(hints) - set(names)), sorted(set(names) - set(hints))
        raise Mismatch(f"{base.__name__}: fields without a column {lacking}, columns without a field {extra}")
    for name, column in zip(names, columns, strict=True):
        _check_fits(hints[name], column, f"{base.__name__}.{name}")
        if isinstance(column, Column) and column.nullable and not optional and not _bare(hints[name])[1]:
            hint = f'select its .label("{name}") if the condition rules NULL out'
            raise Mismatch(f"{base.__name__}.{name} is never None, but the column may be NULL; {hint}")
    converters = [(at, converter) for at, name in enumerate(names) if (converter := _converter(hints[name])) is not None]
    whole = _object_reader(base, names, tuple(converters), start)
    if not optional:
        return whole
    end = start + len(names)
    return lambda row: None if all(value is None for value in row[start:end]) else whole(row)


def _object_reader(kind: type, names: tuple[str, ...], converters: tuple[tuple[int, Converter], ...], start: int) -> Reader:
    """A function written for this class, as the class's own `__init__` was: half the time of a loop over the columns."""
    convert = dict(converters)
    values = [f"None if v{at} is None else c{at}(v{at})" if at in convert else f"v{at}" for at in range(len(names))]
    fields = ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    columns = ", ".join(f"v{at}" for at in range(len(names)))
    source = f"def read(row):\n    ({columns},) = row[{start}:{start + len(names)}]\n    return kind({fields})\n"
    known: dict[str, Any] = {"kind": kind} | {f"c{at}": function for at, function in converters}
    exec(source, known)  # noqa: S102  made of numbers and of the names of our fields
    read: Reader = known["read"]
    return read


def _scalar_reader(converter: Converter | None, at: int) -> Reader:
    if converter is None:
        return lambda row: row[at]
    convert = converter
    return lambda row: None if row[at] is None else convert(row[at])


def field_hints(kind: type_hint) -> dict[str, type_hint] | None:
    """Names and types of the fields of a dataclass or Struct; None for everything else."""
    if not isinstance(kind, type):
        return None
    if issubclass(kind, msgspec.Struct):
        names = kind.__struct_fields__
    elif dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind) if field.init)
    else:
        return None
    hints = get_type_hints(kind)
    return {name: hints[name] for name in names}


def _bare(kind: type_hint) -> tuple[type_hint, bool]:
    """The type without `| None` and without NewType, and whether None was allowed."""
    if isinstance(kind, NewType):
        return _bare(kind.__supertype__)
    origin: object = get_origin(kind)
    if origin in (Union, types.UnionType):
        rest = [member for member in get_args(kind) if member is not type(None)]
        if len(rest) == 1 and len(rest) < len(get_args(kind)):
            return _bare(rest[0])[0], True
    return kind, False


def _converter(kind: type_hint) -> Converter | None:
    """From what a column holds, NULL aside, to the field; what is asked for often is a look into a dict."""
    base, _ = _bare(kind)
    if base in (int, str, bytes, float):
        return None
    if base is bool:
        return _Known({0: False, 1: True}, bool).__getitem__
    if base is datetime:
        return from_millis
    if base is date:
        return date.fromisoformat
    if isinstance(base, type) and issubclass(base, Enum):
        return _Known({member.value: member for member in base}, base).__getitem__
    decode, origin = msgspec.json.Decoder(base).decode, cast(object, get_origin(base))
    return lru_cache(DECODED)(decode) if origin is tuple or dataclasses.is_dataclass(base) else decode


class _Known(dict[Any, Any]):
    """A dict of all values of a closed set; anything else is asked of the type, which refuses it in its own words."""

    def __init__(self, values: dict[Any, Any], kind: Callable[[Any], object]) -> None:
        super().__init__(values)
        self._kind = kind

    def __missing__(self, value: object) -> object:
        return self._kind(value)


def _name(column: ColumnElement[Any]) -> str:
    name = getattr(column, "name", None)
    if not isinstance(name, str):
        raise Mismatch(f"give `{column}` a name with .label()")
    return name


def _check_fits(kind: type_hint, column: ColumnElement[Any], where: str) -> None:
    base, _ = _bare(kind)
    family = _family(column.type)
    if family == "any":
        return
    if isinstance(base, type) and issubclass(base, Enum):
        allowed = frozenset({"int"}) if issubclass(base, int) else frozenset({"text"})
    else:
        allowed = FAMILIES.get(base, frozenset({"bytes"})) if isinstance(base, type) else frozenset({"bytes"})
    if family not in allowed:
        raise Mismatch(f"{where} is {base}, but the column holds {family}")


def _family(kind: TypeEngine[Any]) -> str:
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    for family, classes in (
        ("any", (NullType,)),
        ("bool", (Boolean,)),
        ("int", (Integer,)),
        ("text", (String,)),
        ("bytes", (LargeBinary,)),
        ("float", (Float, Numeric)),
    ):
        if isinstance(kind, classes):
            return family
    return type(kind).__name__

"""Forms: what a client sent, in whatever way it sent it, as one Struct (mastodon-api.md, section 3.1).

Query, JSON, url-encoded and multipart bodies are one tree; a body wins over the query. The type of each field then
says how to read its value: "on" is true, "5" is a number, one value is a list of one. Unknown keys are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
import orjson
from aiohttp import web
from msgspec import inspect

from fedisw.media.receive import Upload
from fedisw.model.errors import Invalid, Malformed
from fedisw.model.ids import MAX_ID
from fedisw.web import body, uploads
from fedisw.web.parameters import MAX_PAIRS, Tree, parse_pairs

T = TypeVar("T")

FIRST_YEAR, LAST_YEAR = 1970, 9_000  # so that a day, or an offset, later is still a date
FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "off", "OFF"})
NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,40}\s*")
TREE: Final = web.RequestKey[Tree]("parameters", dict)

Reader = Callable[[object, str], object]
READERS: Final[dict[type[object], Reader]] = {}


class Absent:
    """What is sent but means: not given."""


ABSENT: Final = Absent()


async def decode(request: web.Request, form: type[T]) -> T:
    """The parameters of a request as `form`, a Struct.

    Raises:
        Malformed: the body cannot be read, or a required value is missing.
        Invalid: a value does not fit its field.
        TooLarge, UnsupportedMedia: from reading the body.
    """
    return fill(await parameters(request), form)


async def parameters(request: web.Request) -> Tree:
    """All parameters of a request as one tree; read once."""
    known: Tree | None = request.get(TREE)
    if known is None:
        known = _query(request.rel_url.raw_query_string) | await _sent(request)
        request[TREE] = known
    return known


def truth(value: object) -> bool | None:
    """What a value means as a switch, where the names of the switches are data; None when it is not given."""
    found = _bool(value, "")
    return found if isinstance(found, bool) else None


def fill(tree: Tree, form: type[T]) -> T:
    """A tree as `form`; errors as `decode`."""
    softened = _reader_of(form)(tree, "")
    try:
        return msgspec.convert(softened, form, dec_hook=_as_it_is)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        field = place.rstrip("`").replace("...", "").lstrip(".")
        if "missing required field" in text:
            missing = text.partition("`")[2].rstrip("`")
            raise Malformed(f"param is missing or the value is empty or invalid: {missing}") from error
        raise Invalid(field or "value", "is invalid") from error


def _query(text: str) -> Tree:
    return parse_pairs(_pairs(text))


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PAIRS, errors="replace")
    except ValueError as error:
        raise Malformed("too many parameters") from error


async def _sent(request: web.Request) -> Tree:
    if not request.can_read_body and body.CONTENT not in request:
        return {}
    match request.content_type:
        case "application/json":
            return _json(await body.read(request))
        case "application/x-www-form-urlencoded":
            return parse_pairs(_pairs((await body.read(request)).decode("utf-8", "replace")))
        case "multipart/form-data":
            return parse_pairs([pair async for pair in uploads.parts(request)])
        case _:
            await body.read(request)
            return {}


def _json(content: bytes) -> Tree:
    if not content.strip():
        return {}
    try:
        tree = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Malformed("There was a problem in the JSON you submitted") from error
    return tree if isinstance(tree, dict) else {}


def _as_it_is(kind: type, value: object) -> object:
    if isinstance(value, kind):
        return value
    raise NotImplementedError  # msgspec's word for a type that a hook does not know


def _reader_of(form: type[object]) -> Reader:
    reader = READERS.get(form)
    if reader is None:
        READERS[form] = reader = _reader(inspect.type_info(form))
    return reader


def _reader(kind: inspect.Type) -> Reader:
    """How to soften a value for a type; what comes out still goes through msgspec."""
    match kind:
        case inspect.StructType(fields=fields):
            return _struct(fields)
        case inspect.UnionType(types=kinds):
            return _union(kinds)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) | inspect.SetType(item_type=item):
            return _list(_reader(item))
        case inspect.BoolType():
            return _bool
        case inspect.IntType():
            return _int
        case inspect.FloatType():
            return _float
        case inspect.StrType():
            return _str
        case inspect.EnumType(cls=choices):
            return _choice(frozenset(str(choice.value) for choice in choices))
        case inspect.DateTimeType():
            return _datetime
        case inspect.DataclassType(cls=cls) if cls is Upload:
            return _upload
        case _:
            return lambda value, _: value


def _struct(fields: tuple[inspect.Field, ...]) -> Reader:
    readers = tuple((field.encode_name, _reader(field.type)) for field in fields)

    def read(value: object, place: str) -> object:
        if not isinstance(value, Mapping):
            if value in (None, ""):
                return ABSENT
            raise Invalid(place, "is invalid")
        found = {}
        for name, reader in readers:
            if name in value:
                inner = reader(value[name], f"{place}[{name}]" if place else name)
                if inner is not ABSENT:
                    found[name] = inner
        return found

    return read


def _union(kinds: tuple[inspect.Type, ...]) -> Reader:
    """`X | None | UNSET`: null and, where X is no text, an empty text are None."""
    named = [kind for kind in kinds if not isinstance(kind, inspect.NoneType) and not _is_unset(kind)]
    reader = _reader(named[0]) if len(named) == 1 else lambda value, _: value
    may_be_none = len(kinds) - len(named) > sum(_is_unset(kind) for kind in kinds)

    def read(value: object, place: str) -> object:
        inner = ABSENT if value is None else reader(value, place)
        return None if inner is ABSENT and may_be_none else inner

    return read


def _is_unset(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.CustomType) and kind.cls is msgspec.UnsetType


def _list(item: Reader) -> Reader:
    def read(value: object, place: str) -> object:
        match value:
            case None:
                return ABSENT
            case list():
                values: Iterable[object] = value
            case Mapping() if all(str(key).isdecimal() for key in value):
                values = value.values()
            case _:
                values = (value,)
        found = [item(one, place) for one in values]
        return [one for one in found if one is not ABSENT]

    return read


def _bool(value: object, place: str) -> object:
    match value:
        case None | "":
            return ABSENT
        case bool():
            return value
        case str() | int() | float():
            return str(value) not in FALSE
        case _:
            raise Invalid(place, "is invalid")


def _int(value: object, place: str) -> object:
    match value:
        case None | "":
            return ABSENT
        case bool():
            raise Invalid(place, "is not a number")
        case int():
            return _bounded(value)
        case float() if value.is_integer():
            return _bounded(int(value))
        case str() if NUMBER.fullmatch(value):
            return _bounded(int(value))
        case _:
            raise Invalid(place, "is not a number")


def _bounded(number: int) -> int:
    """What no database holds is as far out as what it just holds."""
    return max(-MAX_ID, min(number, MAX_ID))


def _float(value: object, place: str) -> object:
    if value is None or value == "":
        return ABSENT
    try:
        return float(value) if isinstance(value, str | int | float) else ABSENT
    except ValueError as error:
        raise Invalid(place, "is not a number") from error


def _str(value: object, place: str) -> object:
    match value:
        case None:
            return ABSENT
        case str():
            return value.replace("\x00", "")
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            raise Invalid(place, "is invalid")


def _choice(choices: frozenset[str]) -> Reader:
    def read(value: object, place: str) -> object:
        if value is None or value == "":
            return ABSENT
        if str(value) not in choices:
            raise Invalid(place, "is not included in the list", code="ERR_INCLUSION")
        return value

    return read


def _datetime(value: object, place: str) -> object:
    if value is None or value == "":
        return ABSENT
    try:
        moment = datetime.fromisoformat(str(value).strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(place, "is not a date and time") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Invalid(place, "is not a date and time")
    return moment


def _upload(value: object, place: str) -> object:
    if value is None or value == "":
        return ABSENT
    if not isinstance(value, Upload):
        raise Invalid(place, "must be a file")
    return value

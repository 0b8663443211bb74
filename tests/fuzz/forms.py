"""Values for the parameters of a route: mostly what its form asks for, often at the edge, sometimes nonsense."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from fedisw.web.routes import Route
from tests.arch.routes import declared

TEXTS = (
    "", " ", "\x00", "a\x00b", "0", "-1", "1", "true", "null", "[]", "{}", "٣", "1e400", "NaN", "-Infinity", "0x10", "1_0", "%00",
    "9" * 19, "-" + "9" * 18, "9" * 400, "18446744073709551616", "9223372036854775807", "2147483648", "a" * 5_000, "👍" * 600,
    "\ud800", "x\udfff", "\u202e", "\ufeff", "\x1b[31m", "\r\nX: y", "' OR 1=1 --", "\"", "\\", "%", "_", "*", "NEAR(",
    "a AND", "a:b", '"a',
    "<script>", "../../etc/passwd", "@", "@amy", "@amy@", "@amy@b@c", "amy@localhost", "acct:amy@", "#", "#a #b", "http://",
    "http://[",
    "https://127.0.0.1:1/x", "https://a..b/", "https://xn--/", "http://ex\u00e4mple/", "javascript:alert(1)",
    "urn:ietf:wg:oauth:2.0:oob",
    "tusky://x", "2026-01-01", "2031-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01", "10000-01-01", "2026-02-30T25:61:00",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "from:me", "from:@", "before:x", "before:0000-00-00", "has:",
    "-has:poll",
    "language:", "in:library", "during:9999-99-99", "-", "--", '-"', "read write", "admin:read", "ungrouped-",
    "ungrouped-9999999999999999999999",
    "favourite-1-1", "de", "zh-Hant-TW-x-a", "warn", "home", "public", "direct", "text/html", "0.5,0.5", "nan,inf", ",", "1,1,1",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 40, 299, 300, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308)
DEEPEST = 3  # forms within forms
EXTRA = (
    "limit",
    "offset",
    "max_id",
    "min_id",
    "since_id",
    "id",
    "id[]",
    "lang",
    "access_token",
    "with_suspended",
    "page",
    "url",
    "q",
)

texts = st.one_of(st.sampled_from(TEXTS), st.text(max_size=30), st.text(alphabet="@#:/.-_ aA1é\u0000\ud800", max_size=20))
numbers = st.one_of(st.sampled_from(NUMBERS), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
nonsense = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def forms_of(route: Route) -> tuple[type[msgspec.Struct], ...]:
    """The forms that a handler reads: the Structs that its code names."""
    code, known = getattr(route.handler, "__code__", None), getattr(route.handler, "__globals__", {})
    found = [known[name] for name in (code.co_names if code else ()) if name in known]
    return tuple(
        one for one in found if isinstance(one, type) and issubclass(one, msgspec.Struct) and ".entities" not in one.__module__
    )


def names() -> tuple[str, ...]:
    """Every name of a parameter that any route reads, and those that are read by hand."""
    return tuple(
        sorted({field for route in declared() for form in forms_of(route) for field in form.__struct_encode_fields__} | {*EXTRA})
    )


def tree_for(route: Route, ids: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """All parameters of a request as JSON could hold them."""
    fields = {
        field.encode_name: value_of(field.type, field.encode_name, ids)
        for form in forms_of(route)
        for field in msgspec_fields(form)
    }
    strays = st.dictionaries(st.sampled_from(names()), st.one_of(ids, nonsense), max_size=2)
    if not fields:
        return strays
    likely = st.fixed_dictionaries({}, optional=fields)
    return st.one_of(likely, st.fixed_dictionaries(fields), st.tuples(likely, strays).map(lambda pair: {**pair[0], **pair[1]}))


def msgspec_fields(form: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a form."""
    kind = inspect.type_info(form)
    assert isinstance(kind, inspect.StructType)
    return kind.fields


def value_of(kind: inspect.Type, name: str, ids: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """A value that fits, five times of six."""
    fitting = _fitting(kind, name, ids)
    return st.integers(0, 7).flatmap(lambda chance: fitting if chance else nonsense)


def _fitting(kind: inspect.Type, name: str, ids: st.SearchStrategy[str], depth: int = 0) -> st.SearchStrategy[Any]:
    if depth > DEEPEST:  # a form that holds itself, or an answer that a handler names
        return nonsense
    match kind:
        case inspect.UnionType(types=kinds):
            return st.one_of(*(_fitting(one, name, ids, depth) for one in kinds if not isinstance(one, inspect.CustomType)))
        case inspect.StructType(fields=fields):
            return st.fixed_dictionaries(
                {}, optional={one.encode_name: _fitting(one.type, one.encode_name, ids, depth + 1) for one in fields}
            )
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item) | inspect.SetType(item_type=item):
            return st.lists(_fitting(item, name, ids, depth), max_size=5)
        case inspect.EnumType(cls=choices):
            return st.sampled_from([str(one.value) for one in choices if isinstance(one, enum.Enum)])
        case inspect.BoolType():
            return st.one_of(st.booleans(), st.sampled_from(("true", "false", "on", "0", "")))
        case inspect.IntType():
            return (
                st.one_of(ids, numbers, numbers.map(str))
                if "id" in name
                else st.one_of(numbers, numbers.map(str), st.integers(0, 90))
            )
        case inspect.NoneType():
            return st.none()
        case _:
            return st.one_of(ids, texts) if "id" in name or name == "domain" else texts


def pairs_of(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """The same as pairs of a form or query, as Rails reads them."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from pairs_of(inner, f"{name}[{key}]" if name else str(key))
        case list():
            for inner in value:
                yield from pairs_of(inner, f"{name}[]")
        case None:
            yield name, ""
        case bool():
            yield name, "true" if value else "false"
        case _:
            yield name, str(value)

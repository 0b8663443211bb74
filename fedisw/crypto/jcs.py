"""JSON Canonicalization Scheme (RFC 8785): one text for one value, so that it can be signed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import orjson

from fedisw.model.errors import Malformed

MAX_DEPTH = 100  # objects and lists inside each other; what the ingest gate lets in has 64 at most
MAX_EXACT = 2**53  # integers beyond it are rounded, as ECMAScript's numbers are


def canonical(value: object) -> bytes:
    """The canonical UTF-8 text of a JSON value.

    Raises:
        Malformed: not a JSON value, not Unicode (lone surrogates), not a finite number, or too deep.
    """
    try:
        return "".join(_pieces(value, 0)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("text is not Unicode") from error


def _pieces(value: object, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise Malformed("too deep")
    match value:
        case None | bool() | str():
            yield _simple(value)
        case int() | float():
            yield _number(value)
        case list() | tuple():
            yield "["
            for index, item in enumerate(value):
                yield "," if index else ""
                yield from _pieces(item, depth + 1)
            yield "]"
        case dict():
            yield from _object(value, depth)
        case _:
            raise Malformed("not a JSON value")


def _object(value: dict[object, object], depth: int) -> Iterator[str]:
    names = [name for name in value if isinstance(name, str)]
    if len(names) != len(value):
        raise Malformed("a name is not text")
    yield "{"
    for index, name in enumerate(sorted(names, key=_utf16)):
        yield "," if index else ""
        yield _simple(name) + ":"
        yield from _pieces(value[name], depth + 1)
    yield "}"


def _utf16(text: str) -> bytes:
    """Names are sorted by UTF-16 units, not by code points (RFC 8785, section 3.2.3)."""
    return text.encode("utf-16-be", "surrogatepass")


def _simple(value: str | bool | None) -> str:
    try:
        return orjson.dumps(value).decode("utf-8")
    except TypeError as error:
        raise Malformed("text is not Unicode") from error


def _number(value: float) -> str:
    """As ECMAScript writes numbers: shortest digits, an exponent from 1e21 up and below 1e-6."""
    if isinstance(value, int) and abs(value) <= MAX_EXACT:
        return str(value)
    try:
        number = float(value)
    except OverflowError as error:
        raise Malformed("number is too large") from error
    if not math.isfinite(number):
        raise Malformed("not a finite number")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    mantissa, _, power = f"{abs(number)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(power or 0)  # where the decimal point stands, counted from the first digit
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    return sign + _placed(digits.rstrip("0"), point)


def _placed(digits: str, point: int) -> str:
    """ECMA-262, Number::toString: `digits` times ten to the power of `point - len(digits)`."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + (f".{digits[1:]}" if count > 1 else "") + exponent

"""Canonical JSON: one text for one value (RFC 8785)."""

from __future__ import annotations

import math
import struct

import jcs as other
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedisw.crypto import jcs
from fedisw.model.errors import Malformed

# RFC 8785, appendix B: bits of the number, and its text.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_as_in_the_rfc(bits: str, text: str):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert jcs.canonical(number) == text.encode()


def test_names_are_sorted_by_utf16_units():
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}  # RFC 8785, section 3.2.3
    assert list(jcs.canonical(names).decode()) == list('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\U0001f600":5,"\ufb33":3}')


def test_control_characters_are_escaped_as_ecmascript_does():
    assert jcs.canonical('\x00\x08\t\n\x0b\x0c\r\x1f"\\/\x7f') == b'"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\"\\\\/\x7f"'


def test_integers_beyond_53_bits_are_rounded():
    assert jcs.canonical([2**53, 2**53 + 1, 2**63]) == b"[9007199254740992,9007199254740992,9223372036854776000]"


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800", {"\ud800": 1}, {1: 2}, 10**400, object(), {"a": b"x"}])
def test_what_is_not_json_is_malformed(value: object):
    with pytest.raises(Malformed):
        jcs.canonical(value)


def test_depth_at_the_limit_and_one_above():
    value: object = 1
    for _ in range(jcs.MAX_DEPTH):
        value = [value]
    assert jcs.canonical(value)
    with pytest.raises(Malformed):
        jcs.canonical([value])


@given(VALUES)
def test_the_same_text_as_another_implementation(value: object):
    assert jcs.canonical(value) == other.canonicalize(value)

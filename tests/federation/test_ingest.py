"""The ingest gate (security ING-8, LIM)."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fedisw.federation import ingest
from fedisw.federation.ingest import document
from fedisw.model.errors import Invalid, Malformed, TooLarge
from fedisw.vocab.documents import parse_document

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e18, 1e18)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = ["@context", "id", "type", "actor", "object", "to", "cc", "tag", "url", "name", "content", "attributedTo", "icon"]
TYPES = ["Note", "Person", "Create", "Undo", "Announce", "Accept", "Collection", "Question", "Event", "Tombstone", "Flag"]
VALUES = st.sampled_from([*TYPES, "https://a.example/1", "as:Public", "2024-01-01T00:00:00Z", ""]) | JSON
LOOKALIKES = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner | VALUES | st.lists(inner, max_size=3), max_size=4),
    max_leaves=5,
)


def test_a_document_comes_out_as_it_was_sent():
    body = '{"type": "Note", "content": "héllo 🐄 \\ud83d\\udc04 \\"\\\\", "n": [1, -2.5, true, null, {"a": {}}]}'
    assert document(body.encode()) == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"a":1,}',
        b'{"a":1} x',
        b'{"a":"\n"}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b"{'a':1}",
    ],
)
def test_what_is_not_one_json_object_in_utf8_is_malformed(body: bytes):
    with pytest.raises(Malformed):
        document(body)


@pytest.mark.parametrize(
    "body", [b'{"a":1,"a":1}', b'{"b":[{"a":1,"c":2,"a":3}]}', b'{"id":1,"i\\u0064":2}', b'{"id":1,"id\\u0000":2}']
)
def test_a_member_twice_is_malformed(body: bytes):
    with pytest.raises(Malformed):
        document(body)


@pytest.mark.parametrize("name", ["@graph", "@included", "@reverse"])
def test_rearranged_json_ld_is_refused_at_the_top_and_only_there(name: str):
    with pytest.raises(Malformed):
        document(f'{{"{name}": []}}'.encode())
    assert document(f'{{"a": {{"{name}": []}}}}'.encode()) == {"a": {name: []}}


def test_a_body_of_1_mib_passes_and_one_byte_more_does_not():
    assert document(b"{" + b" " * (ingest.MAX_BYTES - 2) + b"}") == {}
    with pytest.raises(TooLarge):
        document(b"{" + b" " * (ingest.MAX_BYTES - 1) + b"}")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_64_passes_and_65_does_not(opening: str, closing: str):
    inner = "1" if opening != "[" else ""
    deep = f'{{"a":{opening * 63}{inner}{closing * 63}}}'.encode()
    assert document(deep)
    with pytest.raises(TooLarge):
        document(deep.replace(b'{"a":', b'{"a":[', 1) + b"]")


def test_20000_nodes_pass_and_one_more_does_not():
    def body(nodes: int) -> bytes:
        return b'{"a":[' + b",".join([b'"x"'] * (nodes - 2)) + b"]}"  # the object, the list, the strings

    assert len(document(body(20_000))["a"]) == 19_998
    with pytest.raises(TooLarge):
        document(body(20_001))


@pytest.mark.parametrize(
    ("body", "nodes"),
    [
        (b"{}", 1),
        (b'{"a":1}', 2),
        (b'{"a":[]}', 2),
        (b'{"a":["[{,"]}', 3),
        (b'{"a":"\\"[\\\\","b":[1,[],{}]}', 6),
        (b' { "a" : [ 1 , 2 ] } ', 4),
    ],
)
def test_the_scan_counts_values_and_not_what_stands_in_strings(body: bytes, nodes: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ingest, "MAX_NODES", nodes)
    document(body)
    monkeypatch.setattr(ingest, "MAX_NODES", nodes - 1)
    with pytest.raises(TooLarge):
        document(body)


def test_a_string_of_512_kib_passes_and_one_byte_more_does_not():
    assert document(b'{"a":"' + b"x" * ingest.MAX_STRING + b'"}')
    with pytest.raises(TooLarge):
        document(b'{"a":"' + b"x" * (ingest.MAX_STRING + 1) + b'"}')


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 2**63 - 1),
        ("-9223372036854775809", -(2**63 - 1)),
        ("1" * 5_000, 2**63 - 1),
        ("-" + "1" * 5_000, -(2**63 - 1)),
        ("1e400", ingest.MAX_FLOAT),
        ("-1e400", -ingest.MAX_FLOAT),
        ("1e18", 1e18),
        ("-0.25", -0.25),
    ],
)
def test_numbers_are_clamped_to_63_bits(text: str, number: float):
    value = document(f'{{"a":{text}}}'.encode())["a"]
    assert value == number
    assert isinstance(value, int) == ("e" not in text and "." not in text)


def test_nul_is_removed_and_lone_surrogates_are_replaced_wherever_they_stand():
    body = (
        b'{"a\\u0000b":"x\\u0000y","c":[{"d":"\\ud800z","e":["\\udfff\\ud83d\\udc04"]}],"f":"\\ud83d\\u0000\\udc04","\\ud800":1}'
    )
    assert document(body) == {
        "ab": "xy",
        "c": [{"d": "\ufffdz", "e": ["\ufffd🐄"]}],
        "f": "\ufffd\ufffd",
        "\ufffd": 1,
    }


def test_an_escaped_backslash_before_u_is_text():
    assert document(b'{"a":"\\\\u0000\\\\ud800"}') == {"a": "\\u0000\\ud800"}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * ingest.MAX_BYTES,
        b'{"a":' * (ingest.MAX_BYTES // 5),
        b'"' * ingest.MAX_BYTES,
        b'{"a":"' + b"\\" * (ingest.MAX_BYTES - 6),
        b'{"a":[' + b"[]," * 300_000,
        b'{"a":"' + b"\\u0000" * 170_000,
        b"{" + b'"a":1,' * 150_000,
    ],
)
def test_bombs_are_refused_by_the_scan_or_the_parser(body: bytes):
    with pytest.raises((Malformed, TooLarge)):
        document(body)


@pytest.mark.parametrize(
    "text", ["1" + "0" * 1_000_000, "1" + "0" * 1_000_000 + ".5", "0." + "1" * 1_000_000, "1e" + "9" * 1_000_000]
)
def test_a_number_of_a_million_digits_is_read_and_clamped(text: str):
    value = document(f'{{"a":{text}}}'.encode())["a"]
    assert isinstance(value, int | float)
    assert math.isfinite(value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text('{}[]":,\\ue0d81n', max_size=40).map(str.encode))
@example(b'{"a":1e999}')
def test_any_bytes_give_a_document_or_our_own_error(body: bytes):
    try:
        assert isinstance(document(body), dict)
    except (Malformed, TooLarge):
        return


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=3))
def test_what_is_within_the_limits_comes_out_unchanged(value: dict[str, object]):
    assert document(json.dumps(value).encode()) == value


@settings(max_examples=500, deadline=None)
@given(LOOKALIKES)
def test_what_looks_like_an_activity_is_read_or_refused_with_our_own_error(value: dict[str, object]):
    try:
        parse_document(document(json.dumps(value).encode()))
    except (Invalid, Malformed):
        return

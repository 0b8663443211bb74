"""Readers of single members."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedisw.model.errors import Invalid
from fedisw.vocab import limits, names, read
from fedisw.vocab.read import Json

A, B = "https://a.example/1", "https://b.example/2"


def url_of(length: int) -> str:
    return "https://a.example/".ljust(length, "x")


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        (A, A),
        ({"id": A}, A),
        ({"type": "Link", "href": A}, A),
        ([None, {}, "nonsense", {"id": A}, B], A),
        ("https://blog.example/?author=0#main-key", "https://blog.example/?author=0#main-key"),
        ("http://host.test:8541/u/x", "http://host.test:8541/u/x"),
        (url_of(2_048), url_of(2_048)),
        (url_of(2_049), None),
        ("https://user:secret@a.example/", None),
        ("javascript:alert(1)", None),
        ("tag:a.example,2020:1", None),
        ("as:Public", None),
        (" https://a.example/", None),
        ({"id": {"id": A}}, None),
        (7, None),
        (None, None),
    ],
)
def test_an_id_is_read_in_every_form_and_nothing_else(value: Json, uri: str | None):
    assert read.as_id(value) == uri


@pytest.mark.parametrize("value", [None, 1, "nonsense", [A], {"id": A}, url_of(2_049)])
def test_a_documents_own_id_is_a_string_and_nothing_else(value: Json):
    assert read.own_id({"id": value}) is None
    with pytest.raises(Invalid):
        read.require_id({"id": value})


def test_a_member_that_must_name_an_id_is_refused_without_one():
    assert read.require_ref({"object": [{"id": A}]}, "object") == A
    with pytest.raises(Invalid):
        read.require_ref({"object": ["x"]}, "object")


@pytest.mark.parametrize("spelling", ["as:Public", "Public", "https://www.w3.org/ns/activitystreams#Public"])
def test_three_spellings_of_public_are_one(spelling: str):
    assert read.as_recipients([spelling, A, spelling, {"id": A}]) == (names.PUBLIC, A)
    assert read.as_recipients(spelling) == (names.PUBLIC,)


def test_500_recipients_are_looked_at_and_no_more():
    many: list[Json] = [f"{A}/{number}" for number in range(limits.RECIPIENTS + 1)]
    assert read.as_recipients(many) == tuple(many[:500])
    assert len(read.as_recipients([*["x"] * 500, A])) == 0


@pytest.mark.parametrize(
    ("types", "found"),
    [
        ("Note", "Note"),
        (["Note"], "Note"),
        (["Note", "https://x.example/Odd"], "Note"),
        (["Note", "Note"], "Note"),
        (["Note", "Article"], None),
        (["Person", "Create"], None),
        ("as:Note", None),
        ("https://www.w3.org/ns/activitystreams#Note", None),
        ("note", None),
        ("", None),
        ([], None),
        ({"id": "Note"}, None),
        (None, None),
    ],
)
def test_a_type_counts_when_it_is_the_only_one_that_we_know(types: Json, found: str | None):
    assert read.kind({"type": types}) == found


def test_types_are_not_read_under_another_name():
    assert read.kind({"@type": "Note"}) is None
    assert read.kind("Note") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (["", "x"], ""),
        ([None, "x"], "x"),
        ({"@value": "x", "@language": "en"}, "x"),
        ({"en": "x"}, ""),
        (3, ""),
        (None, ""),
    ],
)
def test_a_text_is_read_or_empty(value: Json, text: str):
    assert read.as_text(value) == text


def test_a_text_is_cut_at_its_limit():
    assert read.as_text("abc", 3) == "abc"
    assert read.as_text("abcd", 3) == "abc"


def test_a_text_in_languages_stands_in_for_a_missing_one():
    document: dict[str, Json] = {"nameMap": {"und": "", "de": "Hallo", "en": "Hello"}}
    assert read.as_natural(document, "name") == "Hallo"
    assert read.as_natural({**document, "name": "Hi"}, "name") == "Hi"
    assert read.as_natural({"nameMap": ["x"]}, "name") == ""


def test_50_languages_are_read_and_no_more():
    texts: dict[str, Json] = {f"l{number}": "x" for number in range(limits.LANGUAGES + 1)}
    assert len(read.as_language_map(texts)) == limits.LANGUAGES


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("en", "en"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ({"identifier": "fr", "name": "Français"}, "fr"),
        ([{"identifier": "und"}, {"identifier": "de"}], "de"),
        ("und", None),
        ("English (US)", None),
        ("e", None),
        (None, None),
    ],
)
def test_a_language_is_a_tag_in_any_of_its_forms(value: Json, tag: str | None):
    assert read.as_language(value) == tag


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), (False, False), ("true", True), ("False", False), (1, True), (0, False), (2, None), ("x", None), (None, None)],
)
def test_a_flag_is_read_in_any_of_its_forms(value: Json, flag: bool | None):
    assert read.as_bool(value) is flag


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        ("3", 3),
        (3.0, 3),
        ([3], 3),
        (0, 0),
        (-1, None),
        (3.5, None),
        (True, None),
        ("x", None),
        (2**63, None),
        (None, None),
    ],
)
def test_a_count_is_a_whole_number_from_0(value: Json, number: int | None):
    assert read.as_int(value) == number


@pytest.mark.parametrize(
    ("value", "number"), [(1, 1.0), ("1.5", 1.5), ("nan", None), ("inf", None), ("9" * 65, None), ({}, None)]
)
def test_a_number_is_finite(value: Json, number: float | None):
    assert read.as_float(value) == number


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-11-21T09:00:00Z", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21t09:00:00z", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21T10:00:00+01:00", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21T10:00:00+0100", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21 09:00:00", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21T09:00:00.123456789Z", datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-21T09:00:60Z", datetime(2026, 11, 21, 9, 0, 59, tzinfo=UTC)),
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        (["2026-11-21T09:00:00Z"], datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ({"@value": "2026-11-21T09:00:00Z"}, datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-13-01T00:00:00Z", None),
        ("Sat, 21 Nov 2026 09:00:00 GMT", None),
        ("yesterday", None),
        ("2" * 65, None),
        (1_700_000_000, None),
        (None, None),
    ],
)
def test_a_time_is_read_in_its_many_forms(value: Json, time: datetime | None):
    assert read.as_time(value) == time


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("PT1145S", 1145),
        ("PT2.5S", 2.5),
        ("P1DT1H1M1S", 90_061),
        ("P", None),
        ("PT", None),
        ("1145", None),
        ("-PT1S", None),
        (7, None),
    ],
)
def test_a_duration_is_read_in_seconds(value: Json, seconds: float | None):
    assert read.as_duration(value) == seconds


@settings(max_examples=300, deadline=None)
@given(st.text("htps:/[]@.%x1:?#éß。١\u200d\ud800", max_size=30).map(lambda tail: f"https://{tail}") | st.text(max_size=30))
def test_any_text_is_a_url_or_is_not(value: str):
    assert isinstance(read.is_url(value), bool)

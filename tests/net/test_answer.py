from datetime import UTC, datetime, timedelta

import pytest

from fedisw.net.answer import is_kind, media_type_of, retry_after
from fedisw.net.limits import AS2_KINDS, AS2_PROFILE, IMAGE_KINDS

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 120 ", 120),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9" * 400, 86_400),
        ("Sat, 21 Nov 2026 09:10:00 GMT", 600),
        ("Sat, 21 Nov 2026 09:10:00 -0000", 600),
        ("Sat, 21 Nov 2026 08:00:00 GMT", 0),
        ("Fri, 21 Nov 2031 08:00:00 GMT", 86_400),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_capped(header, seconds):
    assert retry_after({"Retry-After": header}, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "Sat, 99 Nov 2026 09:10:00 GMT", "²"])
def test_a_retry_after_that_makes_no_sense_is_none(header):
    assert retry_after({"Retry-After": header}, now=NOW) is None
    assert retry_after({}, now=NOW) is None


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Application/Activity+JSON; charset=utf-8", "application/activity+json"),
        ("text/html", "text/html"),
        ("", ""),
        ("json", ""),
        ("/", ""),
        ("a/b/c", ""),
        ("text/", ""),
    ],
)
def test_media_types_are_read(header, kind):
    assert media_type_of(header)[0] == kind


@pytest.mark.parametrize(
    "header",
    [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        f'application/ld+json; profile="{AS2_PROFILE}"',
        f'Application/LD+JSON; charset=utf-8; Profile="https://other.example/x {AS2_PROFILE}"',
    ],
)
def test_documents_of_activitypub_are_recognised(header):
    assert is_kind(header, AS2_KINDS)


@pytest.mark.parametrize(
    "header",
    [
        "application/ld+json",
        'application/ld+json; profile="https://other.example/x"',
        "application/json",
        "text/html",
        "",
        "application/activity+jsonx",
        f"application/json; x={AS2_PROFILE}",
        "text/html; application/activity+json",
    ],
)
def test_other_documents_are_not(header):
    assert not is_kind(header, AS2_KINDS)


def test_a_family_of_kinds():
    assert is_kind("image/png", IMAGE_KINDS)
    assert not is_kind("text/html", IMAGE_KINDS)

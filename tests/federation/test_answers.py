"""The table of answers, as a function (federation, section 5.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from multidict import CIMultiDict

from fedisw.federation.answers import Outcome, clearer, doubts_signature, judge
from fedisw.net.answer import Answer

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(status=status, url="https://beta.test/inbox", headers=named, media_type="", body=body)


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ((200, 201, 202, 204), Outcome.DELIVERED),
        ((300, 301, 302, 303, 304, 307, 308), Outcome.MOVED),
        ((404, 410), Outcome.MISSING),
        ((401, 403), Outcome.LATER),
        ((408, 425, 429, 500, 502, 503, 504, 520), Outcome.LATER),
        ((400, 402, 405, 406, 409, 413, 415, 418, 422, 451, 501), Outcome.FINAL),
    ],
)
def test_each_status_has_its_row(statuses: tuple[int, ...], outcome: Outcome) -> None:
    assert [judge(answer(status), refusals=0, now=NOW).outcome for status in statuses] == [outcome] * len(statuses)


@pytest.mark.parametrize("status", [401, 403])
def test_the_third_refusal_is_the_last(status: int) -> None:
    found = [judge(answer(status), refusals=before, now=NOW) for before in (0, 1, 2)]
    assert [item.outcome for item in found] == [Outcome.LATER, Outcome.LATER, Outcome.FINAL]
    assert all(item.refused for item in found)


@pytest.mark.parametrize(("status", "pauses"), [(429, True), (503, True), (408, False), (500, False)])
@pytest.mark.parametrize("value", ["90", "Sat, 21 Nov 2026 12:01:30 GMT"])
def test_a_wish_to_wait_is_heard_and_may_hold_for_the_whole_host(status: int, pauses: bool, value: str) -> None:
    found = judge(answer(status, Retry_After=value), refusals=0, now=NOW)
    assert (found.wait, found.pauses_host) == (timedelta(seconds=90), pauses)


@pytest.mark.parametrize("value", ["", "soon", "-5"])
def test_a_wish_that_cannot_be_read_is_none(value: str) -> None:
    found = judge(answer(503, Retry_After=value), refusals=0, now=NOW)
    assert (found.wait, found.pauses_host) == (None, False)


def test_nobody_may_ask_for_more_than_a_day() -> None:
    assert judge(answer(429, Retry_After="9999999"), refusals=0, now=NOW).wait == timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "doubts"),
    [
        (answer(400), True),
        (answer(401), True),
        (answer(403), False),
        (answer(403, b'{"error": "Verification failed: HTTP Signature"}'), True),
        (answer(202), False),
        (answer(404), False),
        (answer(500, b"signature"), False),
    ],
)
def test_only_what_may_be_about_the_signature_gets_the_other_form(given: Answer, doubts: bool) -> None:
    assert doubts_signature(given) is doubts


@pytest.mark.parametrize(("first", "second", "left"), [(400, 401, 401), (401, 400, 401), (403, 400, 403), (400, 400, 400)])
def test_of_two_answers_the_one_with_more_hope_counts(first: int, second: int, left: int) -> None:
    assert clearer(answer(first), answer(second)).status == left

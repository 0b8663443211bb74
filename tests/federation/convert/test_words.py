"""The text of what is no plain note."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.federation.convert.words import content_of, texts_of
from fedisw.vocab.objects import parse_note

ID = "https://beta.test/objects/1"
LINK = f'<p><a href="{ID}" target="_blank" rel="nofollow noopener noreferrer">{ID}</a></p>'
EVENT = {"type": "Event", "name": "Circle", "startTime": "2026-12-03T18:00:00+01:00"}
TITLE = "<p><strong>Circle</strong></p>"


def content(**members: Any) -> str:
    """What is shown of an object."""
    base = {"id": ID, "type": "Article", "attributedTo": "https://beta.test/users/ben"}
    return content_of(parse_note(base | members))


@pytest.mark.parametrize(
    ("members", "line"),
    [
        ({}, "📅 2026-12-03 17:00 (UTC)"),
        ({"timezone": "Europe/Berlin", "endTime": "2026-12-03T20:00:00+01:00"}, "📅 2026-12-03 18:00–20:00 (Europe/Berlin)"),
        (
            {"timezone": "Europe/Berlin", "endTime": "2026-12-04T02:00:00+01:00"},
            "📅 2026-12-03 18:00 – 2026-12-04 02:00 (Europe/Berlin)",
        ),
        ({"timezone": "../../etc/passwd"}, "📅 2026-12-03 17:00 (UTC)"),
        ({"timezone": "Asia/Tokyo", "startTime": "9999-12-31T23:00:00Z"}, "📅 9999-12-31 23:00 (UTC)"),
        ({"location": "Room <1>"}, "📅 2026-12-03 17:00 (UTC)<br />📍 Room &lt;1&gt;"),
        (
            {
                "location": {
                    "name": "House",
                    "address": {"streetAddress": "Way 5", "postalCode": "10999", "addressLocality": "Berlin"},
                }
            },
            "📅 2026-12-03 17:00 (UTC)<br />📍 House, Way 5, 10999 Berlin",
        ),
        ({"eventStatus": "EventPostponed", "location": [{"name": "House"}]}, "📍 House"),
    ],
)
def test_an_event_says_when_and_where(members: dict[str, Any], line: str):
    shown = content(**(EVENT | {"content": "<p>Come</p>"} | members))
    assert shown == f"{TITLE}<p>{line}</p><p>Come</p>{LINK}"


def test_an_event_that_does_not_take_place_is_struck_through():
    assert content(**EVENT, status="CANCELLED").startswith("<p><strong><del>Circle</del></strong></p>")


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ({"type": "Video", "name": "", "content": "**bold**"}, f"<p><strong>bold</strong></p>{LINK}"),
        ({"type": "Note", "content": "a < b\nc", "mediaType": "text/plain"}, "<p>a &lt; b\nc</p>"),
        (
            {"type": "Quotation", "content": "<p>So true</p>", "quote": "<p>Call me</p>"},
            "<blockquote><p>Call me</p></blockquote><p>So true</p>",
        ),
        ({"name": "T", "content": f'<p>x <a href="{ID}">here</a></p>'}, None),
        (
            {"type": "Page", "name": "T", "content": "<p>x</p>", "attachment": {"type": "Link", "href": "https://news.example/"}},
            "<p><strong>T</strong></p><p>x</p>"
            '<p><a href="https://news.example/" target="_blank" rel="nofollow noopener noreferrer">https://news.example/</a></p>'
            + LINK,
        ),
        ({"name": "T", "preview": {"type": "Note", "content": "<p>T</p><p>In short</p>"}}, f"<p>T</p><p>In short</p>{LINK}"),
        ({"name": "T", "preview": [{"type": "Image", "url": "https://beta.test/1.png"}]}, f"<p><strong>T</strong></p>{LINK}"),
    ],
)
def test_other_kinds_are_shown_as_their_makers_mean_them(members: dict[str, Any], shown: str | None):
    expected = (
        shown or f'<p><strong>T</strong></p><p>x <a href="{ID}" target="_blank" rel="nofollow noopener noreferrer">here</a></p>'
    )
    assert content(**members) == expected


def test_texts_in_several_languages_are_all_kept_and_cleaned():
    base = {"id": ID, "type": "Note", "attributedTo": "https://beta.test/users/ben", "content": "<p>Hi</p>"}
    both = parse_note(base | {"contentMap": {"en": "<p>Hi</p>", "es": "<p onclick=x>Hola</p>"}})
    assert texts_of(both) == {"en": "<p>Hi</p>", "es": "<p>Hola</p>"}
    long = "<p>" + "x" * 40_000
    assert list(texts_of(parse_note(base | {"contentMap": {"en": long, "es": f"{long}y", "fr": "<p>c</p>"}}))) == ["en"]
    for one in ({"en": "<p>Hi</p>"}, {"en": "<p>Hi</p>", "en-GB": "<p>Hi</p>"}, {}):
        assert texts_of(parse_note(base | {"contentMap": one})) == {}

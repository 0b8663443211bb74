"""The parts of an Event."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fedisw.vocab.events import Place, parse_event_details
from fedisw.vocab.read import Document, Json

EVENT: Document = {"type": "Event", "name": "Circle", "startTime": "2026-12-03T18:00:00+01:00"}
ORGANISER = "https://a.example/u/ana"


def test_a_name_and_a_start_make_an_event():
    event = parse_event_details(EVENT)
    assert event is not None
    assert (event.start, event.end, event.status) == (datetime(2026, 12, 3, 17, tzinfo=UTC), None, "EventScheduled")


@pytest.mark.parametrize("missing", ["name", "startTime"])
def test_without_name_or_start_it_is_a_text(missing: str):
    assert parse_event_details({**EVENT, missing: None}) is None


def test_an_end_before_the_start_is_no_end():
    event = parse_event_details({**EVENT, "endTime": "2026-12-03T16:00:00Z"})
    assert event is not None
    assert event.end is None


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ({"name": "Colosseo"}, Place(name="Colosseo")),
        ("Main Street 1", Place(address="Main Street 1")),
        ([{"type": "Place"}, {"name": "Hall", "address": "Street 2"}], Place(name="Hall", address="Street 2")),
        ({"type": "VirtualLocation", "url": "https://meet.example/1"}, Place(url="https://meet.example/1")),
        (
            {
                "name": "Hall",
                "address": {"streetAddress": "S 1", "postalCode": "10", "addressLocality": "B", "addressCountry": "DE"},
            },
            Place(name="Hall", street="S 1", postal_code="10", locality="B", country="DE"),
        ),
        ({"name": "Hall", "latitude": 52.5, "longitude": "13.4"}, Place(name="Hall", latitude=52.5, longitude=13.4)),
        ({"name": "Hall", "latitude": 91, "longitude": 181}, Place(name="Hall")),
        ({"type": "Place"}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_place_is_read_in_every_form(location: Json, place: Place | None):
    event = parse_event_details({**EVENT, "location": location})
    assert event is not None
    assert event.place == place


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"eventStatus": "EventCancelled", "status": "CONFIRMED"}, "EventCancelled"),
        ({"status": "TENTATIVE"}, "EventTentative"),
        ({"ical:status": "CANCELLED"}, "EventCancelled"),
        ({"eventStatus": "Odd"}, "EventScheduled"),
    ],
)
def test_a_status_is_read_under_each_name(members: Document, status: str):
    event = parse_event_details({**EVENT, **members})
    assert event is not None
    assert event.status == status


@pytest.mark.parametrize(
    ("mode", "url", "expected"),
    [
        ("external", "https://tickets.example/1", ("external", "https://tickets.example/1")),
        ("external", "mailto:a@b.example", ("external", "mailto:a@b.example")),
        ("odd", "javascript:alert(1)", ("", "")),
        (None, None, ("", "")),
    ],
)
def test_how_to_join_is_read_and_checked(mode: Json, url: Json, expected: tuple[str, str]):
    event = parse_event_details({**EVENT, "joinMode": mode, "externalParticipationUrl": url})
    assert event is not None
    assert (event.join_mode, event.join_url) == expected


@pytest.mark.parametrize("organizers", [ORGANISER, [{"id": ORGANISER}], {"type": "Collection", "items": [ORGANISER]}])
def test_organisers_are_read_as_ids_or_in_a_collection(organizers: Json):
    event = parse_event_details({**EVENT, "organizers": organizers})
    assert event is not None
    assert event.organizers == (ORGANISER,)

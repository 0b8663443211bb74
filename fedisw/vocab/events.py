"""The parts of an Event that a Note does not have (federation, section 7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedisw.model.urls import MAX_URL
from fedisw.vocab import limits, read
from fedisw.vocab.names import COLLECTIONS
from fedisw.vocab.read import Document, Json

STATUS_OF = {"TENTATIVE": "EventTentative", "CONFIRMED": "EventScheduled", "CANCELLED": "EventCancelled"}
STATUSES = frozenset(
    {"EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled", "EventMovedOnline", "EventTentative"}
)
JOIN_MODES = frozenset({"free", "restricted", "invite", "external", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where: `address` is one line; `latitude` and `longitude` in degrees; `url` of a virtual place."""

    name: str = ""
    address: str = ""
    street: str = ""
    postal_code: str = ""
    locality: str = ""
    region: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """When, where, and how to take part; counts are the organiser's claims.

    `timezone` is an IANA name as sent; `start` and `end` are in UTC whatever offset they came with.
    """

    start: datetime
    end: datetime | None = None
    timezone: str = ""
    place: Place | None = None
    status: str = "EventScheduled"
    join_mode: str = ""
    join_url: str = ""
    capacity: int | None = None
    remaining: int | None = None
    participants: int | None = None
    category: str = ""
    is_online: bool = False
    organizers: tuple[str, ...] = ()


def parse_event_details(document: Document) -> EventDetails | None:
    """None when the document lacks a name or a start: then it is shown as a text."""
    start = read.as_time(document.get("startTime"))
    if start is None or not read.as_natural(document, "name", limits.SHORT_TEXT):
        return None
    end = read.as_time(document.get("endTime"))
    join_mode = read.as_text(document.get("joinMode"), limits.SHORT_TEXT)
    return EventDetails(
        start=start,
        end=end if end is not None and end > start else None,
        timezone=read.as_text(document.get("timezone"), limits.SHORT_TEXT),
        place=_place(document.get("location")),
        status=_status(document),
        join_mode=join_mode if join_mode in JOIN_MODES else "",
        join_url=_join_url(document.get("externalParticipationUrl")),
        capacity=read.as_int(document.get("maximumAttendeeCapacity")),
        remaining=read.as_int(document.get("remainingAttendeeCapacity")),
        participants=read.as_int(document.get("participantCount")),
        category=read.as_text(document.get("category"), limits.SHORT_TEXT),
        is_online=read.as_bool(document.get("isOnline")) or False,
        organizers=_people(document.get("organizers")),
    )


def _status(document: Document) -> str:
    status = read.as_text(document.get("eventStatus"))
    if status in STATUSES:
        return status
    old = read.as_text(document.get("status")) or read.as_text(document.get("ical:status"))
    return STATUS_OF.get(old.upper(), "EventScheduled")


def _join_url(value: Json) -> str:
    """A page, or an address for mail."""
    text = read.as_text(value)
    return text if read.is_url(text) or (text.startswith("mailto:") and len(text) <= MAX_URL) else ""


def _people(value: Json) -> tuple[str, ...]:
    """Actors as ids, or in an embedded collection."""
    document = read.as_object(value)
    if document is not None and read.kind(document, COLLECTIONS) is not None:
        value = document.get("items") or document.get("orderedItems")
    return read.as_ids(value, limits.OBJECTS)


def _place(value: Json) -> Place | None:
    """The first place with a name, an address or a URL; a plain text is an address (Gancio: an object without type)."""
    for item in read.as_list(value, limits.OBJECTS):
        if isinstance(item, str) and item:
            return Place(address=item[: limits.SHORT_TEXT])
        if isinstance(item, dict) and (place := _place_of(item)) != Place():
            return place
    return None


def _place_of(document: Document) -> Place:
    address = document.get("address")
    postal: Document = address if isinstance(address, dict) else {}
    return Place(
        name=read.as_natural(document, "name", limits.SHORT_TEXT),
        address=read.as_text(address, limits.SHORT_TEXT),
        street=read.as_text(postal.get("streetAddress"), limits.SHORT_TEXT),
        postal_code=read.as_text(postal.get("postalCode"), limits.SHORT_TEXT),
        locality=read.as_text(postal.get("addressLocality"), limits.SHORT_TEXT),
        region=read.as_text(postal.get("addressRegion"), limits.SHORT_TEXT),
        country=read.as_text(postal.get("addressCountry"), limits.SHORT_TEXT),
        latitude=_degrees(document.get("latitude"), 90),
        longitude=_degrees(document.get("longitude"), 180),
        url=read.as_id(document.get("url")),
    )


def _degrees(value: Json, most: int) -> float | None:
    number = read.as_float(value)
    return number if number is not None and abs(number) <= most else None

"""When and where an event is, in one line each that needs no language (federation, section 7.1, read as in 4.13)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from html import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fedisw.vocab.events import EventDetails, Place


def lines_of(event: EventDetails) -> str:
    """Clean HTML: the time in the event's own zone, UTC where it names none that we know, and the place."""
    when = "" if event.status == "EventPostponed" else f"📅 {_when(event)}"
    where = _where(event.place) if event.place is not None else ""
    lines = [escape(line, quote=False) for line in (when, f"📍 {where}" if where else "") if line]
    return f"<p>{'<br />'.join(lines)}</p>" if lines else ""


def _when(event: EventDetails) -> str:
    zone, name = _zone(event.timezone)
    try:
        start = event.start.astimezone(zone)
        end = event.end.astimezone(zone) if event.end is not None else None
    except OverflowError:  # the first or last hours of the calendar
        start, end, name = event.start, event.end, "UTC"
    text = _moment(start)
    if end is not None:
        text += f"–{end:%H:%M}" if end.date() == start.date() else f" – {_moment(end)}"
    return f"{text} ({name})"


def _moment(time: datetime) -> str:
    return f"{time.date().isoformat()} {time:%H:%M}"


def _zone(name: str) -> tuple[tzinfo, str]:
    try:
        return (ZoneInfo(name), name) if name else (UTC, "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name as sent: unknown, a path, a folder
        return UTC, "UTC"


def _where(place: Place) -> str:
    """Name and address; of a place that is only an address on the net, that."""
    town = f"{place.postal_code} {place.locality}".strip()
    parts = (place.name, place.address, place.street, town, place.region, place.country)
    return ", ".join(dict.fromkeys(part for part in parts if part)) or (place.url or "")

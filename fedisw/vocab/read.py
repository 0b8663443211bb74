"""Tolerant readers of single members: one or many, string or object, present or not.

Documents are read as plain JSON by the usual names; `@context` renames nothing (security ING-8). A
member of a wrong shape counts as absent. None of these raises anything but Invalid.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from fedisw.model.errors import Invalid
from fedisw.model.urls import Origin
from fedisw.vocab import limits, names

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Document: TypeAlias = dict[str, Json]

MAX_TIME_TEXT = 64  # characters
MAX_INT = 2**63 - 1
LEAP_SECOND = re.compile(r":60(?=[.Z+-]|$)")
DURATION = re.compile(
    r"P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9-]{1,40})?", re.ASCII)


def as_list(value: Json, limit: int = limits.ITEMS) -> list[Json]:
    """One or many as many: the first `limit` members of a list, a single value as a list of one; nulls are left out."""
    if isinstance(value, list):
        return [item for item in value[:limit] if item is not None]
    return [] if value is None else [value]


def as_object(value: Json) -> Document | None:
    """The object, or the first one of a list."""
    return next((item for item in as_list(value) if isinstance(item, dict)), None)


def is_url(value: str) -> bool:
    """Whether this is an http(s) URL of at most 2,048 characters, without user info, that a server can own."""
    try:
        Origin.of(value)
    except Invalid:
        return False
    return True


def as_id(value: Json) -> str | None:
    """The id that a string, an object with `id`, a Link with `href`, or the first usable one of a list names."""
    for item in as_list(value):
        named = (item.get("id") or item.get("href")) if isinstance(item, dict) else item
        if isinstance(named, str) and is_url(named):
            return named
    return None


def as_ids(value: Json, limit: int) -> tuple[str, ...]:
    """All usable ids among the first `limit` members, each once, in order."""
    return _once(uri for item in as_list(value, limit) if (uri := as_id(item)) is not None)


def own_id(document: Document) -> str | None:
    """The document's own `id`: a string and nothing else, or it has none."""
    value = document.get("id")
    return value if isinstance(value, str) and is_url(value) else None


def require_id(document: Document) -> str:
    """As `own_id`; Invalid when there is none."""
    uri = own_id(document)
    if uri is None:
        raise Invalid("id", "must be an http(s) URL")
    return uri


def require_ref(document: Document, field: str) -> str:
    """The id that a member names; Invalid when it names none."""
    uri = as_id(document.get(field))
    if uri is None:
        raise Invalid(field, "must name an id")
    return uri


def as_recipients(value: Json) -> tuple[str, ...]:
    """Who is addressed: ids, each once; the three spellings of Public become the full one."""
    return _once(uri for item in as_list(value, limits.RECIPIENTS) if (uri := as_recipient(item)) is not None)


def as_recipient(value: Json) -> str | None:
    """As `as_id`, with the three spellings of Public folded into the full one."""
    if isinstance(value, str) and value in names.PUBLIC_SPELLINGS:
        return names.PUBLIC
    return as_id(value)


def kind(value: Json, known: frozenset[str] = names.KNOWN) -> str | None:
    """The type, when it is one that we know, or a list that holds exactly one such (security ING-9)."""
    if not isinstance(value, dict):
        return None
    types = value.get("type")
    found = {item for item in as_list(types, limits.LINKS) if isinstance(item, str) and item in known}
    return found.pop() if len(found) == 1 else None


def is_other(value: Json) -> bool:
    """Whether this is an object of one kind that we do not know, plainly named, which says something to people.

    Prefixed names and lists of kinds are none (security ING-9).
    """
    if not isinstance(value, dict):
        return False
    told = value.get("type")
    plain = isinstance(told, str) and told.isalnum() and told not in names.KNOWN
    return plain and bool(as_natural(value, "name") or as_natural(value, "content"))


def as_text(value: Json, limit: int | None = None) -> str:
    """A text of at most `limit` characters, "" when there is none; the first of a list, `@value` of an object."""
    for item in as_list(value):
        text = item.get("@value") if isinstance(item, dict) else item
        if isinstance(text, str):
            return text[:limit]
    return ""


def as_texts(value: Json, limit: int, length: int) -> tuple[str, ...]:
    """The non-empty texts among the first `limit` members, each cut to `length` characters, each once."""
    return _once(text for item in as_list(value, limit) if (text := as_text(item, length)))


def as_natural(document: Document, field: str, limit: int | None = None) -> str:
    """A member in some language: `name`, else the first of `nameMap`."""
    text = as_text(document.get(field), limit)
    return text or next(iter(as_language_map(document.get(f"{field}Map"), limit).values()), "")


def as_language_map(value: Json, limit: int | None = None) -> Mapping[str, str]:
    """Texts by language tag, in the order sent; empty ones are left out."""
    if not isinstance(value, dict):
        return {}
    pairs = ((tag, as_text(text, limit)) for tag, text in list(value.items())[: limits.LANGUAGES])
    return {tag: text for tag, text in pairs if text}


def as_language(value: Json) -> str | None:
    """A language tag: a string, or `identifier` of an object (Lemmy, PeerTube); `und` means none."""
    for item in as_list(value):
        tag = item.get("identifier") if isinstance(item, dict) else item
        if isinstance(tag, str) and tag != "und" and LANGUAGE.fullmatch(tag):
            return tag
    return None


def as_bool(value: Json) -> bool | None:
    """True or False, also written as a word or as 1 and 0; None for anything else."""
    item = next(iter(as_list(value)), None)
    if isinstance(item, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(item.lower())
    if isinstance(item, bool | int):
        return bool(item) if item in (0, 1) else None
    return None


def as_float(value: Json) -> float | None:
    """A finite number, also written as a string."""
    item = next(iter(as_list(value)), None)
    if isinstance(item, bool) or not isinstance(item, int | float | str):
        return None
    if isinstance(item, str) and len(item) > MAX_TIME_TEXT:
        return None
    try:
        number = float(item)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_int(value: Json) -> int | None:
    """A whole number of at least 0 and at most 63 bits; others are None."""
    item = next(iter(as_list(value)), None)
    if isinstance(item, int) and not isinstance(item, bool):
        return item if 0 <= item <= MAX_INT else None
    number = as_float(item)
    return int(number) if number is not None and number.is_integer() and 0 <= number < MAX_INT else None


def as_time(value: Json) -> datetime | None:
    """A time in UTC; without an offset it is taken as UTC, a date as its midnight, second 60 as 59.

    Accepts fractions of any length, offsets, a space for the `T`. None for what is no time between the
    years 1 and 9999.
    """
    text = as_text(value).strip().upper()
    if not text or len(text) > MAX_TIME_TEXT:
        return None
    try:
        time = datetime.fromisoformat(LEAP_SECOND.sub(":59", text))
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_duration(value: Json) -> float | None:
    """Seconds of an ISO 8601 duration in days, hours, minutes and seconds, such as `PT1145S`."""
    match = DURATION.fullmatch(as_text(value))
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))

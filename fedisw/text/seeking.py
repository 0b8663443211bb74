"""Reading what somebody typed into the search: words, "phrases", -without, and operators as Mastodon has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from fedisw.model.errors import Malformed
from fedisw.model.search import Mark, Scope, Sought, author_mark, language_mark
from fedisw.text import language
from fedisw.text.words import words

PART: Final = re.compile(r'([-+]?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)
MARKS: Final = {
    ("has", "media"): Mark.MEDIA,
    ("has", "image"): Mark.IMAGE,
    ("has", "video"): Mark.VIDEO,
    ("has", "audio"): Mark.AUDIO,
    ("has", "poll"): Mark.POLL,
    ("has", "link"): Mark.LINK,
    ("has", "embed"): Mark.LINK,
    ("is", "reply"): Mark.REPLY,
    ("is", "sensitive"): Mark.SENSITIVE,
}
MAX_PARTS: Final = 30
DAY: Final = timedelta(days=1)
LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)
NOBODY: Final = 0

WhoIs = Callable[[str], int | None]
"""The account that a handle (`name`, `name@host`, `me`) names."""


@dataclass(slots=True)
class _Parts:
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)


def read(text: str, *, who: WhoIs) -> Sought:
    """What a search asks for; nothing, where there are only signs. An operator that is not known is an ordinary word.

    Raises:
        Malformed: nothing is left to look for, or a date is none (mastodon-api.md, section 3.6).
    """
    wanted, unwanted, sought = _Parts(), _Parts(), Sought()
    for sign, name, phrase, word in PART.findall(text)[:MAX_PARTS]:
        value, operator = (phrase or word), name.lower()
        parts = unwanted if sign == "-" else wanted
        if operator in ("before", "after", "during", "in"):
            sought = _limited(sought, operator, value)
        elif (mark := _mark(operator, value, who)) is not None:
            parts.marks.append(mark)
        else:
            (_refuse if parts is unwanted else _want)(parts, words(f"{name} {value}" if name else value))
    if not wanted.words and (wanted.marks or unwanted.marks or sought != Sought()):
        raise Malformed("At least one keyword or phrase is required")
    return replace(
        sought,
        words=tuple(dict.fromkeys(wanted.words)),
        phrases=tuple(wanted.phrases),
        marks=tuple(wanted.marks),
        unwanted=tuple(unwanted.words),
        unwanted_phrases=tuple(unwanted.phrases),
        unwanted_marks=tuple(unwanted.marks),
    )


def _want(parts: _Parts, found: list[str]) -> None:
    """Several words of one part stand together in the text (`social-work`)."""
    parts.words += found
    if len(found) > 1:
        parts.phrases.append(" ".join(found))


def _refuse(parts: _Parts, found: list[str]) -> None:
    """Only the whole phrase is unwanted, not each of its words."""
    (parts.words if len(found) == 1 else parts.phrases).append(" ".join(found))


def _mark(operator: str, value: str, who: WhoIs) -> str | None:
    if operator == "from":
        return author_mark(who(value) or NOBODY)
    if operator in ("language", "lang"):
        return language_mark(language.base(value.lower()))
    return MARKS.get((operator, value.lower()))


def _limited(sought: Sought, operator: str, value: str) -> Sought:
    if operator == "in":
        scopes = {scope.value: scope for scope in Scope}
        return replace(sought, scope=scopes.get(value.lower(), Scope.ALL))
    day = _day(value)
    match operator:
        case "before":
            return replace(sought, until=day)
        case "after":
            return replace(sought, since=_next(day))
        case _:
            return replace(sought, since=day, until=_next(day))


def _next(day: datetime) -> datetime:
    return day + DAY if day < LAST else LAST


def _day(value: str) -> datetime:
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Malformed("dates are written YYYY-MM-DD") from None

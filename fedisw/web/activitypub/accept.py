"""In which form somebody wants to have a document (federation, section 1.4; RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedisw.vocab.names import ACTIVITY_JSON, AS, LD_ACTIVITY

LINKED_DATA: Final = "application/ld+json"
MAX_ENTRIES: Final = 20  # of an Accept header that are looked at


class Form(StrEnum):
    """How an id is answered; the value is the Content-Type."""

    ACTIVITY = f"{ACTIVITY_JSON}; charset=utf-8"
    LINKED_DATA = LD_ACTIVITY
    PAGE = "text/html"


EXACT: Final = {
    ACTIVITY_JSON: Form.ACTIVITY,
    "application/json": Form.ACTIVITY,
    LINKED_DATA: Form.LINKED_DATA,
    "text/html": Form.PAGE,
    "application/xhtml+xml": Form.PAGE,
}
FAMILIES: Final = {Form.ACTIVITY: "application/*", Form.LINKED_DATA: "application/*", Form.PAGE: "text/*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    quality: float


def choose(accept: str) -> Form | None:
    """The form that is liked best, the first of the equal ones; without a wish ActivityPub; None for other types only."""
    entries = list(_entries(accept))
    if not entries:
        return Form.ACTIVITY
    liked = {form: _quality(form, entries) for form in Form}
    best = max(Form, key=lambda form: liked[form])
    return best if liked[best] > 0 else None


def _quality(form: Form, entries: list[_Entry]) -> float:
    """What the most exact entries for a form say; with `*/*` alone all are liked the same."""
    for names in ({name for name, found in EXACT.items() if found is form}, {FAMILIES[form]}, {"*/*"}):
        said = [entry.quality for entry in entries if entry.name in names]
        if said:
            return max(said)
    return 0.0


def _entries(accept: str) -> Iterator[_Entry]:
    for text in accept.split(",")[:MAX_ENTRIES]:
        name, *parameters = (part.strip().lower() for part in text.split(";"))
        if not name:
            continue
        if name == LINKED_DATA and not _is_activity_profile(parameters):
            name = "another profile"
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            yield _Entry(name=name, quality=float(quality))
        except ValueError:
            yield _Entry(name=name, quality=0.0)


def _is_activity_profile(parameters: list[str]) -> bool:
    """Without a profile any linked data will do; with one it must be ours."""
    profiles = [part.partition("=")[2].strip('"').split() for part in parameters if part.startswith("profile=")]
    return not profiles or any(AS in profile for profile in profiles)

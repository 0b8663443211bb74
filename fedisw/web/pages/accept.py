"""Whether a request for a page wants the ActivityPub document of the same thing (federation, section 1.1)."""

from __future__ import annotations

from typing import Final

DOCUMENTS: Final = frozenset({"application/activity+json", "application/ld+json"})
PAGES: Final = frozenset({"text/html", "application/xhtml+xml", "text/*"})
MAX_TYPES: Final = 20  # entries of an Accept header that are looked at


def wants_document(accept: str) -> bool:
    """Whether a document is named, and no page is liked as much; `*/*` is a person's browser or a curious program.

    Source: RFC 9110, section 12.5.1.
    """
    best = {True: 0.0, False: 0.0}
    for entry in accept.split(",")[:MAX_TYPES]:
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if name in DOCUMENTS or name in PAGES:
            best[name in DOCUMENTS] = max(best[name in DOCUMENTS], _quality(parameters))
    return best[True] > best[False]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0

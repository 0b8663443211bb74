"""Polls: the parts of a Question that a Note does not have (federation, section 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fedisw.vocab import limits, read
from fedisw.vocab.collections import as_collection
from fedisw.vocab.read import Document, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOption:
    """One answer; `votes` is the author's claim."""

    name: str
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """`end` is when it closes or closed; `is_closed` says that the author declared it closed."""

    options: tuple[PollOption, ...]
    multiple: bool = False
    end: datetime | None = None
    is_closed: bool = False
    voters: int | None = None


def parse_poll(document: Document) -> Poll | None:
    """None when there are no options, more than 20, or two alike: a vote names its option by the text."""
    multiple = document.get("oneOf") is None
    raw = read.as_list(document.get("anyOf" if multiple else "oneOf"), limits.POLL_OPTIONS + 1)
    options = tuple(option for item in raw if (option := _option(item)) is not None)
    if not options or len(raw) > limits.POLL_OPTIONS or len({option.name for option in options}) < len(options):
        return None
    closed = document.get("closed")
    closed_at = read.as_time(closed)
    return Poll(
        options=options,
        multiple=multiple,
        end=read.as_time(document.get("endTime")) or closed_at,
        is_closed=closed_at is not None or read.as_bool(closed) is True,
        voters=read.as_int(document.get("votersCount")),
    )


def _option(value: Json) -> PollOption | None:
    if not isinstance(value, dict):
        return None
    name = read.as_natural(value, "name", limits.POLL_OPTION_TEXT)
    replies = as_collection(value.get("replies"))
    votes = replies.total_items if replies is not None else None
    return PollOption(name=name, votes=votes or 0) if name else None

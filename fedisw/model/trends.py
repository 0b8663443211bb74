"""What many people speak of, here and elsewhere (mastodon-api.md, section 2.18)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TrendKind(StrEnum):
    """What can be a trend; `ref_id` of one is the id of such a thing (a link: of its card)."""

    TAG = "tag"
    STATUS = "status"
    LINK = "link"


class Decision(StrEnum):
    """What staff said of it."""

    NONE = "none"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One thing: the higher its score, the more it is spoken of now; 0 when it is over."""

    kind: TrendKind
    ref_id: int
    score: float
    decision: Decision = Decision.NONE


def score_of_tag(*, today: int, before: int) -> float:
    """How unusual it is that so many people used a tag today, when so many did the day before.

    Chi-squared against the day before: what is used every day is no trend. Fewer than three people are none.
    """
    expected = max(before, 1)
    return 0.0 if today < FEWEST or today <= expected else (today - expected) ** 2 / expected


def score_of_link(*, today: int, before: int) -> float:
    """People who linked to a page today, and half of those of the day before; fewer than three are none."""
    return 0.0 if today + before < FEWEST else today + before / 2


def score_of_status(*, marks: int, hours: float) -> float:
    """Likes and boosts, worth half after each six hours; fewer than three are none."""
    return 0.0 if marks < FEWEST else marks * 0.5 ** (max(hours, 0.0) / 6)


FEWEST = 3  # people, or likes and boosts

"""The point of a picture that must stay visible when it is cut."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fedisw.model.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """From -1 (left, bottom) to 1 (right, top); 0, 0 is the middle."""

    x: float = 0.0
    y: float = 0.0


def parse_focus(text: str) -> Focus:
    """Read `x,y`; numbers outside -1 to 1 become the nearest of the two; an empty text is the middle.

    Raises:
        Invalid: not two numbers.

    Source: Mastodon API, POST /api/v2/media.
    """
    if not text.strip():
        return Focus()
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Invalid("focus", "two numbers from -1 to 1 with a comma between them") from error
    if math.isnan(x) or math.isnan(y):
        raise Invalid("focus", "two numbers from -1 to 1 with a comma between them")
    return Focus(x=min(1.0, max(-1.0, x)), y=min(1.0, max(-1.0, y)))

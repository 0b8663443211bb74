"""Previews of pages that posts link to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a page says of itself, as plain text. Without a title there is nothing to show; that is kept, too.

    `image_url` is the page's own picture, fetched through us when somebody looks; sizes are its claims, 0 when it makes none.
    """

    id: int
    url: str
    title: str = ""
    description: str = ""
    language: str = ""
    author_name: str = ""
    provider_name: str = ""
    image_url: str = ""
    image_description: str = ""
    width: int = 0
    height: int = 0
    published_at: datetime | None = None
    fetched_at: datetime

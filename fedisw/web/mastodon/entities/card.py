"""Previews of pages in posts (mastodon-entities.md, section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from fedisw.media.remote import Part
from fedisw.model.cards import Card
from fedisw.storage.queries.trends import DayOfLink
from fedisw.web.mastodon.entities.lists import History, history_of
from fedisw.web.mastodon.entities.site import Site, encoded, moment_or_none


class CardAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a page, as the page says; it is never linked to an account, so that `url` is the page."""

    name: str
    url: str
    account: None = None


class PreviewCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of itself; `html` of other servers is never shown (NET-9)."""

    url: str
    title: str
    description: str
    language: str | None
    type: str = "link"
    author_name: str
    author_url: str = ""
    authors: list[CardAuthor]
    provider_name: str
    provider_url: str
    html: str = ""
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str = ""
    blurhash: str | None = None
    published_at: str | None


class TrendingLink(PreviewCard, frozen=True, kw_only=True):
    """A page to which people link, with the last seven days."""

    history: list[History]


def card_entity(card: Card, site: Site) -> PreviewCard:
    """A preview; its picture comes through us (MED-10)."""
    parts = urlsplit(card.url)
    return PreviewCard(
        url=encoded(card.url),
        title=card.title,
        description=card.description,
        language=card.language or None,
        author_name=card.author_name,
        authors=[CardAuthor(name=card.author_name, url=encoded(card.url))] if card.author_name else [],
        provider_name=card.provider_name or (parts.hostname or ""),
        provider_url=f"{parts.scheme}://{parts.netloc}",
        width=card.width,
        height=card.height,
        image=site.links.url(card.image_url, part=Part.PREVIEW) if card.image_url else None,
        image_description=card.image_description,
        published_at=moment_or_none(card.published_at),
    )


def link_entity(card: Card, site: Site, *, days: Sequence[DayOfLink], now: datetime) -> TrendingLink:
    """The same with how often it was linked to."""
    used = {row.day: row for row in days if row.card_id == card.id}
    return TrendingLink(**msgspec.structs.asdict(card_entity(card, site)), history=history_of(used, now=now))

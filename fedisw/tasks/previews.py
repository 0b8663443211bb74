"""Pages that posts link to, read for their previews: one fetch for each address, bounded (security NET-8, NET-9)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from fedisw.jobs.chores import FetchCard
from fedisw.model.cards import Card
from fedisw.model.errors import FediswError
from fedisw.net import limits
from fedisw.net.answer import Answer, media_type_of
from fedisw.services import previews
from fedisw.tasks.house import House
from fedisw.text import language, pages
from fedisw.text.names import clean_name
from fedisw.vocab.read import as_time

TITLE, DESCRIPTION, NAME = 200, 500, 100  # characters
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MAX_SIDE: Final = 20_000  # pixels


async def fetch(house: House, job: FetchCard) -> None:
    """Show the preview of a post's page. A page that cannot be had has none; it is not asked again for a day."""
    url = await house.db.write(previews.look, status_id=job.status_id, now=house.now())
    if url is None:
        return
    card_id = house.new_id()
    try:
        answer = await house.client.get(
            url, accept="text/html, application/xhtml+xml", kinds=limits.HTML_KINDS, max_bytes=limits.HTML_BYTES, cut=True
        )
        card = await asyncio.to_thread(card_of, answer, url=url, card_id=card_id, now=house.now())
    except FediswError:
        card = Card(id=card_id, url=url, fetched_at=house.now())
    await house.db.write(previews.keep, card, status_id=job.status_id, now=house.now())


def card_of(answer: Answer, *, url: str, card_id: int, now: datetime) -> Card:
    """What a page says of itself, as plain text; an empty card where it says nothing."""
    empty = Card(id=card_id, url=url, fetched_at=now)
    if not answer.ok or not answer.body:
        return empty
    charset = media_type_of(answer.headers.get("Content-Type", ""))[1].get("charset", "")
    page = pages.read(pages.decoded(answer.body, charset))
    title = clean_name(page.first("og:title", "twitter:title") or page.title, most=TITLE)
    if not title:
        return empty
    image = _image(page.first("og:image:secure_url", "og:image:url", "og:image", "twitter:image"), answer.url)
    author = page.first("article:author", "author")
    return Card(
        id=card_id,
        url=url,
        title=title,
        description=clean_name(page.first("og:description", "twitter:description", "description"), most=DESCRIPTION),
        language=language.normalise(page.language) or "",
        author_name="" if "://" in author else clean_name(author, most=NAME),
        provider_name=clean_name(page.first("og:site_name"), most=NAME),
        image_url=image,
        image_description=clean_name(page.first("og:image:alt", "twitter:image:alt"), most=DESCRIPTION) if image else "",
        width=_side(page.first("og:image:width")) if image else 0,
        height=_side(page.first("og:image:height")) if image else 0,
        published_at=_time(page.first("article:published_time"), now=now),
        fetched_at=now,
    )


def _image(said: str, page_url: str) -> str:
    """The address of a picture that a page names, https only; it is checked like every other when it is fetched."""
    try:
        url = urljoin(page_url, said) if said else ""
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and parts.hostname and len(url) <= 2_048 else ""


def _side(said: str) -> int:
    return min(int(said), MAX_SIDE) if said.isascii() and said.isdecimal() and len(said) < 9 else 0


def _time(said: str, *, now: datetime) -> datetime | None:
    """When a page says that it was published; nothing of the future, which no database and no client need hold."""
    moment = as_time(said)
    return moment if moment is not None and EPOCH < moment <= now else None

"""What `tag` holds: mentions, hashtags, custom emoji, links to other objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from fedisw.vocab import limits, read
from fedisw.vocab.media import Link, as_image, as_link
from fedisw.vocab.names import TAGS
from fedisw.vocab.read import Document, Json

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Someone named: `href` is the actor's id; only `name` (`@ben@remote.example`) where that is all there is."""

    href: str | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A topic; `name` as sent, without the leading `#`."""

    name: str
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emoji:
    """A small picture for `:shortcode:`; `shortcode` is without the colons."""

    shortcode: str
    url: str
    id: str | None = None
    media_type: str = ""
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The tags of one document by kind, each kind within its ceiling."""

    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    links: tuple[Link, ...] = ()


def parse_tags(value: Json) -> Tags:
    """The first 200 tags; unknown kinds and unusable ones are left out (GoToSocial sends one object, not a list)."""
    items = [item for item in read.as_list(value, limits.TAGS) if isinstance(item, dict)]
    mentions = (_mention(item) for item in _of(items, "Mention"))
    hashtags = (as_hashtag(item) for item in _of(items, "Hashtag"))
    emojis = (_emoji(item) for item in _of(items, "Emoji"))
    links = (as_link(item) for item in _of(items, "Link"))
    return Tags(
        mentions=_first(mentions, limits.MENTIONS),
        hashtags=_first(hashtags, limits.HASHTAGS),
        emojis=_first(emojis, limits.EMOJIS),
        links=_first(links, limits.TAGS),
    )


def as_hashtag(document: Document) -> Hashtag | None:
    """One Hashtag; its `href` may be relative (Gancio) and counts as absent then."""
    name = read.as_natural(document, "name", limits.SHORT_TEXT).strip().removeprefix("#")
    return Hashtag(name=name, href=read.as_id(document.get("href"))) if name else None


def _of(items: list[Document], kind: str) -> Iterator[Document]:
    return (item for item in items if read.kind(item, TAGS) == kind)


def _first(items: Iterable[T | None], limit: int) -> tuple[T, ...]:
    found = dict.fromkeys(item for item in items if item is not None)
    return tuple(islice(found, limit))


def _mention(document: Document) -> Mention | None:
    href = read.as_id(document.get("href"))
    name = read.as_natural(document, "name", limits.SHORT_TEXT)
    return Mention(href=href, name=name) if href or name else None


def _emoji(document: Document) -> Emoji | None:
    shortcode = read.as_natural(document, "name", limits.REACTION).strip().strip(":")
    icon = as_image(document.get("icon"))
    if not shortcode or icon is None:
        return None
    return Emoji(
        shortcode=shortcode,
        url=icon.url,
        id=read.own_id(document),
        media_type=icon.media_type,
        updated=read.as_time(document.get("updated")),
    )

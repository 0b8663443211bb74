"""Links, pictures and other media of a document (federation, sections 2.3 and 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.vocab import limits, names, read
from fedisw.vocab.read import Document, Json

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
BLURHASH_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")
BLURHASH_LENGTHS = range(6, 55)  # characters: 1 to 5 × 5 components


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A pointer with what is said about its target; `width` and `height` in pixels."""

    href: str
    media_type: str = ""
    rel: tuple[str, ...] = ()
    name: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, sound, film or file.

    `width` and `height` in pixels, `duration` in seconds, `focal_point` x and y from -1 to 1 with y up.
    """

    kind: names.NoteType
    url: str
    media_type: str = ""
    description: str = ""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    blurhash: str | None = None
    focal_point: tuple[float, float] | None = None
    thumbnail: str | None = None
    sensitive: bool = False


def as_links(value: Json) -> tuple[Link, ...]:
    """Every usable URL of a `url` member: a string, a Link, or a list of them; then those in `tag` of such a Link.

    PeerTube lists the files of a film below its playlist.
    """
    items = read.as_list(value, limits.LINKS)
    inside = (part for item in items if isinstance(item, dict) for part in read.as_list(item.get("tag"), limits.LINKS))
    links = (as_link(item) for item in (*items, *(part for part in inside if read.kind(part, names.TAGS) == "Link")))
    return tuple(link for link in links if link is not None)[: limits.LINKS]


def as_link(value: Json) -> Link | None:
    """A string or a Link object; None when it has no usable `href`."""
    if isinstance(value, str):
        value = {"href": value}
    if not isinstance(value, dict):
        return None
    href = read.as_text(value.get("href")) or read.as_text(value.get("url"))
    href = href.replace("&#038;", "&")  # WordPress escapes pictures' addresses as if for HTML
    if not read.is_url(href):
        return None
    return Link(
        href=href,
        media_type=read.as_text(value.get("mediaType"), limits.SHORT_TEXT),
        rel=read.as_texts(value.get("rel"), limits.LINKS, limits.SHORT_TEXT),
        name=read.as_natural(value, "name", limits.SHORT_TEXT),
        width=read.as_int(value.get("width")),
        height=read.as_int(value.get("height")),
    )


def page_url(links: tuple[Link, ...]) -> str | None:
    """The address for people: the HTML one, else one without a media type, else the first."""
    ranked = sorted(links, key=lambda link: 0 if link.media_type in HTML_TYPES else 1 if not link.media_type else 2)
    return ranked[0].href if ranked else None


def as_image(value: Json) -> Media | None:
    """The first usable picture of an `icon` or `image`: an object, a URL, or a list of them."""
    for item in read.as_list(value, limits.LINKS):
        document: Document = {"url": item} if not isinstance(item, dict) else item
        image = _media(document, names.NoteType.IMAGE)
        if image is not None:
            return image
    return None


def as_attachments(value: Json) -> tuple[Media, ...]:
    """Media among the first 32 attachments; what has a `url` and no type is a Document."""
    found = (_attachment(item) for item in read.as_list(value, limits.ATTACHMENTS))
    return tuple(media for media in found if media is not None)


def as_link_attachments(value: Json) -> tuple[Link, ...]:
    """Links among the first 32 attachments: hints for a preview (Lemmy, Mastodon)."""
    items = (item for item in read.as_list(value, limits.ATTACHMENTS) if read.kind(item, names.TAGS) == "Link")
    return tuple(link for item in items if (link := as_link(item)) is not None)


def _attachment(value: Json) -> Media | None:
    if not isinstance(value, dict):
        return None
    if value.get("type") is None and value.get("@type") is None:
        return _media(value, names.NoteType.DOCUMENT)
    kind = read.kind(value, names.MEDIA)
    return _media(value, names.NoteType(kind)) if kind is not None else None


def _media(document: Document, kind: names.NoteType) -> Media | None:
    links = as_links(document.get("url")) or as_links(document.get("href"))
    if not links:
        return None
    best = next((link for link in links if link.media_type.startswith(f"{kind.lower()}/")), links[0])
    thumbnail = as_image(document.get("icon")) if kind is not names.NoteType.IMAGE else None
    return Media(
        kind=kind,
        url=best.href,
        media_type=read.as_text(document.get("mediaType"), limits.SHORT_TEXT) or best.media_type,
        description=_description(document),
        width=read.as_int(document.get("width")) or best.width,
        height=read.as_int(document.get("height")) or best.height,
        duration=read.as_duration(document.get("duration")),
        blurhash=_blurhash(document.get("blurhash")),
        focal_point=_focal_point(document.get("focalPoint")),
        thumbnail=thumbnail.url if thumbnail is not None else None,
        sensitive=read.as_bool(document.get("sensitive")) or False,
    )


def _description(document: Document) -> str:
    """GoToSocial says it in `summary`, Mastodon in `name`."""
    return read.as_natural(document, "summary", limits.SUMMARY) or read.as_natural(document, "name", limits.SUMMARY)


def _blurhash(value: Json) -> str | None:
    text = read.as_text(value)
    return text if len(text) in BLURHASH_LENGTHS and BLURHASH_CHARACTERS.issuperset(text) else None


def _focal_point(value: Json) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    x, y = (read.as_float(item) for item in value)
    return None if x is None or y is None else (min(1.0, max(-1.0, x)), min(1.0, max(-1.0, y)))

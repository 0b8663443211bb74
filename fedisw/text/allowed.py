"""What HTML may say: the allow-list of security HTM-1 as values and pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

from fedisw.model.urls import MAX_URL

INLINE: Final = frozenset({"span", "a", "del", "s", "code", "em", "strong", "b", "i", "u"})
BLOCKS: Final = frozenset({"p", "pre", "ul", "ol", "li", "blockquote"})
TAGS: Final = INLINE | BLOCKS | {"br", "ruby", "rt", "rp"}
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})  # become <p><strong>
DROPPED: Final = frozenset(  # with all they contain
    {"script", "style", "iframe", "object", "form", "svg", "math", "noscript", "template", "noembed", "noframes"}
)
CLASSES: Final = frozenset({"mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis", "quote-inline"})
CLASSES_OF: Final[Mapping[str, frozenset[str]]] = {"a": CLASSES, "span": CLASSES, "p": frozenset({"quote-inline"})}
KEPT_REL: Final = frozenset({"tag", "nofollow", "noopener", "noreferrer", "ugc"})
ADDED_REL: Final = ("nofollow", "noopener", "noreferrer")
MAX_NESTING: Final = 32

_URL: Final = re.compile(r"https?://[^\s/?#\\]+[^\\]*", re.IGNORECASE)
_ESCAPED_IN_URL: Final = str.maketrans({" ": "%20", '"': "%22", "<": "%3C", ">": "%3E", "`": "%60"})
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,5}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,9}")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a piece of HTML may hold besides the common list; `me` only on the links of local profiles."""

    rel: frozenset[str] = KEPT_REL


POST: Final = Policy()
PROFILE: Final = Policy(rel=KEPT_REL | {"me"})


def printable(text: str) -> str:
    """The text without control characters (tab and line ends stay) and without halves of characters."""
    return _UNPRINTABLE.sub("", text)


def decoded(value: str) -> str:
    """An attribute's value with its entities resolved; one without a semicolon stays, as it does before `=` in browsers."""
    return _ENTITY.sub(lambda found: unescape(found[0]), value)


def link(url: str) -> str | None:
    """A URL that may be a link, in the form that may stand in an attribute; None if it becomes text.

    Idempotent. Only absolute http and https, at most 2,048 characters.
    """
    url = url.strip().translate(_ESCAPED_IN_URL)
    if len(url) > MAX_URL or not url.isprintable() or not _URL.fullmatch(url):
        return None
    return url


def quoted(value: str) -> str:
    """The value of an attribute as it is written; it holds no `"` and no `<` (see `link` and `attributes`)."""
    return '"' + value.replace("&", "&amp;") + '"'


def attributes(tag: str, given: Mapping[str, str], policy: Policy) -> dict[str, str] | None:
    """The attributes that a tag keeps, values decoded, in an order of ours; None if the tag itself must go (a dead link).

    Idempotent: what comes out stays as it is.
    """
    kept: dict[str, str] = {}
    if tag == "a":
        href = link(given.get("href", ""))
        if href is None:
            return None
        kept["href"] = href
    if tag in CLASSES_OF and "class" in given:
        words = [word for word in dict.fromkeys(given["class"].split()) if word in CLASSES_OF[tag]]
        if words or not given["class"]:
            kept["class"] = " ".join(words)
    if tag == "a":
        words = [word for word in dict.fromkeys(given.get("rel", "").lower().split()) if word in policy.rel]
        kept["target"] = "_blank"
        kept["rel"] = " ".join(dict.fromkeys((*words, *ADDED_REL)))
    return kept | _common(tag, given)


def _common(tag: str, given: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    if given.get("translate", "").lower() == "no":
        kept["translate"] = "no"
    if _LANGUAGE.fullmatch(given.get("lang", "")):
        kept["lang"] = given["lang"]
    number = {"ol": "start", "li": "value"}.get(tag)
    if number and _NUMBER.fullmatch(given.get(number, "").strip()):
        kept[number] = given[number].strip()
    if tag == "ol" and "reversed" in given:
        kept["reversed"] = ""
    return kept

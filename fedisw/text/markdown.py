"""Composes the HTML of what people write here (mastodon-api.md, section 3.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from markdown_it.token import Token

from fedisw.text import parsing
from fedisw.text.allowed import ADDED_REL, POST, PROFILE, link, quoted
from fedisw.text.hashtags import normalise
from fedisw.text.marks import Handle
from fedisw.text.sanitise import MAX_OUTPUT, clean

SHOWN: Final = 30  # characters of a URL after its prefix
MAX_LINKS: Final = 200  # of each kind in one text; what comes after stays text

_PREFIX: Final = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_SIMPLE: Final[Mapping[str, str]] = {
    "paragraph_open": "<p>",
    "paragraph_close": "</p>",
    "heading_open": "<p><strong>",
    "heading_close": "</strong></p>",
    "blockquote_open": "<blockquote>",
    "blockquote_close": "</blockquote>",
    "bullet_list_open": "<ul>",
    "bullet_list_close": "</ul>",
    "ordered_list_close": "</ol>",
    "list_item_open": "<li>",
    "list_item_close": "</li>",
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<s>",
    "s_close": "</s>",
    "link_close": "</a>",
    "softbreak": "<br />",
    "hardbreak": "<br />",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """Where a mention leads: the page of the account (equal to `mentions[].url`) and its full name `user` or `user@host`."""

    url: str
    acct: str


def to_html(
    text: str,
    *,
    mentions: Mapping[str, Mentioned] | None = None,
    tag_url: Callable[[str], str] | None = None,
    profile: bool = False,
) -> str:
    """HTML of a text in Markdown; cleaned, so that it can be stored.

    Args:
        mentions: by `Handle.key`, what `mentions.find` found and somebody is; other handles stay text.
        tag_url: page of a normalised tag; without it tags stay text.
        profile: whether links say `rel=me` (bio of a local account).
    """
    return _cleaned(_Writer(mentions or {}, tag_url, profile).written(parsing.read(text)), profile)


def to_inline_html(
    text: str,
    *,
    mentions: Mapping[str, Mentioned] | None = None,
    tag_url: Callable[[str], str] | None = None,
    profile: bool = False,
) -> str:
    """As `to_html`, for one line without paragraphs (the value of a profile field)."""
    return _cleaned(_Writer(mentions or {}, tag_url, profile).written(parsing.read_line(text)), profile)


def _cleaned(html: str, profile: bool) -> str:
    return clean(html, PROFILE if profile else POST, max_bytes=4 * MAX_OUTPUT)


class _Writer:
    """Writes tokens as HTML without line ends, in the order of attributes that the gate has."""

    def __init__(self, mentions: Mapping[str, Mentioned], tag_url: Callable[[str], str] | None, profile: bool) -> None:
        self._mentions, self._tag_url = mentions, tag_url
        self._rel = " ".join((*ADDED_REL, "me") if profile else ADDED_REL)
        self._shared = _shared_names(mentions.values())
        self._left = {parsing.MENTION: MAX_LINKS, parsing.HASHTAG: MAX_LINKS, "link_open": MAX_LINKS}

    def written(self, tokens: Iterable[Token]) -> str:
        """All tokens in order; paragraphs of tight lists have no tags."""
        parts: list[str] = []
        waiting = iter(tokens)
        for token in waiting:
            if token.hidden:
                continue
            if token.type == "link_open" and token.info == "auto":
                parts.append(self._url(token, next(waiting).content))
                next(waiting)  # its link_close
            else:
                parts.append(_SIMPLE.get(token.type) or self._one(token))
        return "".join(parts)

    def _one(self, token: Token) -> str:
        match token.type:
            case "inline":
                return self.written(token.children or ())
            case "code_inline":
                return f"<code>{_text(token.content)}</code>"
            case "fence":
                return f"<pre><code>{_text(token.content.removesuffix(chr(10)))}</code></pre>"
            case "ordered_list_open":
                start = token.attrGet("start")
                return "<ol>" if start is None else f'<ol start="{start}">'
            case "link_open":
                return f'<a href={quoted(str(token.attrGet("href")))} target="_blank" rel="{self._rel}">'
            case parsing.MENTION:
                return self._mention(token, token.meta["handle"])
            case parsing.HASHTAG:
                return self._hashtag(token, token.meta["tag"])
            case _:
                return _text(token.content)

    def _mention(self, token: Token, handle: Handle) -> str:
        someone = self._mentions.get(handle.key)
        href = None if someone is None else link(someone.url)
        if someone is None or href is None or not self._may_link(parsing.MENTION):
            return _text(token.content)
        username = someone.acct.partition("@")[0]
        shown = someone.acct if username.lower() in self._shared else username
        return (
            f'<span class="h-card" translate="no"><a href={quoted(href)} class="u-url mention" target="_blank" '
            f'rel="{" ".join(ADDED_REL)}">@<span>{_text(shown)}</span></a></span>'
        )

    def _hashtag(self, token: Token, shown: str) -> str:
        href = link(self._tag_url(normalise(shown))) if self._tag_url else None
        if href is None or not self._may_link(parsing.HASHTAG):
            return _text(token.content)
        rel = " ".join(("tag", *ADDED_REL))
        return f'<a href={quoted(href)} class="mention hashtag" target="_blank" rel="{rel}">#<span>{_text(shown)}</span></a>'

    def _url(self, token: Token, url: str) -> str:
        if not self._may_link("link_open"):
            return _text(url)
        prefix = _PREFIX.match(url)
        start = prefix.end() if prefix else 0
        cut = start + SHOWN if len(url) > start + SHOWN + 1 else len(url)  # to hide one character is not worth it
        shown = "ellipsis" if cut < len(url) else ""
        return (
            f'<a href={quoted(str(token.attrGet("href")))} target="_blank" rel="{self._rel}" translate="no">'
            f'<span class="invisible">{_text(url[:start])}</span><span class="{shown}">{_text(url[start:cut])}</span>'
            f'<span class="invisible">{_text(url[cut:])}</span></a>'
        )

    def _may_link(self, kind: str) -> bool:
        self._left[kind] -= 1
        return self._left[kind] >= 0


def _shared_names(people: Iterable[Mentioned]) -> set[str]:
    """Names that two of the mentioned people have: their hosts are shown."""
    owners: dict[str, set[str]] = {}
    for someone in people:
        owners.setdefault(someone.acct.partition("@")[0].lower(), set()).add(someone.acct.lower())
    return {name for name, accts in owners.items() if len(accts) > 1}


def _text(text: str) -> str:
    return escape(text, quote=False)

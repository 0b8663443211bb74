"""The line that stands for a quoted post where quotes are not shown (mastodon-api.md, section 3.7)."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from fedisw.text.allowed import ADDED_REL, link, quoted

_OPENS: Final = re.compile(r'<(p|span)(?: [^>]*)? ?class="(?:[^"]* )?quote-inline(?: [^"]*)?"[^>]*>')


def with_quote(html: str, url: str) -> str:
    """Clean HTML of a post with a link to what it quotes in front, unless the text links it."""
    href = link(url)
    if href is None or f"href={quoted(href)}" in html:
        return html
    rel = " ".join(ADDED_REL)
    anchor = f'<a href={quoted(href)} target="_blank" rel="{rel}">{escape(url, quote=False)}</a>'
    return f'<p class="quote-inline">RE: {anchor}</p>{html}'


def without_quote(html: str) -> str:
    """Clean HTML of a post without what stands for the quoted post: paragraphs or spans of the class `quote-inline`."""
    while (start := _OPENS.search(html)) is not None:
        html = html[: start.start()] + html[_end_of(html, start.end(), start[1]) :]
    return html


def _end_of(html: str, at: int, name: str) -> int:
    """Where an element that was opened ends; clean HTML closes what it opens."""
    depth = 1
    for tag in re.finditer(rf"<(/?){name}\b[^>]*>", html[at:]):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return at + tag.end()
    return len(html)

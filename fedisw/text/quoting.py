"""The line that stands for a quoted post where quotes are not shown (mastodon-api.md, section 3.7)."""

from __future__ import annotations

from html import escape

from fedisw.text.allowed import ADDED_REL, link, quoted


def with_quote(html: str, url: str) -> str:
    """Clean HTML of a post with a link to what it quotes in front, unless the text links it."""
    href = link(url)
    if href is None or f"href={quoted(href)}" in html:
        return html
    rel = " ".join(ADDED_REL)
    anchor = f'<a href={quoted(href)} target="_blank" rel="{rel}">{escape(url, quote=False)}</a>'
    return f'<p class="quote-inline">RE: {anchor}</p>{html}'

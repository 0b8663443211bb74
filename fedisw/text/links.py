"""The page that a post is about: the first link of its clean HTML that is neither a mention, a tag, nor a quoted post."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_QUOTE_LINE: Final = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)
_LINK: Final = re.compile(r'<a href="([^"]{1,2048})"([^>]*)>')
_NAMES: Final = re.compile(r'class="[^"]*(?:mention|hashtag|u-url)|rel="[^"]*\btag\b')


def first_link(html: str) -> str | None:
    """Its address, without what stands behind a `#`; None where there is none."""
    for found in _LINK.finditer(_QUOTE_LINE.sub("", html)):
        url = unescape(found[1]).partition("#")[0]
        if url.startswith(("http://", "https://")) and not _NAMES.search(found[2]):
            return url
    return None

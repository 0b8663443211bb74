"""Markdown as we read it, with mentions, tags and short codes as parts of the text (never of code, links or URLs)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Final

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from fedisw.model.urls import MAX_URL
from fedisw.text import allowed, marks

RULES: Final = ("blockquote", "fence", "heading", "list", "paragraph", "reference")  # of blocks
INLINE_RULES: Final = ("autolink", "backticks", "emphasis", "entity", "escape", "link", "newline", "strikethrough")
MAX_NESTING: Final = 12  # two tags a level at most, so that the result stays within the 32 of HTM-2

MENTION: Final = "mention"
HASHTAG: Final = "hashtag"

_SCHEME: Final = re.compile(r"(?<![A-Za-z0-9.+-])https?$", re.IGNORECASE)


class _Reader(MarkdownIt):
    """CommonMark without HTML, images, rules, indented code; links only to http and https."""

    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
        self.enable([*RULES, *INLINE_RULES, "balance_pairs", "fragments_join", "text_join"])
        for name, rule in (("url", _url), (MENTION, _mention), (HASHTAG, _hashtag), ("emoji", _emoji)):
            self.inline.ruler.before("newline", name, rule)
        for char in "@#＃:":
            self.inline.add_terminator_char(char)

    def validateLink(self, url: str) -> bool:  # noqa: N802  # the library's name
        """Whether this may be a link (HTM-1); if not, it stays text as it was written."""
        return allowed.link(url) is not None

    def normalizeLink(self, url: str) -> str:  # noqa: N802  # the library's name
        """The URL as it is put into the attribute."""
        return allowed.link(url) or url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802  # the library's name
        """The URL as it is shown: as it was written."""
        return link


def urls(text: str) -> list[tuple[int, int]]:
    """Start and end of each URL that says http or https."""
    return [(found.index, found.last_index) for found in _TOOLS.finder.match(text) or ()]


def linkifier() -> LinkifyIt:
    """Finds URLs that say http or https; no bare host names, no mail addresses. Not safe between threads."""
    finder = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for schema in ("ftp:", "//", "mailto:"):
        finder.add(schema, None)
    return finder


def read(text: str) -> list[Token]:
    """The blocks of a text."""
    return _TOOLS.reader.parse(allowed.printable(text))


def read_line(text: str) -> list[Token]:
    """The parts of a text that has no blocks."""
    return [part for token in _TOOLS.reader.parseInline(allowed.printable(text)) for part in token.children or ()]


def parts(text: str) -> Iterator[Token]:
    """Everything that stands in a line, of all blocks in order."""
    for token in read(text):
        yield from token.children or ()


def _url(state: StateInline, silent: bool) -> bool:
    """A URL in running text; the library's own rule takes quadratic time where many are broken."""
    scheme = _SCHEME.search(state.pending[-6:]) if state.src.startswith("://", state.pos) and not state.linkLevel else None
    if scheme is None:
        return False
    start = state.pos - len(scheme[0])
    found = _TOOLS.finder.match_at_start(state.src[start : min(state.posMax, start + MAX_URL + 1)])
    url = found.url.rstrip("*_") if found else ""  # emphasis around it may end here
    if allowed.link(url) is None:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        opening = state.push("link_open", "a", 1)
        opening.attrs, opening.info = {"href": allowed.link(url) or url}, "auto"
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos = start + len(url)
    return True


def _mention(state: StateInline, silent: bool) -> bool:
    found = marks.handle_at(state.src[: state.posMax], state.pos) if state.src[state.pos] == "@" else None
    if found is None or state.linkLevel:
        return False
    return _take(state, silent, MENTION, found[1], {"handle": found[0]})


def _hashtag(state: StateInline, silent: bool) -> bool:
    found = marks.tag_at(state.src[: state.posMax], state.pos) if state.src[state.pos] in "#＃" else None
    if found is None or state.linkLevel:
        return False
    return _take(state, silent, HASHTAG, found[1], {"tag": found[0]})


def _emoji(state: StateInline, silent: bool) -> bool:
    """A short code is text in which nothing else is looked for (`:_a_:` has no emphasis)."""
    found = marks.emoji_at(state.src[: state.posMax], state.pos) if state.src[state.pos] == ":" else None
    if found is None:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : found[1]])
    state.pos = found[1]
    return True


def _take(state: StateInline, silent: bool, kind: str, end: int, meta: dict[str, object]) -> bool:
    if not silent:
        token = state.push(kind, "", 0)
        token.content, token.meta = state.src[state.pos : end], meta
    state.pos = end
    return True


class _Tools(threading.local):
    """The libraries keep state while they work: each thread has its own."""

    def __init__(self) -> None:
        self.finder, self.reader = linkifier(), _Reader()


_TOOLS: Final = _Tools()

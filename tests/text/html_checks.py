"""Reads HTML with another parser than the gate's and says what HTM-1 does not allow."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

TAGS = {"p", "br", "span", "a", "del", "s", "pre", "code", "em", "strong", "b", "i", "u", "ul", "ol", "li", "blockquote"}
TAGS |= {"ruby", "rt", "rp"}
ATTRIBUTES = {
    "a": {"href", "rel", "class", "target"},
    "span": {"class"},
    "p": {"class"},
    "ol": {"start", "reversed"},
    "li": {"value"},
}
CLASSES = {"mention", "hashtag", "u-url", "h-card", "invisible", "ellipsis", "quote-inline"}
REL = {"tag", "nofollow", "noopener", "noreferrer", "ugc"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"tag {tag}")
        if len({name for name, _ in attrs}) != len(attrs):
            self.faults.append("attribute twice")
        for name, value in attrs:
            self.check(tag, name, value or "")
        if tag == "a" and not {"nofollow", "noopener", "noreferrer"} <= set((dict(attrs).get("rel") or "").split()):
            self.faults.append("rel of a link")
        if tag != "br":
            self.open.append(tag)
            if len(self.open) > 32:
                self.faults.append("depth")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br" or attrs:
            self.faults.append(f"empty {tag}")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"end of {tag}")

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("declaration")

    def check(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES.get(tag, set()) | {"lang", "translate"}:
            self.faults.append(f"attribute {tag}[{name}]")
        if name == "class" and not set(value.split()) <= (CLASSES if tag != "p" else {"quote-inline"}):
            self.faults.append(f"class {value}")
        if name == "rel" and not set(value.split()) <= REL:
            self.faults.append(f"rel {value}")
        if name == "target" and value != "_blank":
            self.faults.append(f"target {value}")
        if name in ("start", "value") and not value.lstrip("-").isdigit():
            self.faults.append(f"{name} {value}")
        if name == "href" and not (urlsplit(value).scheme in ("http", "https") and urlsplit(value).netloc):
            self.faults.append(f"href {value}")


def faults(html: str) -> list[str]:
    """What is wrong with cleaned HTML by HTM-1 and HTM-2; empty if nothing is."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    unclosed = [f"open {reader.open}"] if reader.open else []
    raw = ["raw < or >"] if re.search("[<>]", re.sub(r"<[^<>]*>", "", html)) else []
    return reader.faults + unclosed + raw

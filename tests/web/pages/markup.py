"""Reads a page as a browser would and finds what a careful reader would find fault with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"meta", "link", "img", "input", "br", "circle", "rect", "path", "use", "source"})
LABELLED = frozenset({"input", "select", "textarea"})
HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass
class Element:
    """A tag with its attributes and all text inside."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    text: str = ""


@dataclass
class Document(HTMLParser):
    """All elements of a page in order."""

    elements: list[Element] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    @classmethod
    def of(cls, page: str) -> Document:
        document = cls()
        HTMLParser.__init__(document)
        document.feed(page)
        document.close()
        document.faults += [f"<{element.tag}> is never closed" for element in document.open]
        return document

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        self.faults += [f"<{tag}> has {name} twice" for name, times in names.items() if times > 1]
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(outer.tag for outer in self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes nothing")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str, **attributes: str) -> Element:
        found = [e for e in self.all(tag) if all(e.attributes.get(name) == value for name, value in attributes.items())]
        assert len(found) == 1, (tag, attributes, len(found))
        return found[0]

    def links(self) -> list[str]:
        return [element.attributes.get("href", "") for element in self.all("a")]


def faults(page: str) -> list[str]:
    """Everything against security HDR (nothing inline) and professional 15.6 (landmarks, labels, headings)."""
    document = Document.of(page)
    return document.faults + _inline(document) + _landmarks(document) + _references(document) + _labels(document)


def _inline(document: Document) -> list[str]:
    found = [f"<{element.tag}>" for element in document.all("style", "iframe", "object")]
    found += ["<script> inline" for element in document.all("script") if not _is_our_file(element)]
    for element in document.elements:
        found += [f"{name} on <{element.tag}>" for name in element.attributes if name == "style" or name.startswith("on")]
        found += ["javascript:" for value in element.attributes.values() if value.strip().lower().startswith("javascript:")]
    return found


def _is_our_file(script: Element) -> bool:
    return script.attributes.get("src", "").startswith("/static/") and not script.text.strip()


def _landmarks(document: Document) -> list[str]:
    found = [f"{len(document.all(tag))} of <{tag}>" for tag in ("h1", "main", "footer") if len(document.all(tag)) != 1]
    links = document.all("a")
    if links[0].attributes["href"] != "#content":
        found.append("the first link does not lead to the content")
    navigation = [element.attributes.get("aria-label") for element in document.all("nav")]
    if None in navigation or len(set(navigation)) != len(navigation):
        found.append("navigation without a name of its own")
    levels = [int(element.tag[1]) for element in document.all(*HEADINGS)]
    found += [f"h{now} after h{before}" for before, now in pairwise(levels) if now > before + 1]
    if not document.one("html").attributes.get("lang"):
        found.append("no language")
    return found


def _references(document: Document) -> list[str]:
    ids = [element.attributes["id"] for element in document.elements if "id" in element.attributes]
    found = [f"id {name} twice" for name, times in Counter(ids).items() if times > 1]
    for element in document.elements:
        wanted = [
            name for key in ("aria-labelledby", "aria-describedby", "for") for name in element.attributes.get(key, "").split()
        ]
        if element.tag == "a" and element.attributes.get("href", "").startswith("#"):
            wanted.append(element.attributes["href"][1:])
        found += [f"<{element.tag}> refers to {name}" for name in wanted if name not in ids]
    return found


def _labels(document: Document) -> list[str]:
    named = {element.attributes.get("for") for element in document.all("label")}
    fields = [e for e in document.all(*LABELLED) if e.attributes.get("type") != "hidden" and "hidden" not in e.attributes]
    found = [f"{e.tag} {e.attributes.get('name')} has no label" for e in fields if e.attributes.get("id") not in named]
    found += ["a picture without alt" for element in document.all("img") if "alt" not in element.attributes]
    for element in document.all("a", "button"):
        if not element.text.strip() and "aria-hidden" not in element.attributes and not _shows_picture(document, element):
            found.append(f"a {element.tag} without words: {element.attributes}")
    return found


def _shows_picture(document: Document, element: Element) -> bool:
    after = document.elements[document.elements.index(element) + 1 :]
    return bool(after) and after[0].tag == "img" and bool(after[0].attributes.get("alt"))

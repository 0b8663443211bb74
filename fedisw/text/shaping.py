"""From a parsed tree to what may stay of it: drops, unwraps and renames elements (security HTM-1, HTM-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

from fedisw.text.allowed import BLOCKS, DROPPED, HEADINGS, MAX_NESTING, Policy, attributes, decoded

Token = dict[str, Any]  # html5lib's form
VOID: Final = "br"


def walk(root: Element) -> Iterator[Token]:
    """The tokens of a tree, without comments and without what is dropped whole; formulas become their TeX.

    Takes linear time; html5lib's own walker looks for each child among all its siblings.
    """
    stack = [(root, iter(root))]
    if root.text:
        yield _text(root.text)
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack:
                yield {"type": "EndTag", "name": element.tag}
                yield _text(element.tail)
            continue
        name = _name(child)
        if name == VOID:
            yield {"type": "EmptyTag", "name": name, "data": {}}
        elif name == "math":
            yield _text(_formula(child))
        elif name and name not in DROPPED:
            yield {"type": "StartTag", "name": name, "data": {(None, key): value for key, value in child.attrib.items()}}
            yield _text(child.text)
            stack.append((child, iter(child)))
            continue
        yield _text(child.tail)


class Shape:
    """Gives each tag the attributes that it keeps, unwraps what may not stay, turns headings into bold paragraphs."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._open: list[tuple[str, ...]] = []  # what each open element was written as
        self._depth = self._headings = 0

    def shaped(self, tokens: Iterable[Token]) -> Iterator[Token]:
        """The tokens that are written."""
        for token in tokens:
            match token["type"]:
                case "StartTag":
                    yield from self._start(token)
                case "EndTag":
                    yield from self._end(token["name"])
                case _:
                    yield token

    def _start(self, token: Token) -> Iterator[Token]:
        name: str = token["name"]
        kept = attributes(
            "p" if name in HEADINGS else name, {key: decoded(value) for (_, key), value in token["data"].items()}, self._policy
        )
        written: tuple[str, ...] = ("p", "strong") if name in HEADINGS else (name,)
        blocked = self._headings and (name in BLOCKS or name in HEADINGS)
        if kept is None or blocked or self._depth + len(written) > MAX_NESTING:
            written = ()
        self._open.append(written)
        self._depth += len(written)
        self._headings += name in HEADINGS
        for number, tag in enumerate(written):
            yield {"type": "StartTag", "name": tag, "data": _escaped(kept or {}) if number == 0 else {}}

    def _end(self, name: str) -> Iterator[Token]:
        written = self._open.pop()
        self._depth -= len(written)
        self._headings -= name in HEADINGS
        for tag in reversed(written):
            yield {"type": "EndTag", "name": tag}


def _escaped(kept: dict[str, str]) -> dict[tuple[None, str], str]:
    # bleach's writer takes entities in values for entities, so that an ampersand that is none has to be written as one
    return {(None, name): value.replace("&", "&amp;") for name, value in kept.items()}


def _text(data: str | None) -> Token:
    return {"type": "Characters", "data": data or ""}


def _name(element: Element) -> str:
    """Local name; empty for comments and what else is no element of HTML, SVG or MathML."""
    tag: object = element.tag
    if not isinstance(tag, str) or tag.startswith("<"):
        return ""
    return tag.rpartition("}")[2] if tag.startswith("{") else tag


def _formula(math: Element) -> str:
    """The TeX of a formula, or its plain text, from its annotations; nothing if it has none."""
    found = {element.get("encoding", ""): element.text or "" for element in math.iter() if _name(element) == "annotation"}
    if "application/x-tex" in found:
        mark = "$$" if math.get("display") == "block" else "$"
        return f"{mark}{found['application/x-tex'].strip()}{mark}"
    return found.get("text/plain", "")

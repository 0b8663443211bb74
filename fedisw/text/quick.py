"""The short way through the gate, for HTML so plain that parsing it would change nothing but attributes.

A tokeniser in linear time with a stack of open tags. It accepts only what the thorough way returns in the same form;
a property test compares the two. Everything else, and every doubt, is None.
"""

from __future__ import annotations

import re
from typing import Final

from fedisw.text.allowed import CLASSES_OF, INLINE, MAX_NESTING, Policy, attributes, decoded, quoted

CONTAINERS: Final = frozenset({"blockquote", "li"})
LISTS: Final = frozenset({"ul", "ol"})
LEAVES: Final = frozenset({"p", "pre"})  # hold only what stands in a line

_TEXT: Final = r"(?:[^<>&\r\u00ad\ufdd0-\ufdef\ufffe\uffff]|&(?:amp|lt|gt|quot|\#39);)+"
_ATTRIBUTE: Final = r'[a-z]+="(?:[^<>&"\r\n]|&amp;)*"'
_TOKEN: Final = re.compile(
    rf"(?P<text>{_TEXT})|<(?P<void>br ?/?)>|</(?P<end>[a-z]+)>|<(?P<start>[a-z]+)(?P<attributes>(?: {_ATTRIBUTE})*)>"
)
_PAIR: Final = re.compile(r'([a-z]+)="([^"]*)"')


def clean(html: str, policy: Policy) -> str | None:
    """The cleaned HTML, or None if it has to go the thorough way."""
    written: list[str] = []
    stack: list[str] = []
    at = 0
    while at < len(html):
        token = _TOKEN.match(html, at)
        if token is None:
            return None
        at = token.end()
        piece = _piece(token, stack, policy)
        if piece is None:
            return None
        written.append(piece)
        if token["start"] == "pre" and html.startswith("\n", at):  # the parser swallows this line end
            return None
    return None if stack else "".join(written)


def _piece(token: re.Match[str], stack: list[str], policy: Policy) -> str | None:
    if token["text"]:
        return token["text"]
    if token["void"]:
        return "<br />"
    if token["end"]:
        return token[0] if stack and stack.pop() == token["end"] else None
    return _start(token["start"], token["attributes"], stack, policy)


def _start(name: str, text: str, stack: list[str], policy: Policy) -> str | None:
    if not _fits(name, stack) or len(stack) >= MAX_NESTING:
        return None
    given = _PAIR.findall(text)
    kept = attributes(name, {key: decoded(value) for key, value in given}, policy)
    if kept is None or len(given) != len(dict(given)) or (name not in CLASSES_OF and text):
        return None
    stack.append(name)
    return f"<{name}{''.join(f' {key}={quoted(value)}' for key, value in kept.items())}>"


def _fits(name: str, stack: list[str]) -> bool:
    """Whether this tag may open here without the parser closing or moving anything."""
    above = stack[-1] if stack else ""
    if name in INLINE:
        return above not in LISTS and (name == "span" or name not in stack)
    if name == "li":
        return above in LISTS
    return (name in LISTS or name in CONTAINERS or name in LEAVES) and (not stack or above in CONTAINERS)

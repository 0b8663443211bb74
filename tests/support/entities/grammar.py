"""Lists of fields in prose: `id (!), title (!), replies_policy (`list` `none`, 3.3), poll {options, expires_in} null`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

OPEN, CLOSE = "([{", ")]}"
QUOTED: Final = re.compile(r"`([^`]+)`")
WORDS: Final = {
    "text": "text", "string": "text", "html": "text", "url": "url", "id": "id", "id-or-empty": "id-or-empty", "int": "int",
    "number": "int", "bool": "bool", "float": "number",
    "datetime": "moment", "date": "day", "object": "any", "any": "any", "true": "true", "digits": "digits", "second": "second",
    "flags": "flags", "socket": "socket",
}  # fmt: skip
INSIDE: Final = re.compile(r"\[.*\]|\{.*\}", re.DOTALL)
ENTITY: Final = re.compile(r"(?:V1::|Admin::|Trends::)?[A-Z][A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A key of an entity: `kind` is a word of tests/support/entities/check.py, an entity, or a list of one in brackets."""

    name: str
    kind: str = ""
    null: bool = False
    optional: bool = False
    for_viewer: bool = False
    inner: tuple[Member, ...] = ()


def split(text: str, at: str = ",") -> list[str]:
    """The parts between commas that stand in no brackets or quotes."""
    parts, depth, start, quoted = [], 0, 0, False
    for place, letter in enumerate(text):
        quoted ^= letter == "`"
        if quoted:
            continue
        depth += (letter in OPEN) - (letter in CLOSE)
        if letter == at and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in (*parts, text[start:]) if part.strip()]


def members(text: str) -> tuple[Member, ...]:
    """All members that a list in prose names; what says nothing of its kind has none."""
    return tuple(_spread([member for part in split(text) if (member := _member(part)) is not None]))


def described(name: str, kind: str, null: str, meaning: str = "") -> Iterator[Member]:
    """The members of one row of a table."""
    marks = _marks(null)
    for part in split(name):
        made = _typed(part.strip("`*"), kind.replace("**", ""))
        midnight = made.kind == "moment" and meaning.startswith("midnight")
        yield replace(
            made,
            kind="midnight" if midnight else made.kind,
            null=made.null or "null" in marks,
            optional=made.optional or "opt" in marks,
            for_viewer="auth" in marks,
        )


def _spread(found: list[Member]) -> Iterator[Member]:
    """`reject_media, reject_reports (bool)`: no; each says its own. Here only doubles are left out."""
    seen = set[str]()
    for member in found:
        if member.name not in seen:
            seen.add(member.name)
            yield member


def _member(part: str) -> Member | None:
    match = re.match(r"([a-z][\w@.]*):?\s*(.*)", part, re.DOTALL)
    if match is None:
        return None
    name, rest = match.groups()
    plain, hints = _outside(rest)
    made = _typed(name, plain.strip() or hints)
    if not made.kind and not made.inner:
        made = replace(made, kind=_typed(name, hints).kind)
    marks = _marks(f"{re.sub(INSIDE, ' ', plain)} {hints}")
    return replace(made, null=made.null or "null" in marks, optional="opt" in marks, for_viewer="auth" in marks)


def _outside(text: str) -> tuple[str, str]:
    """What stands outside and what inside of parentheses; those in brackets and braces stay where they are."""
    plain, hints, depth, deeper = "", "", 0, 0
    for letter in text:
        deeper += (letter in "[{") - (letter in "]}")
        depth += (letter == "(" and not deeper) - (letter == ")" and not deeper)
        if depth or (letter == ")" and not deeper):
            hints += letter.strip("()") or " "
        else:
            plain += letter
    return plain, hints


def _marks(text: str) -> set[str]:
    return set(re.split(r"[^\w]+", re.sub(r"(?:null )?in theory", "", text))) & {"null", "opt", "auth"}


def _typed(name: str, said: str) -> Member:
    said = said.strip()
    null = bool(re.search(r"\bnull\b", said))
    if said.startswith(("[{", "{")):
        inside = said[said.index("{") + 1 : _end(said, said.index("{"))]
        strings = "strings" in said
        inner = tuple(replace(one, kind="digits") if strings else one for one in members(inside))
        return Member(name=name, kind="[]" if said.startswith("[") else "{}", null=_after(said), inner=inner)
    if said.startswith("["):
        return Member(name=name, kind=f"[{_kind(said[1 : _end(said, 0)])}]", null=_after(said))
    return Member(name=name, kind=_kind(said), null=null)


def _after(said: str) -> bool:
    """Whether `null` stands behind the brackets, not inside."""
    return "null" in said[_end(said, re.search(r"[\[{]", said).start()) :]  # type: ignore[union-attr]  # the caller saw one


def _end(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in OPEN) - (text[place] in CLOSE)
        if depth == 0:
            return place
    return len(text)


def _kind(said: str) -> str:
    values = QUOTED.findall(said)
    if values and not re.match(r"\w", said.strip("` ")[:0] + said.strip()[:1]):
        return ",".join(values)
    word = re.match(r"[A-Za-z0-9:]+(?:-or-empty)?", said)
    if word is None:
        return ""
    if word[0] in WORDS:
        return WORDS[word[0]]
    return word[0] if ENTITY.fullmatch(word[0]) else ""

"""Reads tests/data/mastodon-entities.md: tables row by row, and the lists of fields that stand in sentences.

What the document leaves open (types of things that it only names) comes from the tables that do say it, by name, then
from the endings of names (settled.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.entities.grammar import Member, described, members, split

FILE: Final = Path(__file__).parents[2] / "data" / "mastodon-entities.md"
Tables = Mapping[str, tuple[Member, ...]]

# Entities of which the list of fields stands in a sentence: name, and what the list comes behind.
SENTENCES: Final = {
    "PartialAccount": "| | Partial: ",
    "MutedAccount": "### MutedAccount = Account plus ",
    "Profile": "### Profile (4.6)\n\n",
    "FamiliarFollowers": "### FamiliarFollowers: ",
    "Suggestion": "(3.5). Suggestion: ",
    "Mention": "\nMention: ",
    "ShallowTag": "required (!). ShallowTag: ",
    "StatusEdit": "### StatusEdit (3.5): ",
    "StatusSource": "(opt). StatusSource: ",
    "Context": "spoiler_text. Context: ",
    "ScheduledStatus": "### ScheduledStatus (2.7)\n\n",
    "ScheduledParams": "and params (!): ",
    "Translation": "### Translation (4.0)\n\n",
    "CustomEmoji": "### CustomEmoji\n\n",
    "Conversation": "### Conversation (2.6): ",
    "FeaturedTag": "(bool). FeaturedTag: ",
    "List": "### List: ",
    "FilterResult": "\nFilterResult: ",
    "V1::Filter": "V1::Filter: ",
    "Collection": "### Collection (4.6)\n\n",
    "CollectionItem": "CollectionItem: ",
    "CollectionWithAccounts": "CollectionWithAccounts: ",
    "GroupedNotificationsResults": "### GroupedNotificationsResults (4.3)\n\n",
    "NotificationPolicy": "### NotificationPolicy (4.3)\n\n",
    "V1::NotificationPolicy": "≤100, pending_notifications_count int}. V1: ",
    "NotificationRequest": "### NotificationRequest: ",
    "Marker": "### Marker (3.0): ",
    "RelationshipSeveranceEvent": "RelationshipSeveranceEvent: ",
    "AccountWarning": "AccountWarning: ",
    "V1::Instance": "### V1::Instance (deprecated, still needed)\n\n",
    "Rule": "### Rule: ",
    "DomainBlock": "DomainBlock (public): ",
    "ExtendedDescription": "ExtendedDescription: ",
    "PrivacyPolicy": "PrivacyPolicy: ",
    "TermsOfService": "TermsOfService: ",
    "Announcement": "### Announcement (3.1)\n\n",
}  # fmt: skip
HEADINGS: Final = {
    "Instance (v2)": "Instance",
    "Field, AccountRole, PartialAccountWithAvatar": "",
    "GroupedNotificationsResults (4.3)": "NotificationGroup",
}


@cache
def entities() -> Tables:
    """Members of every entity, by its name."""
    text = FILE.read_text()
    found: dict[str, tuple[Member, ...]] = {}
    for heading, body in re.findall(r"^### ([^\n]*)\n(.*?)(?=^##|\Z)", text, re.DOTALL | re.MULTILINE):
        for name, member in _rows(heading, body):
            found[name] = (*found.get(name, ()), member)
    found |= {name: members(_sentence(text, start)) for name, start in SENTENCES.items()}
    found |= dict(_others(text))
    return found


def _rows(heading: str, body: str) -> Iterator[tuple[str, Member]]:
    """Entity and member of each row of the tables of a section."""
    columns: list[str] = []
    for line in body.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells or set(line) <= set("|- "):
            continue
        if "Type" in cells:
            columns = cells
        elif columns and len(cells) == len(columns):
            row = dict(zip(columns, cells, strict=True))
            yield from _row(heading, row)


def _row(heading: str, row: Mapping[str, str]) -> Iterator[tuple[str, Member]]:
    title = HEADINGS.get(heading, re.sub(r"(?: = .*| \(.*)", "", heading))
    field = row.get("Field") or row.get("Key")
    configuration = field is None
    name = field or row.get("configuration key", "")
    kind, null, meaning = row["Type"], row.get("N", ""), row.get("Meaning", "")
    for full in _names(name, rooted="configuration." if configuration else ""):
        entity, key = title, full
        if "." in full and full[0].isupper():  # `Field.name`: the entity stands in the row
            entity, key = full.split(".", 1)
        if key[0].isupper() or (":" in name and entity != "Preferences"):
            continue
        for member in described(key, kind, f"{null} {kind}" if configuration else null, meaning):
            for of in _owners(heading, entity, meaning):
                yield of, member


def _owners(heading: str, entity: str, meaning: str) -> tuple[str, ...]:
    """Two entities share the tables under a heading that names both."""
    if " and " in heading and heading[0].isupper() and "(" in heading:
        both = tuple(re.findall(r"[A-Z][A-Za-z]+", heading))
        only = next((name for name in both if meaning.startswith(f"{name} only")), "")
        return (only,) if only else both
    return (entity,)


def _names(cell: str, *, rooted: str) -> Iterator[str]:
    """`a.b, c` is `a.b` and `a.c`; `x.{a,b}` is `x.a` and `x.b`; `v{@1x}` is `v.@1x`."""
    prefix = ""
    for part in split(cell):
        word = part.strip("`* ")
        full = word if "." in word or not prefix else prefix + word
        prefix = full.rpartition(".")[0] + "." if "." in full and "{" not in full else prefix
        for one in _unfolded(full):
            yield rooted + one


def _unfolded(name: str) -> Iterator[str]:
    match = re.search(r"(?<=\S)\.?\{([^{}]*)\}", name)
    if match is None:
        yield name.partition(" ")[0]
        return
    for choice in match[1].split(","):
        yield from _unfolded(f"{name[: match.start()]}.{choice.strip()}{name[match.end() :]}")


def _sentence(text: str, start: str) -> str:
    """From `start` to the end of the sentence."""
    at = text.index(start) + len(start)
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        ends = text[place] == "\n" or (text[place] == "." and text[place + 1 : place + 2] in (" ", "\n"))
        if ends and depth == 0:
            return re.sub(r"^(?:of|plus) |`(\w+)`(?= \()", r"\1", text[at:place])
    return text[at:]


def _others(text: str) -> Iterator[tuple[str, tuple[Member, ...]]]:
    """The tables of section 5 and 6 with a list of fields in each row."""
    for name, fields in re.findall(r"^\| ([A-Z][\w:]*) \| (.*) \|$", text[text.index("### Others") :], re.MULTILINE):
        yield name, members(re.sub(r"^\w+ plus ", "", fields.partition("; wrapped")[0]))

"""The tables of mastodon-entities.md with a kind for each member: what is only named gets the kind of that name elsewhere."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from tests.support.entities.document import FILE, entities
from tests.support.entities.grammar import Member, members

EXTENDS: Final = {
    "CredentialAccount": "Account", "MutedAccount": "Account", "Trends::Link": "PreviewCard",
    "CredentialApplication": "Application",
    "QuotedStatus": "Status",
}  # fmt: skip
IN_WORDS: Final[dict[str, str]] = tomllib.loads((FILE.parent / "entities-in-words.toml").read_text())
# Ours: keys that Mastodon does not have.
OURS: Final = {"Instance.api_versions": members("fedisw (int)"), "Status": members("local_only (bool)")}
DROPPED: Final = ("V1::Instance.configuration", "Rule.translations")  # said in words instead
SPELLED_OUT: Final = {("CredentialAccount", "source"), ("Instance", "configuration")}  # "below"
RETOLD: Final = {"ScheduledStatus"}  # the sentence names the members of `params` in the same breath
NOT_MEMBERS: Final = {("Mention", "all")}
LEFT_OUT: Final = {
    "N",
    "Since",
    "Error",
    "IdentityProof",
    "ExistingDomainBlockError",
    "PreviewCardProvider",
    "",
}  # and what admins see
BY_NAME: Final = {
    "accounts": "[Account]", "statuses": "[Status]", "rules": "[Rule]", "target_account": "Account", "context": "[text]",
    "irreversible": "bool",
    "last_status_at": "day", "shortcode": "text", "static_url": "url", "indexable": "bool", "day": "digits", "uses": "digits",
}  # fmt: skip
BY_ENDING: Final = {"_at": "moment", "_count": "int", "_id": "id", "_ids": "[id]"}


@dataclass(slots=True)
class Table:
    """An entity: its members by name."""

    members: dict[str, Member] = field(default_factory=dict)


@cache
def tables() -> dict[str, Table]:
    """Every entity with all its members, those that it takes over from another among them; things inside are tables, too."""
    raw = {name: found for name, found in entities().items() if name not in LEFT_OUT and not name.startswith("Admin::")}
    said = {name: members(text) for name, text in IN_WORDS.items()}
    by_name = _kinds_by_name([*raw.values(), *said.values()])
    made: dict[str, Table] = {}
    for name in dict.fromkeys((*raw, *said)):
        known = () if name in RETOLD else raw.get(name, ())
        for member in (*known, *said.get(name, ())):
            if (name, member.name) not in NOT_MEMBERS:
                _put(made, name, member.name.split(".") if "." in member.name else [member.name], member, by_name)
    for name, extra in OURS.items():
        for member in extra:
            _put(made, name, [member.name], member, by_name)
    made["V1::Configuration"] = Table(_of_old_instance(made))
    for name in [name for name in made if name.startswith(DROPPED)]:
        del made[name]
    for name, base in EXTENDS.items():
        made[name] = Table(made[base].members | made.get(name, Table()).members)
    return made


def _put(made: dict[str, Table], entity: str, path: list[str], member: Member, by_name: dict[str, str]) -> None:
    """`a.b` of X is `b` of a table named `X.a`."""
    table = made.setdefault(entity, Table())
    name = path[0]
    if len(path) > 1:
        inner = f"{entity}.{name}"
        optional = member.optional and name in ("versions",)
        table.members[name] = Member(name=name, kind=inner, optional=optional)
        _put(made, inner, path[1:], member, by_name)
        return
    if member.inner:
        inner = f"{entity}.{name}"
        made[inner] = Table()
        for one in member.inner:
            _put(made, inner, [one.name], one, by_name)
        kind = f"[{inner}]" if member.kind == "[]" else inner
    else:
        kind = member.kind or _kind_of(name, by_name) or ""
    if member.kind == "any" and (entity, name) in SPELLED_OUT:
        return
    table.members[name] = replace(member, name=name, kind=kind, inner=())


def _kind_of(name: str, by_name: dict[str, str]) -> str | None:
    ending = next((kind for end, kind in BY_ENDING.items() if name.endswith(end)), None)
    return BY_NAME.get(name) or by_name.get(name) or ("id" if name == "id" else ending)


def _kinds_by_name(found: Iterable[tuple[Member, ...]]) -> dict[str, str]:
    """The kind of a name, where all that say one say the same, or the first that did."""
    kinds: dict[str, str] = {}
    for member in (one for some in found for one in some):
        if member.kind and not member.inner and "." not in member.name:
            kinds.setdefault(member.name, "moment" if member.kind == "midnight" else member.kind)
    return kinds


def _of_old_instance(made: dict[str, Table]) -> dict[str, Member]:
    """ "accounts.max_featured_tags, statuses, media_attachments, polls, with the keys above"."""
    now = made["Instance.configuration"].members
    made["V1::Configuration.accounts"] = Table(
        {"max_featured_tags": made["Instance.configuration.accounts"].members["max_featured_tags"]}
    )
    accounts = replace(now["accounts"], kind="V1::Configuration.accounts")
    return {"accounts": accounts} | {name: now[name] for name in ("statuses", "media_attachments", "polls")}

"""Whether a value is what the document says: every key there, of its kind, nothing unknown.

Kinds are `text`, `id`, `moment` and so on, `a,b` for one of these words, the name of an entity, and any of them in brackets
for a list. Members that are only for somebody who is signed in must be there for them, and only for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from tests.support.entities.settled import Table, tables

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
IDS: Final = re.compile(r"-?[0-9]+")
OURS: Final = "fedisw"  # "fedisw's own fields go under one key, as an object"
NEED_STATUS: Final = {"mention", "status", "reblog", "favourite", "poll", "update", "quote", "quoted_update"}
Found = Iterator[str]


def faults(value: Any, kind: str, *, signed_in: bool, place: str = "$", null: bool = False) -> list[str]:
    """What is wrong with a value that should be of this kind; empty when it is right."""
    return list(_faults(value, kind, signed_in, place, null))


def _faults(value: Any, kind: str, signed_in: bool, place: str, null: bool) -> Found:
    if value is None:
        if not null and kind != "any":
            yield f"{place} is null"
    elif kind.startswith("["):
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        for at, item in enumerate(value):
            yield from _faults(item, kind[1:-1], signed_in, f"{place}[{at}]", False)
    elif kind in tables():
        yield from _of_object(value, kind, tables()[kind], signed_in, place)
    elif not _is(value, kind):
        yield f"{place} is not {kind}: {value!r}"


def _of_object(value: Any, name: str, table: Table, signed_in: bool, place: str) -> Found:
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    for key, member in table.members.items():
        if key not in value and not member.optional and (signed_in or not member.for_viewer):
            yield f"{place}.{key} is missing"
        if key in value and member.for_viewer and not signed_in:
            yield f"{place}.{key} is there for nobody"
    for key, item in value.items():
        if key == OURS and key not in table.members:
            if not isinstance(item, dict):
                yield f"{place}.{key} is no object"
        elif key not in table.members:
            yield f"{place}.{key} is not known"
        else:
            member = table.members[key]
            yield from _faults(item, member.kind, signed_in, f"{place}.{key}", member.null)
    rule = RULES.get(name)
    if rule is not None:
        yield from (f"{place}{fault}" for fault in rule(value))


def _of_status(value: dict[str, Any]) -> Found:
    inner = value.get("reblog")
    if isinstance(inner, dict):
        if inner.get("reblog") is not None:
            yield ".reblog is a boost itself"
        if inner.get("id") == value.get("id"):
            yield ".reblog has the same id"
    for at, media in enumerate(value.get("media_attachments") or ()):
        if isinstance(media, dict) and media.get("url") is None:
            yield f".media_attachments[{at}].url is null on a post"
    if "text" in value:
        yield ".text stands only in the answer to DELETE"


def _of_account(value: dict[str, Any]) -> Found:
    if isinstance(value.get("moved"), dict) and "moved" in value["moved"]:
        yield ".moved names a third"
    if "@" in str(value.get("acct")) and "roles" in value:
        yield ".roles of somebody of another server"
    if value.get("suspended") and (value.get("note") or value.get("fields") or value.get("display_name")):
        yield " is suspended and still described"


def _of_notification(value: dict[str, Any]) -> Found:
    if value.get("type") in NEED_STATUS and not isinstance(value.get("status"), dict):
        yield ".status is missing"


def _of_group(value: dict[str, Any]) -> Found:
    if value.get("type") in NEED_STATUS and not value.get("status_id"):
        yield ".status_id is missing"


RULES: Final[dict[str, Callable[[dict[str, Any]], Found]]] = {
    "Status": _of_status,
    "QuotedStatus": _of_status,
    "Account": _of_account,
    "CredentialAccount": _of_account,
    "MutedAccount": _of_account,
    "Notification": _of_notification,
    "NotificationGroup": _of_group,
}


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "any":
            return True
        case "bool":
            return isinstance(value, bool)
        case "true":
            return value is True
        case "flags":
            return isinstance(value, dict) and all(isinstance(one, bool) for one in value.values())
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "empty":
            return value in ({}, [])
        case _:
            return isinstance(value, str) and _is_text(value, kind)


def _is_text(value: str, kind: str) -> bool:
    match kind:
        case "text":
            return True
        case "id" | "digits":
            return IDS.fullmatch(value) is not None
        case "id-or-empty":
            return value == "" or IDS.fullmatch(value) is not None
        case "url":
            return _is_url(value, ("http", "https"))
        case "socket":
            return _is_url(value, ("ws", "wss")) and urlsplit(value).path == ""
        case "moment":
            return MOMENT.fullmatch(value) is not None
        case "midnight":
            return MOMENT.fullmatch(value) is not None and value.endswith("T00:00:00.000Z")
        case "second":
            return SECOND.fullmatch(value) is not None
        case "day":
            return DAY.fullmatch(value) is not None
        case _:
            return value in kind.split(",")


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    """Absolute, percent-encoded: Swift decodes nothing else."""
    return text.isascii() and " " not in text and urlsplit(text).scheme in schemes and bool(urlsplit(text).netloc)

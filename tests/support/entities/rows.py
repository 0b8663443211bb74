"""Which entity each method answers with, by the rows of tests/data/api-methods.json."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.support.entities.check import faults

FILE: Final = Path(__file__).parents[2] / "data" / "api-methods.json"
NAMES: Final = re.compile(r"\{[^}]*\}")
TWINS: Final = {"PUT": "PATCH", "PATCH": "PUT"}
NO_ENTITY: Final = (  # described elsewhere: federation.md, RFC 8414, OpenID, section 5 of the methods
    "JRD", "NodeInfo", "RFC 8414", "XRD", "text OK", "HTML", "WebSocket", "SSE", "OIDC", "JSON or 204",
)  # fmt: skip
SHAPES: Final[dict[str, dict[str, str]]] = {
    "{count}": {"count": "int"},
    "{merged: bool}": {"merged": "bool"},
    "{following_count, followers_count}": {"following_count": "int", "followers_count": "int"},
    "{invite_code, instance_api_url}": {"invite_code": "text", "instance_api_url": "url"},
    "{collections: [Collection]}": {"collections": "[Collection]"},
    "{collection: Collection}": {"collection": "Collection"},
    "{collection_item: CollectionItem}": {"collection_item": "CollectionItem"},
    "{async_refresh: AsyncRefresh}": {"async_refresh": "AsyncRefresh"},
    "{state}: available generating eligible ineligible": {"state": "available,generating,eligible,ineligible"},
    "[{code,name}]": {"code": "text", "name": "text"},
    "[{week,statuses,logins,registrations}] all strings": dict.fromkeys(
        ("week", "statuses", "logins", "registrations"), "digits"
    ),
}
MAPS: Final = {"{timeline: Marker}": "Marker", "{source: [target]}": "[text]"}
WORDS: Final = {"OEmbed rich": "OEmbed", "JSON true/false": "bool", "[string]": "[text]"}
ERRORS: Final = {
    "error",
    "error_code",
    "error_description",
    "details",
    "type",
    "title",
    "status",
    "unexpected_accounts",
    "existing_domain_block",
}


class Row(msgspec.Struct, frozen=True):
    """A method of the client API."""

    method: str
    path: str
    auth: str
    scope: str | None
    entity: str
    priority: str
    group: str
    removed: bool

    @property
    def name(self) -> str:
        """Method and address, without the names of what stands in it."""
        return f"{self.method} {NAMES.sub('{}', self.path)}"


@cache
def rows() -> dict[str, Row]:
    """All rows by name."""
    return {row.name: row for row in msgspec.json.decode(FILE.read_bytes(), type=list[Row])}


def row_of(method: str, pattern: str) -> Row | None:
    """The row of a route; PUT and PATCH are one, HEAD has no body."""
    path = NAMES.sub("{}", pattern)
    return rows().get(f"{method} {path}") or rows().get(f"{TWINS.get(method, '')} {path}")


def wrong(row: Row, status: int, value: Any, *, signed_in: bool) -> list[str]:
    """What is wrong with an answer to this method."""
    if status >= 400:
        return list(wrong_error(value))
    if status == 204 or row.entity.startswith(NO_ENTITY) or "/admin/" in row.path:
        return []
    return _wrong(row.entity, value, signed_in)


def _wrong(entity: str, value: Any, signed_in: bool) -> list[str]:
    if entity.startswith(("{}", "empty body")) or entity == "[]":
        return faults(value, "empty", signed_in=signed_in)
    if entity in MAPS:
        return [fault for key, one in value.items() for fault in faults(one, MAPS[entity], signed_in=signed_in, place=f"$.{key}")]
    if entity in SHAPES:
        items = value if entity.startswith("[") else [value]
        return [fault for one in items for fault in _of_shape(one, SHAPES[entity], signed_in)]
    if entity.startswith("Status, or"):
        return faults(value, "ScheduledStatus" if "scheduled_at" in value else "Status", signed_in=signed_in)
    if entity.startswith("Status with text"):
        return _of_deleted(value, signed_in)
    return faults(value, WORDS.get(entity, re.sub(r" \(.*", "", entity)), signed_in=signed_in)


def _of_shape(value: Any, shape: dict[str, str], signed_in: bool) -> list[str]:
    if not isinstance(value, dict):
        return ["$ is no object"]
    found = [f"$.{key} is {'missing' if key in shape else 'not known'}" for key in shape.keys() ^ value.keys()]
    return found + [one for key, kind in shape.items() if key in value for one in faults(value[key], kind, signed_in=signed_in)]


def _of_deleted(value: Any, signed_in: bool) -> list[str]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or "content" in value:
        return ["$.text must stand there, and no content"]
    rest = {key: one for key, one in value.items() if key != "text"} | {"content": ""}
    return faults(rest, "Status", signed_in=signed_in)


def wrong_error(value: Any) -> list[str]:
    """Section 3.6: a sentence under `error`; of collections, where an object holds both (section 2.21)."""
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    if not isinstance(value, dict) or not isinstance(value.get("error"), str) or not value["error"]:
        return [f"no error of ours: {value!r:.200}"]
    return [f"$.{key} is not known" for key in value.keys() - ERRORS]

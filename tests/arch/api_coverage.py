"""The methods of the client API: answered, tested, missing. `make api-coverage` prints the table.

"Tested" means: the address stands in a test, with the method where the test names one. The methods listed as done are
all of priority A and those that belong to the first slice beside them; it fails when one of these is not answered or not tested.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from tests.arch.routes import declared
from tests.arch.source import ROOT, modules

DATA = ROOT / "tests" / "data" / "api-methods.json"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
TWINS = {"PUT": "PATCH", "PATCH": "PUT"}  # every one of them is answered as the other, too
NAMES = re.compile(r"\{[^}]*\}")
FIRST_SLICE = {
    "GET /.well-known/oauth-authorization-server",
    "POST /oauth/revoke",
    "POST /api/v1/lists",
    "POST /api/v1/lists/{}/accounts",
    "POST /api/v1/media",
    "GET /api/v1/markers",
    "POST /api/v1/markers",
    "GET /api/v1/announcements",
    "POST /api/v1/announcements/{}/dismiss",
    "GET /api/v1/streaming",
    "GET /api/v1/streaming/user",
    "GET /api/v1/streaming/user/notification",
    "GET /api/v1/streaming/public",
    "GET /api/v1/streaming/public/local",
    "GET /api/v1/streaming/hashtag",
    "GET /api/v1/streaming/list",
    "GET /api/v1/streaming/direct",
}
WRITING = {
    "GET /api/v1/scheduled_statuses",
    "GET /api/v1/scheduled_statuses/{}",
    "PUT /api/v1/scheduled_statuses/{}",
    "DELETE /api/v1/scheduled_statuses/{}",
    "GET /api/v1/statuses/{}/quotes",
    "POST /api/v1/statuses/{}/quotes/{}/revoke",
    "PUT /api/v1/statuses/{}/interaction_policy",
}
TALKS = {
    "GET /api/v1/conversations",
    "DELETE /api/v1/conversations/{}",
    "POST /api/v1/conversations/{}/read",
    "POST /api/v1/conversations/{}/unread",
}
WHOLE_GROUPS = {"Accounts", "Profile", "Tags", "Filters v2", "Filters v1 (deprecated)", "Streaming"}
ACCOUNTS = {
    "POST /api/v1/emails/confirmations",
    "GET /api/v1/emails/check_confirmation",
    "GET /api/v1/blocks",
    "GET /api/v1/mutes",
    "GET /api/v1/domain_blocks",
    "POST /api/v1/domain_blocks",
    "DELETE /api/v1/domain_blocks",
    "GET /api/v1/domain_blocks/preview",
    "GET /api/v1/endorsements",
    "GET /api/v2/suggestions",
    "GET /api/v1/suggestions",
    "DELETE /api/v1/suggestions/{}",
    "GET /api/v1/directory",
}

NOTICES = {  # notifications, web push, announcements, invitations: what is not of priority A
    "POST /api/v1/notifications/clear",
    "POST /api/v1/notifications/{}/dismiss",
    "POST /api/v2/notifications/clear",
    "POST /api/v2/notifications/{}/dismiss",
    "GET /api/v2/notifications/{}/accounts",
    "GET /api/v1/notifications/policy",
    "PUT /api/v1/notifications/policy",
    "GET /api/v2/notifications/policy",
    "PATCH /api/v2/notifications/policy",
    "GET /api/v1/notifications/requests",
    "GET /api/v1/notifications/requests/merged",
    "GET /api/v1/notifications/requests/{}",
    "POST /api/v1/notifications/requests/accept",
    "POST /api/v1/notifications/requests/dismiss",
    "POST /api/v1/notifications/requests/{}/accept",
    "POST /api/v1/notifications/requests/{}/dismiss",
    "POST /api/v1/push/subscription",
    "PUT /api/v1/announcements/{}/reactions/{}",
    "DELETE /api/v1/announcements/{}/reactions/{}",
    "GET /invite/{}",
    "POST /api/v1/collections",
    "GET /api/v1/collections/{}",
    "PATCH /api/v1/collections/{}",
    "DELETE /api/v1/collections/{}",
    "GET /api/v1/accounts/{}/collections",
    "GET /api/v1/accounts/{}/in_collections",
    "GET /api/v1/push/subscription",
    "PUT /api/v1/push/subscription",
    "DELETE /api/v1/push/subscription",
}


class Entry(msgspec.Struct):
    """One method of the client API."""

    method: str
    path: str
    priority: str
    group: str
    removed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far one method is."""

    name: str
    entry: Entry
    answered: bool
    tested: bool

    @property
    def done(self) -> bool:
        """Whether it is listed as done."""
        listed = FIRST_SLICE | WRITING | TALKS | ACCOUNTS | NOTICES
        return self.entry.priority == "A" or self.name in listed or self.entry.group in WHOLE_GROUPS


def states() -> list[State]:
    """All methods that Mastodon has not removed."""
    answered = set(_answered())
    tested = set(_tested())
    entries = [entry for entry in msgspec.json.decode(DATA.read_bytes(), type=list[Entry]) if not entry.removed]
    names = [f"{entry.method} {NAMES.sub('{}', entry.path)}" for entry in entries]
    return [
        State(name=name, entry=entry, answered=name in answered, tested=_is_tested(name, tested))
        for name, entry in zip(names, entries, strict=True)
    ]


def unkept(found: list[State]) -> list[str]:
    """What is listed as done and is not."""
    return [
        f"{state.name}: {'not tested' if state.answered else 'not answered'}"
        for state in found
        if state.done and not (state.answered and state.tested)
    ]


def _answered() -> Iterator[str]:
    for route in declared():
        path = NAMES.sub("{}", route.path)
        yield f"{route.method} {path}"
        if route.method in TWINS and path.startswith("/api/"):
            yield f"{TWINS[route.method]} {path}"


def _is_tested(name: str, tested: set[tuple[str, str]]) -> bool:
    method, _, path = name.partition(" ")
    pattern = re.compile(re.escape(path).replace(r"\{\}", "[^/]+") + "/?")
    return any(said in ("", method, TWINS.get(method)) and pattern.fullmatch(at) for said, at in tested)


def _tested() -> Iterator[tuple[str, str]]:
    """Method ("" where none is named beside it) and path of every address in a test."""
    for module in modules("tests"):
        if not module.inside("tests.arch"):
            yield from _addresses(module.tree)


def _addresses(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        inner = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple | ast.List) else []
        said = {text for part in inner if (text := _text(part)) in METHODS}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.upper() in METHODS:
            said = {node.func.attr.upper()}
        for part in inner:
            text = _text(part)
            if text.startswith(("/", "{}/")) or "://" in text:
                path = re.sub(r"^(?:\{\}|[a-z{}]+://[^/]*)", "", text).partition("?")[0]
                yield from ((method, path) for method in said or {""})


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def main() -> int:
    """Print the table and what is missing; 1 when something listed as done is not."""
    found = states()
    print(f"{'group':<34}{'methods':>9}{'answered':>10}{'tested':>8}{'missing':>9}")
    for group in dict.fromkeys(state.entry.group for state in found):
        rows = [state for state in found if state.entry.group == group]
        answered, tested = sum(row.answered for row in rows), sum(row.answered and row.tested for row in rows)
        print(f"{group[:33]:<34}{len(rows):>9}{answered:>10}{tested:>8}{len(rows) - answered:>9}")
    answered, tested = sum(row.answered for row in found), sum(row.answered and row.tested for row in found)
    print(f"{'all':<34}{len(found):>9}{answered:>10}{tested:>8}{len(found) - answered:>9}\n")
    print(f"listed as done: {sum(state.done for state in found)}")
    for problem in unkept(found):
        print(f"  NOT DONE  {problem}")
    return 1 if unkept(found) else 0


if __name__ == "__main__":
    sys.exit(main())

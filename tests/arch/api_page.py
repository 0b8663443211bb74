"""The second half of docs/api.md is made from the routes: `make docs` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from fedisw.live.buckets import Rule
from fedisw.web.routes import Auth, Kind, Route
from tests.arch.routes import declared
from tests.arch.source import ROOT
from tests.support.coverage import exceptions
from tests.support.entities.rows import row_of

PAGE = ROOT / "docs" / "api.md"
MARK = "<!-- from here on made from the routes by `make docs` -->\n"
PREFIXES = ("/api/", "/oauth/", "/.well-known/", "/nodeinfo/", "/health")
WHO = {
    Kind.PUBLIC: "anybody",
    Kind.OPTIONAL: "anybody; with a token",
    Kind.USER: "a person",
    Kind.APP: "an application",
    Kind.ANY: "any token",
    Kind.STREAM: "a person",
    Kind.CLIENT: "an application with its secret",
    Kind.SIGNED: "another server",
    Kind.VISITOR: "a browser",
    Kind.SESSION: "a signed-in browser",
    Kind.ADMIN: "staff",
}


def render() -> str:
    """The whole page: what stands there by hand, then the tables."""
    by_hand = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return by_hand + MARK + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    groups: dict[str, list[Route]] = {}
    for route in declared():
        row = row_of(route.method, route.path)
        if row is not None or route.path.startswith(PREFIXES):
            groups.setdefault(row.group if row is not None else "Ours besides", []).append(route)
    yield ""
    yield "## Methods"
    for group in sorted(groups, key=lambda name: (name == "Ours besides", name)):
        yield from (
            "",
            f"### {group}",
            "",
            "| method | answer | who, scope | limits besides the general ones |",
            "|---|---|---|---|",
        )
        yield from (_row(route) for route in groups[group])
    known = exceptions()
    yield from ("", "## Not served", "", "| method | reason |", "|---|---|")
    yield from (f"| {name} | {why} |" for name, why in known.not_served.items())
    yield from ("", "## Answers that differ", "", "Otherwise a call that is right is answered with 200.", "")
    yield from ("| method | status | reason |", "|---|---|---|")
    for name, said in known.answers.items():
        yield f"| {name} | {', '.join(map(str, said['statuses']))} | {said['reason']} |"


def _row(route: Route) -> str:
    row = row_of(route.method, route.path)
    path = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", route.path)
    entity = f"`{row.entity}`" if row is not None else ""
    return f"| {route.method} `{path}` | {entity} | {_who(route.auth)} | {', '.join(map(_limit, route.rules))} |"


def _who(auth: Auth) -> str:
    scopes = " or ".join(f"`{scope}`" for scope in auth.scopes)
    return f"{WHO[auth.kind]}, {scopes}" if scopes else WHO[auth.kind]


def _limit(rule: Rule) -> str:
    return f"{rule.limit} in {_span(timedelta(seconds=rule.seconds))}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 120 and minutes % 60 == 0 else f"{minutes} min"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")

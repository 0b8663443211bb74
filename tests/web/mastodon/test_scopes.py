"""Who may call what: the table of the API and the routes agree, and the routes do as they say (OAU-6, OAU-8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fedisw.model.scopes import CHILDREN, KNOWN, allows
from fedisw.web.mastodon.table import ROUTES
from fedisw.web.middleware.auth import NEEDS_USER, OUT_OF_SCOPE
from fedisw.web.routes import Auth, Kind, Route
from tests.web.mastodon.conftest import Api

METHODS = Path(__file__).parents[2] / "data" / "api-methods.json"
NAMES = re.compile(r"\{[^}]*\}")
KINDS = {
    "public": Kind.PUBLIC,
    "optional": Kind.OPTIONAL,
    "user": Kind.USER,
    "app": Kind.APP,
    "any": Kind.ANY,
}
SINGLE = sorted(KNOWN)


class Entry(msgspec.Struct):
    """One method of the table."""

    method: str
    path: str
    auth: str
    scope: str | None
    priority: str
    removed: bool


BY_CHOICE = {"GET /api/v1/instance/peers", "GET /api/v1/peers/search"}  # public in the table; ENU-5 knows "users" too


def table() -> dict[str, Entry]:
    """The table by method and path without names."""
    entries = msgspec.json.decode(METHODS.read_bytes(), type=list[Entry])
    return {f"{entry.method} {NAMES.sub('{}', entry.path)}": entry for entry in entries if not entry.removed}


def key_of(route: Route) -> str:
    """The same for a route."""
    path = route.path.replace("/api/v1_alpha/", "/api/v1/") if "collections" in route.path else route.path
    return f"{route.method} {NAMES.sub('{}', path)}"


def wanted(entry: Entry) -> set[str]:
    """Scopes that let somebody in, as the table says them; the parents stand for them anyway."""
    text = (entry.scope or "").replace("(or follow)", "").replace("(if token)", "")
    return {scope.strip() for scope in text.split(" or ") if scope.strip()}


def test_every_route_stands_in_the_table_with_its_policy() -> None:
    entries = table()
    assert [key_of(route) for route in ROUTES if key_of(route) not in entries] == []
    wrong = [  # who may read a list about the server is up to its staff
        (key_of(route), route.auth, entries[key_of(route)])
        for route in ROUTES
        if key_of(route) not in BY_CHOICE
        if route.auth.kind is not KINDS[entries[key_of(route)].auth] or set(route.auth.scopes) != wanted(entries[key_of(route)])
    ]
    assert wrong == []


def test_every_method_of_priority_a_is_there() -> None:
    answered = {key_of(route) for route in ROUTES}
    prefixes = ("/api/v1/", "/api/v2/")
    mine = {
        key
        for key, entry in table().items()
        if entry.priority == "A" and entry.path.startswith(prefixes) and "/media" not in entry.path
    }
    assert mine - answered == set()


def calls() -> Iterator[tuple[Route, str]]:
    """Every route with an address that names nothing."""
    for route in ROUTES:
        yield route, NAMES.sub("1", route.path)


def lets_in(auth: Auth, scope: str) -> bool:
    """Whether a token of this one scope is enough."""
    return not auth.scopes or any(allows([scope], needed) for needed in auth.scopes)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_token_of_every_single_scope_opens_what_the_table_says(api: Api) -> None:
    (amy,) = await api.join("amy")
    app = await api.people.app(" ".join(SINGLE))
    tokens = {scope: {"Authorization": f"Bearer {await api.people.token(amy, scope, app=app)}"} for scope in SINGLE}
    wrong = []
    for route, path in calls():
        if route.auth.kind not in (Kind.USER, Kind.OPTIONAL):
            continue
        for scope, headers in tokens.items():
            answer = await api.call(route.method, path, headers=headers)
            refused = answer.status == 403 and answer.json["error"] == OUT_OF_SCOPE
            if refused == lets_in(route.auth, scope) or answer.status >= 500:
                wrong.append((route.method, path, scope, answer.status))
    assert wrong == []
    assert sum(len(children) for children in CHILDREN.values()) > 30


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_without_a_person_nobody_gets_in(api: Api) -> None:
    application = await api.people.bearer(None, "read write follow")
    stranger = {"Authorization": "Bearer nonsense"}
    for route, path in calls():
        if route.auth.kind is not Kind.USER:
            continue
        assert (await api.call(route.method, path)).status == 401, path
        unknown = await api.call(route.method, path, headers=stranger)
        assert (unknown.status, unknown.json["error"]) == (401, "The access token is invalid"), path
        alone = await api.call(route.method, path, headers=application)
        assert (alone.status, alone.json["error"]) == (422, NEEDS_USER), path


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_people_who_may_not_use_the_service_are_told_why(api: Api) -> None:
    late = api.clock()
    for changes, text in (
        ({"disabled_at": late}, "Your login is currently disabled"),
        ({"confirmed_at": None}, "Your login is missing a confirmed e-mail address"),
        ({"approved_at": None}, "Your login is currently pending approval"),
    ):
        person = await api.people.person(f"p{len(text)}", **changes)
        answer = await api.call("GET", "/api/v1/timelines/home", headers=await api.people.bearer(person))
        assert (answer.status, answer.json["error"]) == (403, text)

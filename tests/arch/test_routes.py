"""Every address says who may call it and stands in the contract's table (security ARC-3; contract, section 5)."""

from __future__ import annotations

import re

from fedisw.web.routes import Auth, Kind, Route
from tests.arch.routes import declared

# First segments of contract section 5; `@name` stands for profiles.
CONTRACT = """
    robots.txt favicon.ico manifest.webmanifest sw.js .well-known nodeinfo actor inbox ap @name
    compose scheduled notifications messages lists bookmarks favourites follow-requests daily nurture welcome me
    public local tags search explore directory news feeds groups g events events.ics e ce chats archives
    resources org jobs mentoring ask gaps collections write reviews library packs v guard report unsubscribe
    about help live api oauth auth invite settings admin media authorize_interaction share remote health metrics static
"""
FIRST_SEGMENTS = set(CONTRACT.split())
API_PREFIXES = ("/api/v1/", "/api/v1_alpha/", "/api/v2/", "/api/fedisw/v1/", "/api/oembed")
PAGES = {Kind.VISITOR, Kind.SESSION}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
# Addresses that a stranger may write to: registering an application, counted by network (OAU-11).
PUBLIC_WRITES = {
    "POST /api/v1/accounts/{id}/email_subscriptions",  # always 404
    "POST /api/v1/apps",
}


def first_segment(path: str) -> str:
    segment = path.split("/")[1]
    return "@name" if segment.startswith("@") else re.sub(r"\{.*", "", segment)


def named(routes: list[Route]) -> list[str]:
    return [f"{route.method} {route.path} ({route.auth.kind})" for route in routes]


def test_every_route_says_who_may_call_it() -> None:
    assert len(declared()) > 100
    assert named([route for route in declared() if type(route.auth) is not Auth]) == []


def test_every_address_stands_in_the_contract() -> None:
    assert named([route for route in declared() if first_segment(route.path) not in FIRST_SEGMENTS | {""}]) == []
    assert (
        named([route for route in declared() if route.path.startswith("/api/") and not route.path.startswith(API_PREFIXES)]) == []
    )


def test_no_address_is_declared_twice() -> None:
    seen: dict[str, int] = {}
    for route in declared():
        key = f"{route.method} {re.sub(r'{[^}]*}', '{}', route.path)}"
        seen[key] = seen.get(key, 0) + 1
    assert {key: count for key, count in seen.items() if count > 1} == {}


def test_the_api_is_not_opened_by_a_cookie() -> None:
    """SES-2: routes for tokens ignore cookies; a page's policy on an API address would bring back forged requests."""
    assert named([route for route in declared() if route.path.startswith("/api/") and route.auth.kind in PAGES]) == []


def test_nobody_writes_without_a_proof() -> None:
    free = [route for route in declared() if route.method in WRITING and route.auth.kind in {Kind.PUBLIC, Kind.OPTIONAL}]
    assert {f"{route.method} {route.path}" for route in free} - PUBLIC_WRITES == set()


def test_inboxes_take_signed_requests_only() -> None:
    inboxes = [route for route in declared() if route.path.endswith("/inbox") and route.method == "POST"]
    assert len(inboxes) >= 3
    assert named([route for route in inboxes if route.auth.kind is not Kind.SIGNED]) == []


def test_staff_routes_ask_for_staff() -> None:
    staff = [route for route in declared() if route.path.startswith(("/api/v1/admin/", "/api/v2/admin/"))]
    assert named([route for route in staff if route.auth.kind is not Kind.ADMIN]) == []

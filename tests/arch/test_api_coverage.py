"""What is listed as done in the client API is answered and tested."""

from __future__ import annotations

import ast

from tests.arch import api_coverage
from tests.arch.api_page import PAGE, render
from tests.support.coverage import exceptions, wanted


def test_what_is_listed_as_done_is_answered_and_tested() -> None:
    found = api_coverage.states()
    assert sum(state.done for state in found) >= 70
    assert {name for name in api_coverage.FIRST_SLICE if name not in {state.name for state in found}} == set()
    assert api_coverage.unkept(found) == []


def test_every_method_is_served_or_listed_with_a_reason() -> None:
    served = {state.name for state in api_coverage.states() if state.answered}
    listed = exceptions().not_served
    missing = [row.name for row in wanted() if row.name not in served and row.name not in listed]
    assert missing == [], "serve them, or list them with a reason in tests/data/api-exceptions.toml"
    assert [name for name in listed if name in served] == [], "served now: take them out of tests/data/api-exceptions.toml"
    assert all(listed.values())


def test_exceptions_name_methods_that_there_are() -> None:
    known = exceptions()
    assert {*known.not_served, *known.answers} <= {row.name for row in wanted()}
    assert all(said["reason"] for said in known.answers.values())


def test_the_page_of_the_api_is_as_the_routes_are() -> None:
    assert PAGE.read_text() == render(), "make docs"


def test_addresses_are_found_however_a_test_writes_them() -> None:
    text = """
amy.call("POST", f"/api/v1/accounts/{ben.id}/follow")
client.get("/api/v1/instance?x=1")
TABLE = [("DELETE", "/api/v1/lists/5"), "/api/v2/search"]
fetch(f"{origin}/nodeinfo/2.0")
fetch("https://alpha.test/actor")
"""
    assert set(api_coverage._addresses(ast.parse(text))) == {
        ("POST", "/api/v1/accounts/{}/follow"),
        ("GET", "/api/v1/instance"),
        ("DELETE", "/api/v1/lists/5"),
        ("", "/api/v2/search"),
        ("", "/nodeinfo/2.0"),
        ("", "/actor"),
    }

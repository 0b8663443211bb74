"""What is listed as done in the client API is answered and tested."""

from __future__ import annotations

import ast

from tests.arch import api_coverage


def test_what_is_listed_as_done_is_answered_and_tested() -> None:
    found = api_coverage.states()
    assert sum(state.done for state in found) >= 70
    assert {name for name in api_coverage.FIRST_SLICE if name not in {state.name for state in found}} == set()
    assert api_coverage.unkept(found) == []


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

"""Invitations: no code is a valid one."""

from __future__ import annotations

import pytest

from tests.web.mastodon import conftest
from tests.web.mastodon.conftest import Api

api, runtime, settings, database_kind = conftest.api, conftest.runtime, conftest.settings, conftest.database_kind


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_apps_and_people_are_told_that_a_code_is_none(api: Api) -> None:
    asked = await api.call("GET", "/invite/abc", headers={"Accept": "application/json"})
    assert (asked.status, asked.json) == (401, {"error": "This invite is not valid"})
    page = await api.call("GET", "/invite/abc", headers={"Accept": "text/html"})
    assert page.status == 404
    assert "<html" in page.text

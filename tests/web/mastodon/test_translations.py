"""Without a service that translates clients are told so (mastodon-api.md, sections 2.11 and 2.19)."""

from __future__ import annotations

import pytest

from tests.web.mastodon.conftest import Api


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nothing_is_translated_here_whoever_may_read_it(api: Api) -> None:
    await api.join("amy", "ben")
    for post in (await api.post("amy", "Hola"), await api.post("amy", "Hola", visibility="private")):
        for who in ("amy", "ben"):
            answer = await api.call("POST", f"/api/v1/statuses/{post['id']}/translate", who, json={"lang": "en"})
            assert (answer.status, answer.json) == (404, {"error": "Record not found"})
    assert await api.ok("GET", "/api/v1/instance/translation_languages") == {}
    assert (await api.ok("GET", "/api/v2/instance"))["configuration"]["translation"] == {"enabled": False}

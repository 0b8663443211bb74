"""Posts through the client API."""

from __future__ import annotations

from tests.web.mastodon.conftest import Api


async def test_a_post_is_written_and_read(api: Api) -> None:
    await api.join("amy")
    made = await api.post("amy", "Supervision group, Tuesday 18:00")
    assert made["content"] == "<p>Supervision group, Tuesday 18:00</p>"
    assert made["account"]["acct"] == "amy"
    assert await api.ok("GET", f"/api/v1/statuses/{made['id']}", "amy") == made
    home = await api.ok("GET", "/api/v1/timelines/home", "amy")
    assert [post["id"] for post in home] == [made["id"]]

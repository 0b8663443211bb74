"""Limits of the client API that depend on what is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.config import Settings
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Api


@pytest.fixture
def settings(settings: Settings, tmp_path: object) -> Settings:
    """The same with rate limits."""
    return make_settings(
        settings.data_dir,
        FEDISW_DATABASE_URL=settings.database.url,
        FEDISW_DATABASE_THREADS="4",
        FEDISW_ALLOW_PRIVATE_NETWORK="1",
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_newcomers_write_to_five_strangers_an_hour(api: Api) -> None:
    names = [f"p{number}" for number in range(7)]
    await api.join("amy", *names)
    await api.follow("p6", "amy")

    async def status(name: str) -> int:
        form = {"status": f"@{name} hello", "visibility": "direct"}
        return (await api.call("POST", "/api/v1/statuses", "amy", json=form)).status

    assert [await status(name) for name in names[:5]] == [200] * 5
    assert [await status(name) for name in ("p0", "p5", "p6")] == [200, 429, 200]
    api.clock.forward(minutes=61)
    assert await status("p5") == 200


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_thirty_posts_are_deleted_in_half_an_hour(api: Api) -> None:
    await api.join("amy", created_at=api.clock() - timedelta(days=9))
    made = await api.write_many("amy", 31)
    answers = [await api.call("DELETE", f"/api/v1/statuses/{status_id}", "amy") for status_id in made]
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert answers[30].json == {"error": "Too many requests"}
    assert answers[30].headers["X-RateLimit-Remaining"] == "0"
    assert int(answers[30].headers["Retry-After"]) > 0

"""Previews of pages in posts (mastodon-entities.md, section 2)."""

from __future__ import annotations

import pytest

from fedisw.model.cards import Card
from fedisw.storage.queries import cards
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_post_shows_what_its_page_says(api: Api) -> None:
    await api.join("amy", "ben")
    made = await api.post("amy", "see https://page.test/a")
    assert made["card"] is None
    card = Card(
        id=7, url="https://page.test/a", title="Title <b>", author_name="Ana", image_url="https://page.test/p.png", width=600,
        published_at=api.clock(), fetched_at=api.clock(),
    )  # fmt: skip
    await api.db.write(cards.put, card)
    await api.db.write(cards.show, int(made["id"]), 7)
    for who, kind in (("", "AnonymousStatus"), ("ben", "Status")):
        seen = await api.ok("GET", f"/api/v1/statuses/{made['id']}", who)
        assert faults(seen, kind) == []
        shown = seen["card"]
        assert (shown["url"], shown["title"], shown["type"], shown["html"]) == ("https://page.test/a", "Title <b>", "link", "")
        assert shown["image"].startswith("https://alpha.test/media/proxy/")
        assert (shown["width"], shown["height"], shown["provider_name"]) == (600, 0, "page.test")
        assert shown["authors"] == [{"name": "Ana", "url": "https://page.test/a", "account": None}]
    page = await api.ok("GET", "/api/v1/timelines/public")
    assert page[0]["card"]["title"] == "Title <b>"

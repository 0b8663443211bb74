"""Files of our own for browsers and crawlers."""

from __future__ import annotations

import pytest

from fedisw.web.assets import assets
from tests.support.browser import Browser


async def test_every_file_is_served_for_ever_with_its_type(stranger: Browser) -> None:
    for asset in assets().by_name.values():
        answer = await stranger.get(asset.path)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == asset.media_type
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert await answer.read() == asset.body


@pytest.mark.parametrize("name", ["site.css", "site.000000000000.css", "..%2Fviews.py", "%2e%2e%2fkeys.py"])
async def test_nothing_else_is_served(stranger: Browser, name: str) -> None:
    assert (await stranger.get(f"/static/{name}")).status == 404


async def test_browsers_find_icon_and_manifest(stranger: Browser) -> None:
    assert (await stranger.get("/favicon.ico")).headers["Content-Type"] == "image/x-icon"
    answer = await stranger.get("/manifest.webmanifest")
    assert answer.content_type == "application/manifest+json"
    manifest = await answer.json(content_type=None)
    assert manifest["name"] == "alpha.test"
    for icon in manifest["icons"]:
        assert (await stranger.get(icon["src"])).status == 200


async def test_crawlers_are_told_what_they_need_not_read(stranger: Browser) -> None:
    answer = await stranger.get("/robots.txt")
    assert answer.content_type == "text/plain"
    assert "Disallow: /oauth/" in await answer.text()

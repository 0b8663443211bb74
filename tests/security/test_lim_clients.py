"""What clients may send at most (security, section 10, the row of the client)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.security.arriving import ONE
from tests.web.mastodon.conftest import Api

Way = tuple[str, str, Any, int]

WAYS: dict[str, Way] = {
    "a post": ("POST", "/api/v1/statuses", lambda text: {"status": text}, 5_000),
    "the name of a list": ("POST", "/api/v1/lists", lambda text: {"title": text}, 200),
    "the name of a filter": ("POST", "/api/v2/filters", lambda text: {"title": text, "context": ["home"]}, 200),
    "a keyword": (
        "POST",
        "/api/v2/filters",
        lambda text: {"title": "f", "context": ["home"], "keywords_attributes": [{"keyword": text}]},
        200,
    ),
    "a note about somebody": ("POST", "/api/v1/accounts/{bob}/note", lambda text: {"comment": text}, 2_000),
}


@ONE
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_lim_a_text_of_a_client_may_be_so_long_and_no_longer(api: Api, way: Way):
    method, path, body, most = way
    _, bob = await api.join("amy", "bob")
    for length, status in ((most, 200), (most + 1, 422)):
        answer = await api.call(method, path.format(bob=bob.id), "amy", json=body("x" * length))
        assert answer.status == status, answer.json


@ONE
async def test_lim_forty_ids_may_be_asked_for_at_once(api: Api):
    await api.join("amy")
    for count, status in ((40, 200), (41, 422)):
        many = "&".join(f"id[]={number}" for number in range(1, count + 1))
        assert (await api.call("GET", f"/api/v1/accounts?{many}", "amy")).status == status

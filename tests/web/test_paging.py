"""Pages and the `Link` header (mastodon-api.md, section 3.4)."""

from __future__ import annotations

import re

import pytest
from aiohttp import web

from fedisw.web import answers
from fedisw.web.paging import limit_of, link_header, offset_of, page_of
from fedisw.web.routes import Auth, Route
from tests.web.conftest import Start

PATH = "/api/v1/timelines/tag/{tag}"


async def show(request: web.Request) -> web.Response:
    page = page_of(request, limit=20, most=40)
    ids = [int(one) for one in request.query.getall("id[]", [])]
    headers = link_header(request, ids, page, always_next="always" in request.query, back=request.query.get("back", "min_id"))
    return answers.json([page.limit, page.max_id, page.since_id, page.min_id], headers=headers)


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("", [20, None, None, None]),
        ("limit=5&max_id=9", [5, 9, None, None]),
        ("limit=-5&since_id=8&min_id=7", [5, None, 8, 7]),
        ("limit=1000", [40, None, None, None]),
        ("limit=0&max_id=abc", [20, None, None, None]),
        ("max_id=99999999999999999999999", [20, (1 << 63) - 1, None, None]),
        ("limit=٣&max_id=٣", [20, None, None, None]),
    ],
)
async def test_a_page_is_what_the_query_says(start: Start, query: str, page: list[int | None]) -> None:
    client = await start([Route("GET", PATH, show, Auth.public())])
    assert await (await client.get(f"/api/v1/timelines/tag/x?{query}")).json() == page


async def test_links_are_absolute_and_keep_all_but_cursors_and_tokens(start: Start) -> None:
    client = await start([Route("GET", PATH, show, Auth.public())])
    query = "any[]=caf%C3%A9&limit=2&max_id=9&access_token=secret&id[]=8&id[]=5"
    link = (await client.get(f"/api/v1/timelines/tag/%C3%A9t%C3%A9/?{query}")).headers["Link"]
    following, previous = re.findall(r"<([^>]*)>; rel=\"(next|prev)\"", link)
    assert (following[1], previous[1]) == ("next", "prev")
    assert following[0].startswith("https://alpha.test/api/v1/timelines/tag/%C3%A9t%C3%A9/?")
    assert "max_id=5" in following[0]
    assert "min_id=8" in previous[0]
    for address, _ in (following, previous):
        assert "secret" not in address
        assert "max_id=9" not in address
        assert "limit=2" in address
        assert "caf%C3%A9" in address


@pytest.mark.parametrize(("query", "rels"), [("id[]=3", ["prev"]), ("id[]=3&always", ["next", "prev"]), ("", [])])
async def test_a_short_page_names_no_next_one_unless_asked_to(start: Start, query: str, rels: list[str]) -> None:
    client = await start([Route("GET", PATH, show, Auth.public())])
    answer = await client.get(f"/api/v1/timelines/tag/x?{query}")
    assert re.findall(r'rel="(\w+)"', answer.headers.get("Link", "")) == rels


async def test_hidden_lists_go_back_with_since_id(start: Start) -> None:
    client = await start([Route("GET", PATH, show, Auth.public())])
    answer = await client.get("/api/v1/timelines/tag/x?id[]=3&back=since_id")
    assert "since_id=3" in answer.headers["Link"]


async def test_an_offset_is_not_negative(start: Start) -> None:
    async def offset(request: web.Request) -> web.Response:
        return answers.json([offset_of(request, most=100), limit_of(request, limit=5, most=10)])

    client = await start([Route("GET", "/api/v2/search", offset, Auth.public())])
    assert await (await client.get("/api/v2/search?offset=7")).json() == [7, 5]
    assert (await client.get("/api/v2/search?offset=-7")).status == 400

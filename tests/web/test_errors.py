"""Errors: one table, one shape, never a word too much (contract, section 6; mastodon-api.md, section 3.6)."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from fedisw.model import errors
from fedisw.web import answers
from fedisw.web.errors import ERROR_PAGE, Told, human
from fedisw.web.routes import Auth, Route
from tests.web.conftest import Start


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (errors.Malformed("param is missing or the value is empty or invalid: q"), 400, None),
        (errors.Unauthenticated("The access token is invalid"), 401, {"error": "The access token is invalid"}),
        (errors.Forbidden(""), 403, {"error": "This action is not allowed"}),
        (errors.NotFound("status", 42), 404, {"error": "Record not found"}),
        (errors.Conflict(), 409, {"error": "Conflict during update, please try again"}),
        (errors.Gone(), 410, {"error": "Gone"}),
        (errors.TooLarge("the secret file"), 413, None),
        (errors.UnsupportedMedia("x"), 415, {"error": "Unsupported Media Type"}),
        (errors.Invalid("", "Cannot attach more than 4 files"), 422, {"error": "Cannot attach more than 4 files"}),
        (
            errors.Invalid("username", "has already been taken", code="ERR_TAKEN"),
            422,
            {
                "error": "Validation failed: Username has already been taken",
                "details": {"username": [{"error": "ERR_TAKEN", "description": "has already been taken"}]},
            },
        ),
        (errors.TooMany(retry_after=7), 429, {"error": "Too many requests"}),
        (errors.Unreachable("no route to 10.1.2.3"), 503, None),
        (RuntimeError("a secret"), 500, {"error": "Internal Server Error"}),
    ],
)
async def test_an_error_is_told_in_the_words_that_clients_know(
    start: Start, error: Exception, status: int, body: dict[str, Any] | None
) -> None:
    async def fail(_: web.Request) -> web.Response:
        raise error

    client = await start([Route("GET", "/api/v1/x", fail, Auth.public())])
    answer = await client.get("/api/v1/x")
    said = await answer.json()
    assert (answer.status, answer.content_type) == (status, "application/json")
    assert body is None or said == body
    assert not any(word in said["error"] for word in ("secret", "10.1.2.3"))
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v9/nothing", 404), ("POST", "/api/v1/x", 405)])
async def test_unknown_addresses_of_the_api_answer_in_json(start: Start, method: str, path: str, status: int) -> None:
    async def fine(_: web.Request) -> web.Response:
        return answers.json({})

    client = await start([Route("GET", "/api/v1/x", fine, Auth.public())])
    answer = await client.request(method, path, headers={"Accept": "text/html"})
    assert (answer.status, set(await answer.json())) == (status, {"error"})


async def test_activitypub_addresses_add_problem_members(start: Start) -> None:
    client = await start([])
    said = await (await client.get("/ap/objects/5")).json()
    assert said == {"error": "Record not found", "type": "about:blank", "title": "Not Found", "status": 404}


async def test_pages_show_errors_in_their_own_way(start: Start) -> None:
    async def fail(_: web.Request) -> web.Response:
        raise errors.NotFound("account")

    def shown(_: web.Request, said: Told) -> web.Response:
        return web.Response(text=f"<p>{said.status}", status=said.status, content_type="text/html")

    routes = [Route("GET", "/@{name}", fail, Auth.visitor()), Route("GET", "/api/v1/x", fail, Auth.public())]
    client = await start(routes, parts={ERROR_PAGE: shown})
    assert await (await client.get("/@amy")).text() == "<p>404"
    assert await (await client.get("/nowhere")).text() == "<p>404"
    assert (await client.get("/api/v1/x")).content_type == "application/json"
    assert (await client.get("/api/nothing")).content_type == "application/json"


@pytest.mark.parametrize(
    ("name", "words"), [("text", "Text"), ("poll[expires_in]", "Expires in"), ("scheduled_at", "Scheduled at"), ("a[]", "A[]")]
)
def test_fields_have_names_for_people(name: str, words: str) -> None:
    assert human(name) == words

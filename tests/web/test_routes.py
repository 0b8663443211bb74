"""Routes: every one has a policy, and client software may call it in its own ways (ARC-3)."""

from __future__ import annotations

import pytest
from aiohttp import web

from fedisw.config import Settings
from fedisw.web import answers
from fedisw.web.app import bare_app
from fedisw.web.routes import Auth, Route, UndeclaredRoute, check
from tests.web.conftest import Start


async def show(request: web.Request) -> web.Response:
    return answers.json({"method": request.method, "id": request.match_info.get("id", "")})


@pytest.mark.parametrize("auth", [None, "public", True])
def test_a_route_without_a_policy_does_not_start(settings: Settings, auth: object) -> None:
    with pytest.raises(UndeclaredRoute):
        bare_app(settings, [Route("GET", "/api/v1/x", show, auth)])  # type: ignore[arg-type]


def test_a_route_declared_twice_does_not_start(settings: Settings) -> None:
    with pytest.raises(UndeclaredRoute):
        bare_app(settings, [Route("GET", "/x", show, Auth.public()), Route("GET", "/x", show, Auth.user())])


def test_an_unknown_method_does_not_start(settings: Settings) -> None:
    with pytest.raises(UndeclaredRoute):
        bare_app(settings, [Route("TRACE", "/x", show, Auth.public())])


def test_a_route_that_was_smuggled_past_the_table_is_found(settings: Settings) -> None:
    app = bare_app(settings, [])
    app.router.add_get("/secret", show)
    with pytest.raises(UndeclaredRoute, match="secret"):
        check(app)


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v1/instance/", "/api/v1/things/5", "/api/v1/things/5/"])
async def test_a_slash_at_the_end_changes_nothing_and_redirects_nobody(start: Start, path: str) -> None:
    client = await start(
        [Route("GET", "/api/v1/instance", show, Auth.public()), Route("GET", "/api/v1/things/{id}", show, Auth.public())]
    )
    answer = await client.get(path, allow_redirects=False)
    assert (answer.status, (await answer.json())["id"]) == (200, "5" if "things" in path else "")


async def test_pages_do_not_answer_at_a_second_address(start: Start) -> None:
    client = await start([Route("GET", "/about", show, Auth.public())])
    assert (await client.get("/about/")).status == 404


async def test_head_is_answered_without_a_body(start: Start) -> None:
    client = await start([Route("GET", "/api/v1/instance", show, Auth.public())])
    answer = await client.head("/api/v1/instance")
    assert (answer.status, await answer.read()) == (200, b"")


@pytest.mark.parametrize(("declared", "called"), [("PUT", "PATCH"), ("PATCH", "PUT"), ("PUT", "PUT")])
async def test_put_and_patch_stand_for_each_other(start: Start, declared: str, called: str) -> None:
    client = await start([Route(declared, "/api/v1/profile", show, Auth.public())])
    assert (await (await client.request(called, "/api/v1/profile")).json())["method"] == called


async def test_put_and_patch_declared_apart_stay_apart(start: Start) -> None:
    async def other(_: web.Request) -> web.Response:
        return answers.json("other")

    client = await start([Route("PUT", "/api/v1/x", show, Auth.public()), Route("PATCH", "/api/v1/x", other, Auth.public())])
    assert await (await client.patch("/api/v1/x")).json() == "other"

"""Deny by default (security section 2): each address with its policy, asked by everybody who has no business there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp import web

from fedisw.cli import run as serving
from fedisw.config import Settings
from fedisw.model.accounts import Account
from fedisw.model.errors import Unreachable
from fedisw.web.app import ROUTES as DECLARED
from fedisw.web.app import bare_app
from fedisw.web.keys import BUCKETS
from fedisw.web.middleware.auth import NEEDS_USER
from fedisw.web.routes import ROUTES, Auth, Kind, Route, UndeclaredRoute, register
from tests.security.conftest import SignIn
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Answer, Api

NAMES = re.compile(r"\{[^}]*\}")
TOKENS = (Kind.USER, Kind.STREAM, Kind.ADMIN)
STREAM = "/api/v1/streaming"
# Everything outside the client API (whose table is compared in tests/web/mastodon/test_scopes.py) by its policy.
POLICIES = {
    Kind.PUBLIC: """
        GET /health, GET /health/live, GET /health/ready, GET /.well-known/oauth-authorization-server, GET /.well-known/webfinger,
        GET /.well-known/host-meta, GET /.well-known/host-meta.json, GET /.well-known/nodeinfo, GET /.well-known/change-password,
        GET /nodeinfo/2.0, GET /nodeinfo/2.1, GET /actor, GET /actor/outbox, GET /media/local/{}/{}/{}, GET /media/proxy/{},
        GET /static/{}, GET /about/source, GET /favicon.ico, GET /robots.txt, GET /manifest.webmanifest, GET /ap/relay,
        GET /ap/relay/outbox
    """,
    Kind.SIGNED: """
        GET /ap/actors/{}, GET /ap/actors/{}/outbox, GET /ap/actors/{}/followers, GET /ap/actors/{}/following,
        GET /ap/actors/{}/featured, GET /ap/actors/{}/tags, GET /ap/objects/{}, GET /ap/objects/{}/activity,
        GET /ap/objects/{}/replies, GET /ap/objects/{}/likes, GET /ap/objects/{}/shares, GET /ap/objects/{}/context,
        GET /ap/contexts/{}, GET /ap/quotes/{}, GET /ap/approvals/{}, GET /ap/activities/{}, POST /inbox, POST /actor/inbox,
        POST /ap/actors/{}/inbox, GET /ap/actors/{}/followers_synchronization, POST /ap/relay/inbox, GET /ap/features/{}
    """,
    Kind.VISITOR: """
        GET /, GET /local, GET /tags/{}, GET /about, GET /@{}, GET /@{}/{}, GET /auth/sign_in, POST /auth/sign_in,
        POST /auth/sign_out, GET /auth/sign_up, POST /auth/sign_up, GET /auth/confirm, POST /auth/confirm,
        GET /auth/password/forgotten, POST /auth/password/forgotten, GET /auth/password/reset, POST /auth/password/reset,
        GET /settings/, GET /auth/second_step, POST /auth/second_step,
        POST /auth/passkey, GET /auth/email, POST /auth/email, GET /invite/{}
    """,
    Kind.SESSION: """
        GET /share, GET /authorize_interaction,
        GET /auth/waiting, POST /auth/waiting, GET /auth/password, POST /auth/password, GET /oauth/authorize,
        POST /oauth/authorize, GET /compose, POST /compose, GET /settings, GET /auth/again, POST /auth/again,
        GET /settings/factors, POST /settings/factors, GET /settings/factors/app, POST /settings/factors/app,
        GET /settings/factors/passkey, POST /settings/factors/passkey,
        GET /settings/profile, POST /settings/profile, GET /settings/devices, POST /settings/devices, GET /settings/apps,
        POST /settings/apps, GET /settings/email, POST /settings/email,
        GET /settings/data, POST /settings/data, GET /settings/data/archives/{}, GET /settings/data/{}.csv,
        POST /settings/data/imports, GET /settings/moving, POST /settings/moving, POST /settings/moving/aliases,
        POST /settings/moving/aliases/remove, POST /settings/moving/back, GET /settings/leaving, POST /settings/leaving
    """,
    Kind.CLIENT: "POST /oauth/token, POST /oauth/revoke",
    Kind.USER: "GET /oauth/userinfo, POST /oauth/userinfo",
}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Policies do not depend on it."""
    return str(request.param)


def addresses(*kinds: Kind) -> Iterator[tuple[str, str, Route]]:
    """Method and an address that names nothing, of all routes with one of these policies."""
    for route in DECLARED:
        if route.auth.kind in kinds:
            yield route.method, NAMES.sub("1", route.path), route


def test_arc_3_every_address_outside_the_client_api_has_the_policy_that_was_decided() -> None:
    decided = {(kind, address.strip()) for kind, text in POLICIES.items() for address in text.split(",")}
    found = {
        (route.auth.kind, f"{route.method} {NAMES.sub('{}', route.path)}")
        for route in DECLARED
        if not route.path.startswith("/api/")
    }
    assert found ^ decided == set()
    streams = [route for route in DECLARED if route.path.startswith(STREAM)]
    assert {route.auth.kind for route in streams if not route.path.endswith("/health")} == {Kind.STREAM}


async def test_arc_3_the_running_application_has_no_address_without_a_policy(api: Api) -> None:
    app = api.client.app
    assert app is not None
    routes = list(app.router.routes())
    assert [route for route in routes if route not in app[ROUTES]] == []
    assert {id(app[ROUTES][route]) for route in routes} == {id(route) for route in DECLARED}


def test_arc_3_an_address_without_a_policy_does_not_start(settings: Settings) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    undeclared: object = None
    with pytest.raises(UndeclaredRoute):
        register(web.Application(), [Route("GET", "/api/v1/x", handler, undeclared)])  # type: ignore[arg-type]  # the fault
    with pytest.raises(TypeError):
        Route("GET", "/api/v1/x", handler)  # type: ignore[call-arg]  # there is no default
    app = bare_app(settings, [Route("GET", "/api/v1/x", handler, Auth.public())])
    assert len(app[ROUTES]) > 0


def check_refusal(answer: Answer, status: int) -> None:
    """JSON of contract section 6, readable by clients in a browser, kept by nobody."""
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("application/json")
    assert isinstance(answer.json["error"], str)
    assert answer.json["error"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]
    assert "X-Request-ID" in answer.headers


async def test_arc_3_nobody_gets_in_without_a_proof_on_any_address(api: Api) -> None:
    for method, path, route in addresses(Kind.USER, Kind.STREAM, Kind.APP, Kind.ANY, Kind.ADMIN):
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
            answer = await api.call(method, path, headers=headers)
            check_refusal(answer, 401)
            assert "Bearer" in answer.headers["WWW-Authenticate"], (method, path, route)
    for method, path, _route in addresses(Kind.CLIENT):
        answer = await api.call(method, path, data={"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"})
        check_refusal(answer, 401)
        assert answer.json["error"] == "invalid_client"
    for method, path, _route in addresses(Kind.SIGNED):
        if method == "POST":
            answer = await api.call(method, path, data=b"{}", headers={"Content-Type": "application/activity+json"})
            assert answer.status in (401, 404), path
            assert answer.json["error"]


async def test_arc_3_an_application_alone_is_nobody(api: Api) -> None:
    alone = await api.people.bearer(None, "read write follow push profile")
    for method, path, _route in addresses(*TOKENS):
        answer = await api.call(method, path, headers=alone)
        check_refusal(answer, 422)
        assert answer.json["error"] == NEEDS_USER


async def test_arc_3_a_person_is_no_application(api: Api) -> None:
    await api.join("amy")
    for method, path, _route in addresses(Kind.APP):
        check_refusal(await api.call(method, path, "amy"), 403)


async def test_arc_3_pages_for_members_lead_strangers_to_the_sign_in_and_nothing_happens(api: Api) -> None:
    await api.join("amy")
    for method, path, _route in addresses(Kind.SESSION):
        for headers in ({}, api.tokens["amy"], {"Cookie": "__Host-fedisw_session=nonsense"}):
            sent = headers | {"Origin": "https://alpha.test"}
            answer = await api.call(method, path, headers=sent, allow_redirects=False)
            assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/auth/sign_in"), path
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_arc_3_a_cookie_opens_nothing_of_the_api(api: Api, cookie_of: SignIn) -> None:
    (amy,) = await api.join("amy")
    cookie = await cookie_of(amy) | {"Origin": "https://alpha.test"}
    for method, path, _route in addresses(*TOKENS, Kind.ANY, Kind.APP):
        check_refusal(await api.call(method, path, headers=cookie), 401)


async def test_arc_3_every_other_method_of_an_address_is_refused(api: Api) -> None:
    taken: dict[str, set[str]] = {}
    for route in DECLARED:
        taken.setdefault(NAMES.sub("1", route.path), set()).add(route.method)
    for path, methods in taken.items():
        answer = await api.call("TRACE" if "PUT" in methods or "PATCH" in methods else "PUT", path)
        assert answer.status in (404, 405), (path, answer.status)
        assert answer.json is None or answer.json["error"]


async def test_arc_4_an_error_in_a_check_lets_nobody_through(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is away while a token is looked up, and the buckets break: neither counts as a yes, nor as a stranger."""
    await api.join("amy")
    paths = ("/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/apps/verify_credentials")

    async def away(*_: object, **__: object) -> None:
        raise Unreachable("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(api.db, "read", away)
        for path in paths:
            assert (await api.call("GET", path, "amy")).status == 503, path

    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    assert api.client.app is not None
    monkeypatch.setattr(api.client.app[BUCKETS], "take", breaks)
    for path in (*paths, "/api/v1/streaming/user"):
        answer = await api.call("GET", path, "amy")
        assert (answer.status, answer.json) == (500, {"error": "Internal Server Error"}), path
    post = await api.call("POST", "/api/v1/statuses", "amy", json={"status": "not counted, not posted"})
    assert post.status == 500
    monkeypatch.undo()
    account: Account = api.accounts["amy"]
    assert await api.ok("GET", f"/api/v1/accounts/{account.id}/statuses", "amy") == []


def test_arc_5_weak_settings_are_said_aloud_at_every_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switches = {"FEDISW_ORIGIN": "http://127.0.0.1:8080", "FEDISW_ALLOW_PRIVATE_NETWORK": "1", "FEDISW_ALLOW_HTTP": "1"}
    made = make_settings(tmp_path, **switches)
    monkeypatch.setattr(serving, "configure", lambda **_: None)
    monkeypatch.setattr(serving.uvloop, "run", lambda started: started.close())
    for _start in range(2):
        with structlog.testing.capture_logs() as said:
            assert serving.serve_until_stopped(made, {}) == 0
        found = [(line["log_level"], line["warning"].split()[0]) for line in said if line["event"] == "settings.warning"]
        assert found == [("warning", "allow_private_network"), ("warning", "allow_http")]

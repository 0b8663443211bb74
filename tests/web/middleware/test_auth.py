"""Who may call what: each kind of policy with whom it admits and whom it refuses (OAU-6..8, AUT-10, SES)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp import web

from fedisw.model.accounts import Role
from fedisw.storage.db import Database
from fedisw.storage.queries import sessions as session_queries
from fedisw.storage.statements import Command
from fedisw.web import answers
from fedisw.web.keys import BEARER, CALLER, VIEWER, caller_of
from fedisw.web.middleware.sessions import SECURE_NAME, form_token
from fedisw.web.routes import Auth, Route
from tests.support.clock import Clock
from tests.support.people import People
from tests.web.conftest import Start

INVALID = "The access token is invalid"
NEEDS_USER = "This method requires an authenticated user"
OUT_OF_SCOPE = "This action is outside the authorized scopes"
OURS = {"Origin": "https://alpha.test"}


async def who(request: web.Request) -> web.Response:
    viewer = request[VIEWER]
    return answers.json({"viewer": viewer.account_id if viewer else None, "app": BEARER in request and CALLER not in request})


@dataclass
class Call:
    status: int
    error: str = ""


POLICIES = {
    "public": Auth.public(),
    "optional": Auth.optional("read:statuses"),
    "user": Auth.user("write:statuses"),
    "app": Auth.app("write:accounts"),
    "any": Auth.any_token(),
    "stream": Auth.stream(),
    "client": Auth.client(),
    "signed": Auth.signed(),
    "admin": Auth.admin("admin:read:accounts"),
}
OK = Call(200)
CASES = {
    ("public", "none"): OK, ("public", "bad"): OK, ("public", "user"): OK,
    ("client", "none"): OK, ("signed", "none"): OK,
    ("optional", "none"): OK, ("optional", "user"): OK, ("optional", "app"): OK,
    ("optional", "bad"): Call(401, INVALID), ("optional", "narrow"): Call(403, OUT_OF_SCOPE),
    ("user", "none"): Call(401, INVALID), ("user", "bad"): Call(401, INVALID), ("user", "user"): OK,
    ("user", "app"): Call(422, NEEDS_USER), ("user", "narrow"): Call(403, OUT_OF_SCOPE), ("user", "cookie"): Call(401, INVALID),
    ("app", "none"): Call(401, INVALID), ("app", "app"): OK, ("app", "narrow app"): Call(403, OUT_OF_SCOPE),
    ("app", "user"): Call(403, "This method requires an client credentials authentication"),
    ("any", "none"): Call(401, INVALID), ("any", "app"): OK, ("any", "narrow"): OK,
    ("stream", "none"): Call(401, INVALID), ("stream", "user"): OK, ("stream", "app"): Call(422, NEEDS_USER),
    ("admin", "user"): Call(403, OUT_OF_SCOPE), ("admin", "admin"): OK,
    ("admin", "admin scope only"): Call(403, "This action is not allowed"),
    ("admin", "none"): Call(401, INVALID),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "proof"), CASES)
async def test_a_policy_admits_and_refuses(start: Start, people: People, policy: str, proof: str) -> None:
    amy = await people.person("amy", role=Role.ADMIN if proof == "admin" else Role.NONE)
    headers = {
        "none": {},
        "bad": {"Authorization": "Bearer wrong"},
        "user": await people.bearer(amy),
        "narrow": await people.bearer(amy, "push"),
        "app": await people.bearer(None),
        "narrow app": await people.bearer(None, "read"),
        "admin": await people.bearer(amy, "admin:read"),
        "admin scope only": await people.bearer(amy, "admin:read"),
        "cookie": {"Cookie": f"{SECURE_NAME}={(await people.session(amy))[1]}"},
    }[proof]
    client = await start([Route("GET", "/api/v1/x", who, POLICIES[policy])])
    answer = await client.get("/api/v1/x", headers=headers)
    wanted = CASES[policy, proof]
    assert (answer.status, (await answer.json()).get("error", "")) == (wanted.status, wanted.error)


@pytest.mark.parametrize(
    ("granted", "status"),
    [("write", 200), ("write:statuses", 200), ("read", 403), ("write:media", 403), ("follow", 403), ("", 403)],
)
async def test_a_parent_scope_stands_for_its_children_only(start: Start, people: People, granted: str, status: int) -> None:
    client = await start([Route("POST", "/api/v1/x", who, Auth.user("write:statuses"))])
    answer = await client.post("/api/v1/x", headers=await people.bearer(await people.person(), granted))
    assert answer.status == status


STATES = {
    "confirmed_at": "Your login is missing a confirmed e-mail address",
    "approved_at": "Your login is currently pending approval",
}


@pytest.mark.parametrize("missing", STATES)
@pytest.mark.parametrize("policy", ["user", "optional", "stream"])
async def test_people_who_wait_are_told_what_for(start: Start, people: People, missing: str, policy: str) -> None:
    headers = await people.bearer(await people.person(**{missing: None}))
    client = await start([Route("GET", "/api/v1/x", who, POLICIES[policy])])
    answer = await client.get("/api/v1/x", headers=headers)
    assert (answer.status, (await answer.json())["error"]) == (403, STATES[missing])


async def test_disabled_people_are_refused_but_where_a_route_is_for_them(start: Start, people: People, clock: Clock) -> None:
    headers = await people.bearer(await people.person(disabled_at=clock()))
    waiting = Route("GET", "/api/v1/state", who, Auth.user("read", waiting=True))
    client = await start([Route("GET", "/api/v1/x", who, POLICIES["user"]), waiting])
    answer = await client.get("/api/v1/x", headers=headers)
    assert (answer.status, (await answer.json())["error"]) == (403, "Your login is currently disabled")
    assert (await client.get("/api/v1/state", headers=headers)).status == 200


async def test_only_streams_take_a_token_from_the_address(start: Start, people: People) -> None:
    token = await people.token(await people.person())
    client = await start(
        [Route("GET", "/api/v1/streaming", who, Auth.stream()), Route("GET", "/api/v1/x", who, POLICIES["user"])]
    )
    assert (await client.get("/api/v1/streaming", params={"access_token": token})).status == 200
    assert (await client.get("/api/v1/streaming", headers={"Sec-WebSocket-Protocol": token})).status == 200
    assert (await client.get("/api/v1/x", params={"access_token": token})).status == 401


async def test_a_handler_for_people_refuses_when_there_is_none(start: Start) -> None:
    async def mine(request: web.Request) -> web.Response:
        return answers.json(caller_of(request).account.id)

    client = await start([Route("GET", "/api/v1/x", mine, Auth.optional())])
    assert (await client.get("/api/v1/x")).status == 401


async def test_guessing_tokens_is_slow(start: Start) -> None:
    client = await start([Route("GET", "/api/v1/x", who, POLICIES["user"])])
    statuses = [(await client.get("/api/v1/x", headers={"Authorization": f"Bearer {n}"})).status for n in range(301)]
    assert (statuses[0], statuses[299], statuses[300]) == (401, 401, 429)


# Pages and cookies

PAGES = [
    Route("GET", "/@{name}", who, Auth.visitor()),
    Route("GET", "/compose", who, Auth.session()),
    Route("POST", "/compose", who, Auth.session()),
    Route("POST", "/auth/password", who, Auth.session(waiting=True)),
    Route("POST", "/auth/sign_in", who, Auth.visitor()),
]


def cookie(text: str) -> dict[str, str]:
    return {"Cookie": f"{SECURE_NAME}={text}"}


async def test_visitors_are_anonymous_or_known_by_their_cookie(start: Start, people: People) -> None:
    amy = await people.person()
    _, text = await people.session(amy)
    client = await start(PAGES)
    assert (await (await client.get("/@amy")).json())["viewer"] is None
    assert (await (await client.get("/@amy", headers=cookie("wrong"))).json())["viewer"] is None
    assert (await (await client.get("/@amy", headers=cookie(text))).json())["viewer"] == amy.id


async def test_a_page_for_members_leads_to_the_sign_in_and_back(start: Start) -> None:
    client = await start(PAGES)
    answer = await client.get("/compose?text=a%26b", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/auth/sign_in?next=%2Fcompose%3Ftext%3Da%2526b")


async def test_tokens_open_no_pages(start: Start, people: People) -> None:
    client = await start(PAGES)
    answer = await client.get("/compose", headers=await people.bearer(await people.person()), allow_redirects=False)
    assert answer.status == 303


async def test_who_must_change_the_password_is_led_there_first(start: Start, people: People) -> None:
    session, text = await people.session(await people.person(must_change_password=True))
    client = await start(PAGES)
    answer = await client.get("/compose", headers=cookie(text), allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/auth/password?next=%2Fcompose")
    assert (await (await client.get("/@amy", headers=cookie(text))).json())["viewer"] is None
    form = {"csrf_token": form_token(session)}
    assert (await client.post("/auth/password", headers=cookie(text) | OURS, data=form)).status == 200


async def test_somebody_disabled_is_a_stranger_on_pages(start: Start, people: People, clock: Clock) -> None:
    _, text = await people.session(await people.person(disabled_at=clock()))
    client = await start(PAGES)
    assert (await (await client.get("/@amy", headers=cookie(text))).json())["viewer"] is None
    assert (await client.get("/compose", headers=cookie(text))).status == 403


@pytest.mark.parametrize(("days", "signed_in"), [(13, True), (15, False)])
async def test_a_session_ends_when_it_is_not_used(start: Start, people: People, clock: Clock, days: int, signed_in: bool) -> None:
    _, text = await people.session(await people.person())
    clock.forward(days=days)
    client = await start(PAGES)
    assert ((await (await client.get("/@amy", headers=cookie(text))).json())["viewer"] is not None) == signed_in


async def test_a_session_ends_after_90_days_however_much_it_is_used(start: Start, people: People, clock: Clock) -> None:
    _, text = await people.session(await people.person())
    client = await start(PAGES)
    seen = []
    for _ in range(10):
        seen.append((await (await client.get("/@amy", headers=cookie(text))).json())["viewer"] is not None)
        clock.forward(days=10)
    assert seen == [True] * 10
    assert (await (await client.get("/@amy", headers=cookie(text))).json())["viewer"] is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://alpha.test"}, 200),
        ({"Origin": "https://alpha.test", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "https://alpha.test.evil.test"}, 403),
        ({"Origin": "http://alpha.test"}, 403),
        ({"Origin": "https://alpha.test", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
async def test_forms_come_from_our_own_pages(start: Start, people: People, headers: dict[str, str], status: int) -> None:
    session, text = await people.session(await people.person())
    client = await start(PAGES)
    answer = await client.post("/compose", headers=cookie(text) | headers, data={"csrf_token": form_token(session)})
    assert answer.status == status
    assert (await client.post("/auth/sign_in", headers=headers)).status == status


async def test_a_form_needs_the_token_of_its_own_session(start: Start, people: People) -> None:
    amy = await people.person()
    session, text = await people.session(amy)
    other, _ = await people.session(amy)
    client = await start(PAGES)
    for token, status in (
        (form_token(session), 200), (form_token(session), 200), (form_token(other), 403), ("", 403), ("A" * 88, 403), ("é", 403),
    ):  # fmt: skip
        answer = await client.post("/compose", headers=cookie(text) | OURS, data={"csrf_token": token})
        assert answer.status == status
    assert form_token(session) != form_token(session)
    assert (await client.post("/auth/sign_in", headers=cookie(text) | OURS)).status == 403


async def test_a_use_is_noted_at_most_once_an_hour(start: Start, people: People, db: Database, clock: Clock) -> None:
    amy = await people.person()
    headers, (session, text) = await people.bearer(amy), await people.session(amy)
    client = await start([*PAGES, Route("GET", "/api/v1/x", who, POLICIES["any"])])
    clock.forward(minutes=61)
    with db.counting() as trace:
        for _ in range(2):
            await client.get("/api/v1/x", headers=headers)
            await client.get("/compose", headers=cookie(text))
    assert sum("UPDATE tokens" in sql for sql in trace) == 1
    assert sum("UPDATE sessions" in sql for sql in trace) == 1
    found = await db.read(session_queries.holder, session.token_hash)
    assert found is not None
    assert clock() - found[0].seen_at < timedelta(minutes=1)


def test_commands_are_constants() -> None:
    assert isinstance(session_queries.TOUCH, Command)

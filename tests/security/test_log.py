"""Nothing secret in what the server writes about itself (security section 16): canaries through every address, all sinks read."""

from __future__ import annotations

import io
import json
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import structlog
from sqlalchemy import create_engine, select

from fedisw.config import Settings
from fedisw.observe import metrics
from fedisw.observe.logging import configure
from fedisw.storage import tables
from fedisw.web.app import ROUTES
from fedisw.web.routes import Kind
from tests.security.conftest import SignIn
from tests.support.browser import OURS, Browser
from tests.support.people import make_settings
from tests.web.mastodon.conftest import Api

CANARY = "canary7w3q"
NAMES = re.compile(r"\{[^}]*\}")
PASSWORD = f"{CANARY} sings at dawn"
SECRET_FIELDS = (
    "password", "current_password", "password_again", "token", "code", "client_secret", "code_verifier", "client_id", "email",
    "username", "status", "spoiler_text", "comment", "q", "title", "domain", "acct", "url", "csrf_token", "next", "reason",
)  # fmt: skip
QUERY = ("access_token", "code", "state", "q", "acct", "token", "next", "url", "tag")
TEXT_FIELDS = (
    "status", "comment", "title", "q", "note", "display_name", "username", "email", "password", "token", "domain", "description",
    "language", "client_name", "redirect_uris", "acct", "url", "state",
)  # fmt: skip
HOSTILE = ("a\nweb.forged=1", "a\r\nx", "\x1b[2J", "\u2028", "\u202egnp", "\x00", "\ud800", "%0a%0d", "a" * 9_000)
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
# Where a secret word of a person may rest: what they wrote, and the address they gave. Neither is a log.
MAY_HOLD = {"statuses", "users", "polls", "media", "accounts", "account_notes", "reports", "lists", "apps", "tags", "idempotency"}
SINKS = ("jobs", "signals", "audit", "audit_details")


class Sinks:
    """What the server wrote, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def lines(self) -> list[dict[str, object]]:
        """The log; fails on a line that is no JSON."""
        return [orjson.loads(line) for line in self.stream.getvalue().splitlines()]

    def holding(self, word: str) -> list[str]:
        """Lines with this word."""
        return [line for line in self.stream.getvalue().splitlines() if word in line]


@pytest.fixture
def sinks() -> Iterator[Sinks]:
    """The log at its most talkative."""
    root = logging.root.handlers[:], logging.root.level
    made = Sinks()
    configure(json=True, level="debug", stream=made.stream)
    yield made
    logging.captureWarnings(False)
    structlog.reset_defaults()
    logging.root.handlers[:], logging.root.level = root


@pytest.fixture
def settings(tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """As for the other tests, but everybody may join, which sends mail."""
    return make_settings(
        tmp_path,
        FEDISW_DATABASE_URL=make_database_url(),
        FEDISW_DATABASE_THREADS="4",
        FEDISW_ALLOW_PRIVATE_NETWORK="1",
        FEDISW_LIMITS_RATE_FACTOR="0",
        FEDISW_REGISTRATIONS_MODE="open",
    )


def rows_with(url: str, word: str) -> dict[str, list[str]]:
    """Tables with rows that hold a word, with what holds it."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table in tables.load_all().sorted_tables:
            for row in connection.execute(select(table)).mappings():
                held = [f"{name}: {text}" for name, value in row.items() if word in (text := as_text(value))]
                found.setdefault(table.name, []).extend(held)
    engine.dispose()
    return {name: held for name, held in found.items() if held}


def as_text(value: object) -> str:
    """A value of a row, however it is stored."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


async def test_log_1_a_secret_sent_to_any_address_in_any_way_is_written_nowhere(
    api: Api, cookie_of: SignIn, sinks: Sinks
) -> None:
    (amy,) = await api.join("amy")
    cookie = await cookie_of(amy)
    form = {name: f"{CANARY}{number}" for number, name in enumerate(SECRET_FIELDS)}
    basic = b64encode(f"{CANARY}:{CANARY}".encode()).decode()
    session, signature = {"Cookie": f"__Host-fedisw_session={CANARY}"}, f'keyId="{CANARY}",signature="{CANARY}"'
    ways: list[dict[str, object]] = [
        {"params": dict.fromkeys(QUERY, CANARY)},
        {"data": form, "headers": {"Authorization": f"Bearer {CANARY}"} | session | OURS},
        {"json": form | {"x": [CANARY]}, "headers": api.tokens["amy"] | {"Idempotency-Key": CANARY}},
        {"data": b'{"x": "' + CANARY.encode() + b"\xff", "headers": api.tokens["amy"] | {"Content-Type": "application/json"}},
        {"data": form, "headers": cookie | OURS},
        {"data": form, "headers": {"Authorization": f"Basic {basic}", "Signature": signature}},
    ]
    for route in ROUTES:
        path = NAMES.sub("1", route.path)
        if path == "/actor" or route.auth.kind is Kind.STREAM:
            continue  # the actor of these tests has no keys; streams are opened below
        for way in ways:
            async with api.client.request(route.method, path, allow_redirects=False, **way) as answer:  # type: ignore[arg-type]  # options
                assert answer.status in {*range(200, 500), 503}, (route.method, path, answer.status, sinks.lines()[-1])
    assert len(sinks.lines()) > len(ROUTES)
    assert sinks.holding(CANARY) == []
    assert sinks.holding("web.failed") == []
    assert CANARY.encode() not in metrics.render()
    held = rows_with(api.runtime.settings.database.url, CANARY)
    assert {name: rows for name, rows in held.items() if name in SINKS} == {}
    assert set(held) <= MAY_HOLD


async def test_log_1_queries_of_streams_and_of_consent_are_written_nowhere(api: Api, sinks: Sinks) -> None:
    (amy,) = await api.join("amy")
    token = await api.people.token(amy)
    for path in ("/api/v1/streaming/user", "/api/v1/streaming/hashtag"):
        response = await api.client.get(path, params={"access_token": token, "tag": CANARY})
        response.close()
    async with api.client.ws_connect(f"/api/v1/streaming?access_token={token}&stream=hashtag&tag={CANARY}") as socket:
        await socket.send_json({"type": "subscribe", "stream": "hashtag", "tag": CANARY})
        await socket.send_str(CANARY)
    async with api.client.ws_connect("/api/v1/streaming", protocols=(token,)):
        pass
    await api.call(
        "GET", f"/oauth/authorize?client_id={CANARY}&state={CANARY}&redirect_uri=https://{CANARY}.test", allow_redirects=False
    )
    assert sinks.holding(CANARY) == []
    assert sinks.holding(token) == []
    assert any(line.get("path", "").startswith("/api/v1/streaming") for line in sinks.lines())


async def test_log_1_the_whole_way_to_a_token_leaves_none_of_its_secrets_behind(api: Api, sinks: Sinks) -> None:
    """Password, cookie, code, verifier, client secret, token, mailed link: as hashes or sealed only (OAU-5, SES-1, AUT-7)."""
    hashed = await api.runtime.passwords.hash(PASSWORD)
    amy = await api.people.person("amy", password_hash=hashed)
    made = await api.ok(
        "POST", "/api/v1/apps", data={"client_name": "App", "redirect_uris": "https://app.test/back", "scopes": "read"}
    )
    browser = Browser(api.client)
    assert (await browser.submit(await browser.get("/auth/sign_in"), email="amy@mail.test", password=PASSWORD)).status == 303
    asked = {"response_type": "code", "client_id": made["client_id"], "redirect_uri": "https://app.test/back", "state": CANARY}
    allowed = await browser.submit(await browser.get("/oauth/authorize", **asked), decision="allow")
    code = allowed.headers["Location"].partition("code=")[2].partition("&")[0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://app.test/back"}
    client = {name: made[name] for name in ("client_id", "client_secret")}
    token = (await api.ok("POST", "/oauth/token", data=form | client))["access_token"]
    assert (await api.call("GET", "/api/v1/timelines/home", headers={"Authorization": f"Bearer {token}"})).status == 200
    assert (await browser.send("/auth/password/forgotten", email="amy@mail.test")).status in (200, 403)
    await Browser(api.client).send("/auth/password/forgotten", email="amy@mail.test")
    secrets = {"password": PASSWORD, "client secret": made["client_secret"], "code": code, "token": token, "state": CANARY}
    secrets |= {f"cookie {name}": value.partition(".")[0] for name, value in browser.cookies.items()}
    for name, secret in secrets.items():
        assert len(secret) > 9
        assert sinks.holding(secret) == [], name
        assert rows_with(api.runtime.settings.database.url, secret) == {}, name
    assert sinks.holding("amy@mail.test") == []
    held = rows_with(api.runtime.settings.database.url, "amy@mail.test")
    assert set(held) == {"users"}
    assert amy.username not in metrics.render().decode()


async def test_log_1_what_people_write_is_in_no_log_job_signal_or_figure(api: Api, sinks: Sinks) -> None:
    await api.join("amy", "ben")
    remote = await api.remote()
    text = f"{CANARY} about a client @ben @rob@beta.test #{CANARY}tag"
    for visibility in ("public", "unlisted", "private", "direct"):
        made = await api.post("amy", text, visibility=visibility, spoiler_text=f"{CANARY} note")
        await api.ok("PUT", f"/api/v1/statuses/{made['id']}", "amy", json={"status": f"{text} again"})
    await api.ok("POST", "/api/v1/reports", "ben", json={"account_id": str(remote.id), "comment": f"{CANARY} he said"})
    await api.ok("POST", "/api/v1/lists", "amy", json={"title": f"{CANARY} clients"})
    await api.ok("PATCH", "/api/v1/accounts/update_credentials", "amy", data={"note": f"{CANARY} me", "display_name": CANARY})
    await api.ok("DELETE", f"/api/v1/statuses/{made['id']}", "amy")
    assert sinks.holding(CANARY) == []
    assert CANARY.encode() not in metrics.render()
    held = rows_with(api.runtime.settings.database.url, CANARY)
    assert {name: rows for name, rows in held.items() if name in SINKS} == {}
    assert "statuses" in held  # the search finds something


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"], indirect=True)
async def test_log_2_no_value_of_a_client_makes_a_line_or_an_error_of_ours(api: Api, sinks: Sinks, hostile: str) -> None:
    (amy,) = await api.join("amy")
    fields = dict.fromkeys(TEXT_FIELDS, hostile)
    body = json.dumps(fields | {"account_id": str(amy.id)})
    for route in ROUTES:
        path = NAMES.sub("1", route.path)
        if route.method in WRITING and route.auth.kind in (Kind.USER, Kind.OPTIONAL, Kind.PUBLIC, Kind.CLIENT):
            sent = api.tokens["amy"] | {"Content-Type": "application/json", "User-Agent": "x"}
            answer = await api.call(route.method, path, data=body, headers=sent)
            assert answer.status < 500, (path, answer.status, sinks.lines()[-2:])
    if hostile.isprintable() and hostile.isascii():
        for path in ("/api/v2/search", "/api/v1/accounts/lookup", "/@x", "/tags/x"):
            answer = await api.call("GET", path, "amy", params={"q": hostile[:4_000], "acct": hostile[:4_000]})
            assert answer.status < 500, path
    assert all(line["event"] != "web.failed" for line in sinks.lines())
    assert not [line for line in sinks.stream.getvalue().splitlines() if not line.startswith("{")]


async def test_log_2_a_path_with_controls_is_one_line(api: Api, sinks: Sinks) -> None:
    for path in ("/%0d%0aweb.forged", "/api/v1/%1b%5b2J", "/@a%e2%80%ae", "/tags/%00", "/@%ff/1", "/api/v1/statuses/%0a"):
        answer = await api.client.get(path)
        assert answer.status in (400, 404), path
    assert all(line["event"] == "web.request" for line in sinks.lines())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", sinks.stream.getvalue())


async def test_log_3_an_error_of_ours_tells_its_number_and_nothing_else(
    api: Api, sinks: Sinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.join("amy")

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"password={CANARY}")

    monkeypatch.setattr(api.db, "read", broken)
    answer = await api.call("GET", "/api/v1/accounts/1")
    page = await api.call("GET", "/@amy")
    for said in (answer, page):
        assert said.status == 500
        assert CANARY not in said.text
        assert "RuntimeError" not in said.text
        assert "Traceback" not in said.text
    number = page.headers["X-Request-ID"]
    assert number in page.text
    logged = [line for line in sinks.lines() if line["event"] == "web.failed"]
    assert number in {line["request_id"] for line in logged}
    assert sinks.holding(CANARY) == []

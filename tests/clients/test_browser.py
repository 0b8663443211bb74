"""Chromium under our content policy: somebody signs in and lets an app in that lives at another address."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from tests.clients.conftest import Pair
from tests.support.screenshots import BROWSERS, FLAGS
from tests.support.server import PASSWORD, Person

MISSING = "no Chromium (apt install chromium): the pages were not tried under their content policy"
SCOPES = "read write"


@pytest.fixture
def amy(pair: Pair) -> Person:
    """Somebody; made before the browser, whose own loop runs in this thread."""
    return pair.newcomer("amy")


@pytest.fixture
def chromium(amy: Person) -> Iterator[Browser]:
    """A browser; without one the test is skipped, but fails in CI."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@contextmanager
def app_at_another_address() -> Iterator[tuple[str, list[str]]]:
    """An app on the web: its address, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>The app</title>Welcome back")

        def log_message(self, *_said: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.2", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.2:{server.server_port}/back", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def token_for(person: Person, app: dict[str, str], code: str, redirect: str) -> str:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    form |= {name: app[name] for name in ("client_id", "client_secret")}
    answer = requests.post(f"{person.server.origin}/oauth/token", data=form, timeout=10)
    assert answer.ok, answer.text
    return str(answer.json()["access_token"])


def test_an_app_elsewhere_is_let_in(amy: Person, chromium: Browser) -> None:
    origin = amy.server.origin
    with app_at_another_address() as (redirect, asked):
        form = {"client_name": "An app elsewhere", "redirect_uris": redirect, "scopes": SCOPES}
        app = requests.post(f"{origin}/api/v1/apps", data=form, timeout=10).json()
        query = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": redirect,
            "scope": SCOPES,
            "state": "s 1",
        }
        page = chromium.new_page()
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))

        page.goto(f"{origin}/oauth/authorize?{urlencode(query)}")
        page.fill("#email", amy.email)
        page.fill("#password", PASSWORD)
        page.click("main button")
        assert "An app elsewhere" in page.inner_text("h1")
        page.click("button[value=allow]")
        page.wait_for_url(f"{redirect}?*")
        assert page.title() == "The app"
        came_back = parse_qs(urlsplit(page.url).query)
        page.close()

    assert faults == []
    assert came_back["state"] == ["s 1"]
    assert any(path.startswith("/back?") for path in asked)
    token = token_for(amy, app, came_back["code"][0], redirect)
    me = requests.get(f"{origin}/api/v1/accounts/verify_credentials", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert me.json()["username"] == amy.name

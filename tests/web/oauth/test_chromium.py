"""The way to a token in a real browser: the content policy must let the answer through, and nothing else (HDR, OAU-10)."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from fedisw.config import Settings
from fedisw.crypto.passwords import Passwords
from fedisw.runtime import Runtime
from fedisw.web.app import create_app
from tests.support import databases
from tests.support.people import People, make_settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
PROGRAM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
NO_BROWSER = "no Chromium: consent was not tried in a real browser (apt install chromium)"
FORGED = """(address) => {
  const form = document.querySelector("form.form");
  form.action = address;
  form.submit();
}"""
OLD, NEW = "nine little ducks", "seven brown bears"


@dataclass
class Stage:
    """A server, and an application on another origin that notes where it was called back."""

    origin: str
    people: People
    app: str
    calls: list[str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A server on loopback, as `make run` has it."""
    url = databases.build_sqlite_template(tmp_path / "browser.db")
    return make_settings(
        tmp_path,
        FEDISW_ORIGIN=f"http://127.0.0.1:{unused_port()}",
        FEDISW_ALLOW_HTTP="1",
        FEDISW_DATABASE_URL=f"sqlite:///{url}",
    )


@pytest.fixture
async def stage(settings: Settings) -> AsyncIterator[Stage]:
    """Both servers."""
    calls: list[str] = []

    async def back(request: web.Request) -> web.Response:
        calls.append(str(request.rel_url))
        return web.Response(text="<title>back</title>", content_type="text/html")

    other = web.Application()
    other.router.add_get("/back", back)
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(await Runtime.open(settings))
        app = await stack.enter_async_context(TestServer(other, host="localhost"))
        await stack.enter_async_context(TestServer(create_app(runtime), port=settings.origin.port))
        people = People(runtime.db, settings, runtime.now)  # type: ignore[arg-type]  # any clock will do
        yield Stage(str(settings.origin), people, f"http://localhost:{app.port}/back?from=fedisw", calls)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    if PROGRAM is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=PROGRAM, args=flags)
        yield browser
        await browser.close()


async def open_consent(stage: Stage, page: Page, redirect: str) -> list[str]:
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):  # the application has no icon
            faults.append(message.text)

    page.on("console", note)
    app = await stage.people.app("read write follow push", redirects=(redirect,))
    query = f"response_type=code&client_id={app.client_id}&scope=read+write&state=xyz&redirect_uri={redirect.replace('?', '%3F')}"
    await page.goto(f"{stage.origin}/oauth/authorize?{query}")
    return faults


async def test_from_the_sign_in_over_a_new_password_to_the_application(stage: Stage, chromium: Browser) -> None:
    passwords = Passwords()
    await stage.people.person("amy", password_hash=await passwords.hash(OLD), must_change_password=True)
    passwords.close()
    page = await chromium.new_page()
    faults = await open_consent(stage, page, stage.app)
    assert "Test app" in await page.content()
    await page.fill("#email", "amy")
    await page.fill("#password", OLD)
    await page.click("form.form button")
    await page.fill("#current_password", OLD)
    await page.fill("#password", NEW)
    await page.fill("#password_again", NEW)
    await page.click("form.form button")
    assert "Read all that you can read" in await page.content()
    await page.click("button[value=allow]")
    await page.wait_for_url("**/back?**")
    assert faults == []
    assert stage.calls[0].startswith("/back?from=fedisw&code=")
    assert stage.calls[0].endswith("&state=xyz")


async def test_a_forged_form_cannot_lead_elsewhere(stage: Stage, chromium: Browser) -> None:
    context = await chromium.new_context()
    session = await stage.people.session(await stage.people.person("amy"))
    await context.add_cookies([{"name": "fedisw_session", "value": session[1], "url": stage.origin}])
    page = await context.new_page()
    faults = await open_consent(stage, page, "tusky://back")
    await page.evaluate(FORGED, stage.app)
    await page.wait_for_timeout(500)
    assert stage.calls == []
    assert any("form-action" in fault for fault in faults)


async def test_an_own_scheme_is_tried_and_not_stopped_by_the_policy(stage: Stage, chromium: Browser) -> None:
    context = await chromium.new_context()
    session = await stage.people.session(await stage.people.person("amy"))
    await context.add_cookies([{"name": "fedisw_session", "value": session[1], "url": stage.origin}])
    page = await context.new_page()
    faults = await open_consent(stage, page, "tusky://back")
    tried: list[str] = []
    page.on("response", lambda answer: tried.append(answer.headers.get("location", "")))
    await page.click("button[value=allow]")
    await page.wait_for_timeout(500)
    assert any(place.startswith("tusky://back?code=") for place in tried)
    assert not any("form-action" in fault for fault in faults)


async def test_no_other_site_may_frame_the_question(stage: Stage) -> None:
    async with ClientSession() as client, client.get(f"{stage.origin}/auth/sign_in") as answer:
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

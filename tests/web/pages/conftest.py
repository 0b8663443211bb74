"""Pages over a database with people and posts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fedisw.config import Settings
from fedisw.media.links import ProxyLinks
from fedisw.media.local import LocalStore
from fedisw.model.accounts import Account
from fedisw.web.errors import ERROR_PAGE
from fedisw.web.keys import LINKS, NEW_ID, STORE
from fedisw.web.middleware.sessions import cookie_name
from fedisw.web.pages import site
from fedisw.web.pages.errors import error_page
from fedisw.web.render import TEMPLATES, Templates
from tests.support import factories
from tests.support.browser import Browser
from tests.support.clock import Clock
from tests.support.people import People
from tests.web.pages.browsing import Read, SignedIn
from tests.web.pages.markup import faults


@pytest.fixture
async def stranger(start: Any, clock: Clock, settings: Settings, tmp_path: Path) -> Browser:
    """A browser in which nobody is signed in; "now" is that of the factories."""
    clock.now = factories.NOW
    parts = {
        TEMPLATES: Templates(now=clock),
        ERROR_PAGE: error_page,
        STORE: LocalStore(tmp_path / "media", public_url="https://alpha.test/media"),
        LINKS: ProxyLinks(settings.origin, secret=b"0123456789abcdef"),
        NEW_ID: factories.new_id,
    }
    return Browser(await start(site.ROUTES, parts=parts))


@pytest.fixture
async def signed_in(stranger: Browser, people: People, settings: Settings) -> SignedIn:
    """A browser of somebody."""

    async def browser_of(account: Account) -> Browser:
        browser = Browser(stranger.client)
        browser.cookies[cookie_name(settings)] = (await people.session(account))[1]
        return browser

    return browser_of


@pytest.fixture
def read() -> Read:
    """Opens a page that must be there and without fault: `html = await read(browser, "/about")`."""

    async def opened(browser: Browser, path: str, *, status: int = 200, **params: str) -> str:
        answer = await browser.get(path, **params)
        assert answer.status == status, answer.headers.get("Location")
        assert answer.content_type == "text/html"
        html = await answer.text()
        assert faults(html) == []
        return html

    return opened

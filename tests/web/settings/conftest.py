"""People who look at their settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fedisw.config import Settings
from fedisw.model.accounts import Account
from fedisw.web.middleware.sessions import cookie_name
from tests.support.browser import Browser
from tests.support.people import People


@pytest.fixture
def as_person(browser: Browser, people: People, settings: Settings) -> Callable[..., Any]:
    """The browser of somebody."""

    async def sign_in(account: Account) -> Browser:
        mine = Browser(browser.client)
        mine.cookies[cookie_name(settings)] = (await people.session(account))[1]
        return mine

    return sign_in

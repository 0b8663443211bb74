"""The profile on a page without scripts, over the whole application."""

from __future__ import annotations

import re

import pytest
from aiohttp import FormData

from fedisw.model.accounts import Account
from fedisw.storage.db import Database
from fedisw.storage.queries import accounts, users
from fedisw.web.middleware.sessions import cookie_name
from tests.support.browser import OURS, Browser
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.conftest import api as api  # the same as in tests/web/mastodon
from tests.web.mastodon.conftest import runtime as runtime
from tests.web.mastodon.conftest import settings as settings
from tests.web.pages.markup import faults


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The service is tested on both."""
    return str(request.param)


async def amys_browser(api: Api) -> tuple[Browser, Account, Database]:
    (amy,) = await api.join("amy")
    browser = Browser(api.client)
    browser.cookies[cookie_name(api.runtime.settings)] = (await api.people.session(amy))[1]
    return browser, amy, api.db


async def csrf(browser: Browser, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', await (await browser.get(path)).text())
    assert found is not None
    return found[1]


async def test_a_profile_is_saved_and_shown_again(api: Api) -> None:
    inside, amy, db = await amys_browser(api)
    page = await inside.get("/settings/profile")
    fields = {
        "display_name": "Amy Adler",
        "note": "Child protection, *supervision*",
        "fields_attributes[0][name]": "Pronouns",
        "fields_attributes[0][value]": "she",
        "source[privacy]": "private",
    }
    done = await inside.submit(page, **fields, locked="1", discoverable="0")
    html = await done.text()
    assert (done.status, faults(html)) == (200, [])
    assert "Saved." in html
    account, user = await db.read(accounts.get, amy.id), await db.read(users.get, amy.id)
    assert (account.display_name, account.approves_followers, account.discoverable) == ("Amy Adler", True, False)
    assert [(row.name, row.value) for row in account.fields] == [("Pronouns", "she")]
    assert "<em>supervision</em>" in account.note
    assert user.posting_visibility == "private"
    for text in ('value="Amy Adler"', "Child protection, *supervision*", 'value="Pronouns"', '<option value="private" selected>'):
        assert text in html
    again = await inside.submit(done, display_name="A" * 41, note="B" * 501)
    html = await again.text()
    assert again.status == 422
    assert "at most 40 characters" in html
    assert "at most 500 characters" in html
    assert (await db.read(accounts.get, amy.id)).display_name == "Amy Adler"


async def test_a_browser_that_sends_no_picture_leaves_it_as_it_is(api: Api) -> None:
    inside, amy, db = await amys_browser(api)
    form = FormData()
    form.add_field("csrf_token", await csrf(inside, "/settings/profile"))
    form.add_field("display_name", "Amy")
    form.add_field("avatar", b"", filename="", content_type="application/octet-stream")
    cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in inside.cookies.items())}
    async with inside.client.post("/settings/profile", data=form, headers=OURS | cookies) as answer:
        assert (answer.status, "Saved." in await answer.text()) == (200, True)
    assert (await db.read(accounts.get, amy.id)).avatar.key == ""

"""Writing a post on our own pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fedisw.model.accounts import Account
from fedisw.model.views import StatusView
from fedisw.runtime import Runtime
from fedisw.services import hydrate
from fedisw.storage.db import Tx
from fedisw.storage.queries import statuses
from fedisw.web.app import create_app
from fedisw.web.middleware.sessions import cookie_name
from tests.support import factories as make
from tests.support.browser import Browser
from tests.support.clock import Clock
from tests.support.people import People, make_settings
from tests.web.pages.browsing import Read
from tests.web.pages.markup import Document


@dataclass
class Writer:
    """Amy at her desk: the whole application, and a browser in which she is signed in."""

    runtime: Runtime
    browser: Browser
    amy: Account

    async def posts(self) -> list[StatusView]:
        return await self.runtime.db.read(_posts_of, self.amy.id)

    async def write(self, text: str, **fields: str) -> tuple[int, str]:
        answer = await self.browser.submit(await self.browser.get("/compose"), status=text, **fields)
        return answer.status, await answer.text()


def _posts_of(tx: Tx, account_id: int) -> list[StatusView]:
    return hydrate.views(tx, statuses.ids_of(tx, account_id))


@pytest.fixture
async def writer(tmp_path: Path, make_database_url: Callable[[], str], clock: Clock) -> AsyncIterator[Writer]:
    """Amy, and Ben whom she may name."""
    settings = make_settings(tmp_path, FEDISW_DATABASE_URL=make_database_url())
    async with await Runtime.open(settings, clock=clock) as runtime:
        amy = await runtime.db.write(make.put_account)
        await runtime.db.write(make.put_account, "ben")
        async with TestClient(TestServer(create_app(runtime))) as client:
            browser = Browser(client)
            session = await People(runtime.db, settings, clock).session(amy)
            browser.cookies[cookie_name(settings)] = session[1]
            yield Writer(runtime, browser, amy)


async def test_words_become_a_post(writer: Writer) -> None:
    status, _ = await writer.write("Hello **everybody**, and @ben: #FieldWork", visibility="unlisted")
    assert status == 303
    [view] = await writer.posts()
    assert "<strong>everybody</strong>" in view.status.content
    assert (view.status.visibility, view.status.local_only, view.status.language) == ("unlisted", False, "en")
    assert [account.username for account in view.mentions] == ["ben"]
    assert [tag.display for tag in view.tags] == ["FieldWork"]
    assert 'href="https://alpha.test/tags/fieldwork"' in view.status.content
    assert view.status.url == f"https://alpha.test/@amy/{view.status.id}"


async def test_a_post_for_members_stays_here(writer: Writer) -> None:
    await writer.write("Who has the key?", visibility="local")
    [view] = await writer.posts()
    assert view.status.local_only


async def test_pressing_the_button_twice_posts_once(writer: Writer) -> None:
    form = await writer.browser.get("/compose")
    for _ in range(2):
        assert (await writer.browser.submit(form, status="Once", visibility="public")).status == 303
    assert len(await writer.posts()) == 1


async def test_home_has_the_form_and_comes_back_after_it(writer: Writer, read: Read) -> None:
    page = await writer.browser.get("/")
    answer = await writer.browser.submit(page, status="From home", visibility="public")
    assert (answer.status, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("text", "fields", "words"),
    [
        ("  ", {}, "There is nothing in it yet."),
        ("x" * 5_001, {}, "This is too long for one post."),
        ("Hello @nobody", {}, "It names somebody who does not exist on this server."),
        ("Hello", {"visibility": "direct"}, "Something does not fit."),
        ("Hello", {"visibility": "everybody"}, "Something does not fit."),
    ],
)
async def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    writer: Writer, text: str, fields: dict[str, str], words: str
) -> None:
    status, html = await writer.write(text, **fields)
    assert status == 422
    assert words in html
    assert text.strip() in Document.of(html).one("textarea").text
    assert Document.of(html).one("textarea").attributes["aria-invalid"] == "true"
    assert await writer.posts() == []


async def test_a_form_of_another_site_posts_nothing(writer: Writer) -> None:
    form = await (await writer.browser.get("/compose")).text()
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token is not None
    cookie = "; ".join(f"{name}={value}" for name, value in writer.browser.cookies.items())
    data = {"status": "Stolen", "csrf_token": token[1]}
    for headers in ({"Origin": "https://evil.test"}, {"Origin": "null"}, {}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await writer.browser.client.post("/compose", data=data, headers={"Cookie": cookie, **headers})
        assert answer.status == 403
    answer = await writer.browser.send("/compose", status="Stolen")
    assert answer.status == 403
    assert await writer.posts() == []


async def test_strangers_are_asked_to_sign_in(writer: Writer) -> None:
    stranger = Browser(writer.browser.client)
    answer = await stranger.get("/compose")
    assert (answer.status, answer.headers["Location"]) == (303, "/auth/sign_in?next=%2Fcompose")
    assert (await stranger.send("/compose", status="Hello")).status == 303
    assert await writer.posts() == []


async def test_every_page_of_the_whole_application_has_no_fault(writer: Writer, read: Read) -> None:
    stranger = Browser(writer.browser.client)
    for path in ("/", "/local", "/about", "/tags/x", "/@amy", "/auth/sign_in", "/auth/sign_up", "/auth/password/forgotten"):
        assert await read(stranger, path)
    for path in ("/", "/compose", "/@ben", "/auth/password"):
        assert await read(writer.browser, path)
    assert await read(stranger, "/no/such/page", status=404)

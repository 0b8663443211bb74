"""A small application around given routes: `start(routes)` gives a client; `people` makes accounts with tokens and cookies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from fedisw.config import Settings
from fedisw.crypto.passwords import Passwords
from fedisw.crypto.seal import Sealer
from fedisw.live.buckets import Buckets
from fedisw.media.local import LocalStore
from fedisw.model.accounts import Account
from fedisw.storage.db import Database
from fedisw.web.app import bare_app
from fedisw.web.auth import again, confirm, passkeys, password, second_step, signin, signup
from fedisw.web.errors import ERROR_PAGE
from fedisw.web.keys import BUCKETS, DB, NEW_ID, NOW, PASSWORDS, SEALER, STORE, UPLOADS
from fedisw.web.middleware.sessions import cookie_name
from fedisw.web.oauth import authorize, token, userinfo
from fedisw.web.pages.errors import error_page
from fedisw.web.render import TEMPLATES, Templates
from fedisw.web.routes import Route
from fedisw.web.settings import table as settings_table
from tests.support.browser import Browser, Client
from tests.support.clock import Clock
from tests.support.people import People, make_settings

NOTHING: Mapping[web.AppKey[Any], object] = {}
Start = Callable[..., Awaitable["TestClient[web.Request, web.Application]"]]


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Routes speak to the database through services, which are tested on both."""
    return str(request.param)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of https://alpha.test."""
    return make_settings(tmp_path)


@pytest.fixture
async def people(db: Database, settings: Settings, clock: Clock) -> People:
    """Makes accounts, tokens and sessions."""
    return People(db, settings, clock)


@pytest.fixture
async def start(db: Database, settings: Settings, clock: Clock, tmp_path: Path) -> AsyncIterator[Start]:
    """Serves routes: `client = await start(routes)`; settings and more parts may be given."""
    clients: list[TestClient[web.Request, web.Application]] = []

    async def serve(
        routes: Iterable[Route], *, settings: Settings = settings, parts: Mapping[web.AppKey[Any], object] = NOTHING
    ) -> TestClient[web.Request, web.Application]:
        app = bare_app(settings, routes)
        app[DB], app[NOW], app[UPLOADS] = db, clock, tmp_path
        app[BUCKETS] = Buckets(now=lambda: clock().timestamp())
        for key, part in parts.items():
            app[key] = part
        client = TestClient(TestServer(app))
        await client.start_server()
        clients.append(client)
        return client

    yield serve
    for client in clients:
        await client.close()


@pytest.fixture
async def passwords() -> AsyncIterator[Passwords]:
    """The pool that hashes."""
    pool = Passwords()
    yield pool
    pool.close()


@pytest.fixture
def entrance_settings(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    """Settings of the pages to get in; a test for others gives environment variables by `parametrize(…, indirect=True)`."""
    env: dict[str, str] | None = getattr(request, "param", None)
    return settings if env is None else make_settings(tmp_path, **env)


@pytest.fixture
def entrance_pages() -> tuple[Route, ...]:
    """More addresses, for tests that need some."""
    return ()


@pytest.fixture
async def entrance(
    entrance_pages: tuple[Route, ...],
    start: Start,
    entrance_settings: Settings,
    clock: Clock,
    passwords: Passwords,
    tmp_path_factory: Any,
) -> Client:
    """The application with sign-in, passwords, consent and tokens."""
    store = LocalStore(tmp_path_factory.mktemp("media"), public_url="https://alpha.test/media")
    parts = {
        PASSWORDS: passwords,
        SEALER: Sealer(entrance_settings.secrets.master_key.key()),
        TEMPLATES: Templates(now=clock),
        ERROR_PAGE: error_page,
        STORE: store,
        NEW_ID: count(5_000).__next__,
    }
    pages = (signin, signup, confirm, password, again, second_step, passkeys, authorize, token, userinfo, settings_table)
    return await start(
        [route for module in pages for route in module.ROUTES] + [*entrance_pages], settings=entrance_settings, parts=parts
    )


RIGHT = "nine little ducks"


@pytest.fixture
async def amy(people: People, passwords: Passwords) -> Account:
    """Somebody whose password is RIGHT."""
    return await people.person("amy", password_hash=await passwords.hash(RIGHT))


@pytest.fixture
async def inside(browser: Browser, people: People, settings: Settings, amy: Account) -> Browser:
    """Amy's browser, signed in with the password a moment ago."""
    browser.cookies[cookie_name(settings)] = (await people.session(amy))[1]
    return browser


@pytest.fixture
def browser(entrance: Client) -> Browser:
    """A browser without cookies."""
    return Browser(entrance)

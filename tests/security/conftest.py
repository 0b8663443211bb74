"""Two ways to our server: `home` takes in what `beta` and `gamma` send over TLS, `api` is the whole application over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from fedisw.model.accounts import Account
from fedisw.storage.queries import accounts
from fedisw.web.middleware.sessions import cookie_name
from tests.federation.conftest import beta as beta  # the same as in tests/federation
from tests.federation.conftest import gamma as gamma
from tests.federation.conftest import home as home
from tests.federation.conftest import names as names
from tests.support.audiences import AUTHORS, BOOSTER, HOST, NOBODY, READERS, Builder, World
from tests.web.mastodon.conftest import Answer, Api
from tests.web.mastodon.conftest import api as api  # the same as in tests/web/mastodon
from tests.web.mastodon.conftest import runtime as runtime
from tests.web.mastodon.conftest import settings as settings

SignIn = Callable[[Account], Awaitable[dict[str, str]]]


@pytest.fixture
def cookie_of(api: Api) -> SignIn:
    """The cookie of a signed-in browser, as a header."""

    async def cookie(account: Account) -> dict[str, str]:
        return {"Cookie": f"{cookie_name(api.runtime.settings)}={(await api.people.session(account))[1]}"}

    return cookie


@dataclass(slots=True, kw_only=True)
class Town:
    """A server with posts of every audience, and readers of every kind with token and browser."""

    api: Api
    world: World
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    async def read(self, path: str, reader: str, **more: object) -> Answer:
        """A request to the API; NOBODY sends no token."""
        return await self.api.call("GET", path, reader, **more)

    async def page(self, path: str, reader: str) -> Answer:
        """A page in the reader's browser; redirects are not followed."""
        headers = self.cookies.get(reader, {}) | {"Accept": "text/html"}
        return await self.api.call("GET", path, headers=headers, allow_redirects=False)


@pytest.fixture
async def town(api: Api, cookie_of: SignIn) -> Town:
    """The server of tests/support/audiences.py."""
    await api.join(*READERS, *AUTHORS.values(), BOOSTER, HOST)
    for reach, name in AUTHORS.items():
        api.accounts[name] = replace(api.accounts[name], reach=reach)
        await api.db.write(accounts.replace, api.accounts[name])
    world = await api.db.write(lambda tx: _builder(api, tx).build())
    made = Town(api=api, world=world)
    for name in api.accounts:
        made.cookies[name] = await cookie_of(api.accounts[name])
    assert NOBODY not in made.cookies
    return made


def _builder(api: Api, tx: object) -> Builder:
    return Builder(tx=tx, origin=api.runtime.settings.origin, people=api.accounts, new_id=api.runtime.new_id, now=api.clock())

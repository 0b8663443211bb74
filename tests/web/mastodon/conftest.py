"""The whole application on both databases: `api` speaks to it as clients do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from fedisw.config import Settings
from fedisw.model.accounts import Account
from fedisw.model.statuses import Draft, Status
from fedisw.model.urls import object_uri
from fedisw.runtime import Runtime
from fedisw.services import instance, posting
from fedisw.storage.db import Database, Tx
from fedisw.storage.opening import open_database
from fedisw.storage.queries import accounts
from fedisw.tasks import fan_out
from fedisw.web.app import create_app
from tests.support import factories
from tests.support.clock import Clock
from tests.support.entities.watching import watch
from tests.support.people import ALL, People, make_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: status, decoded JSON and headers."""

    status: int
    json: Any
    headers: dict[str, str]
    text: str


@dataclass(slots=True, kw_only=True)
class Api:
    """A running server, seen as a client sees it; `who` is a person's name."""

    client: TestClient[web.Request, web.Application]
    runtime: Runtime
    people: People
    clock: Clock
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def db(self) -> Database:
        """The server's database."""
        return self.runtime.db

    async def join(self, *names: str, **changes: Any) -> list[Account]:
        """People with a token of all scopes; changes are fields of the account."""
        for name in names:
            account = await self.people.person(name)
            if changes:
                account = replace(account, **changes)
                await self.db.write(accounts.replace, account)
            self.accounts[name] = account
            self.tokens[name] = await self.people.bearer(account, ALL)
        return [self.accounts[name] for name in names]

    async def call(self, method: str, path: str, who: str = "", *, headers: dict[str, str] | None = None, **more: Any) -> Answer:
        """One request; `who` names the person, empty is nobody."""
        sent = (self.tokens[who] if who else {}) | (headers or {})
        async with self.client.request(method, path, headers=sent, **more) as response:
            text = await response.text()
            content = await response.json() if response.content_type == "application/json" and text else None
            return Answer(status=response.status, json=content, headers=dict(response.headers), text=text)

    async def ok(self, method: str, path: str, who: str = "", **more: Any) -> Any:
        """The JSON of a request that must succeed."""
        answer = await self.call(method, path, who, **more)
        assert answer.status == 200, (method, path, answer.status, answer.json)
        return answer.json

    async def post(self, who: str, text: str = "Hello", **more: Any) -> Any:
        """Post through the API and put the post into the feeds."""
        made = await self.ok("POST", "/api/v1/statuses", who, json={"status": text, **more})
        await self.fan_out(int(made["id"]))
        return made

    async def fan_out(self, status_id: int) -> None:
        """Do the work of the job that follows a post."""
        await self.db.write(fan_out.chunk, status_id=status_id, after=0, now=self.clock())

    async def follow(self, follower: str, target: str) -> None:
        """One follows the other."""
        await self.ok("POST", f"/api/v1/accounts/{self.accounts[target].id}/follow", follower)

    async def remote(self, name: str = "rob", host: str = "beta.test", **changes: Any) -> Account:
        """Somebody of another server whom we know."""
        account = factories.an_account(name, host, fetched_at=self.clock(), **changes)
        await self.db.write(accounts.add, account)
        self.accounts[f"{name}@{host}"] = account
        return account

    async def receive(self, author: Account, text: str = "Hello", **changes: Any) -> Status:
        """A post of another server arrives and is put into the feeds."""
        status = await self.db.write(_receive, author, text, self.clock, changes)
        await self.fan_out(status.id)
        return status

    async def write_many(self, who: str, count: int) -> list[int]:
        """Posts straight into the database, oldest first."""
        return await self.db.write(_write_many, self.accounts[who], count, self.runtime, self.clock)


def _receive(tx: Tx, author: Account, text: str, clock: Callable[[], Any], changes: dict[str, Any]) -> Status:
    values = {"published": clock()} | changes
    return factories.receive(tx, author, text, now=clock(), **values)


def _write_many(tx: Tx, author: Account, count: int, runtime: Runtime, clock: Callable[[], Any]) -> list[int]:
    made = []
    for number in range(count):
        status_id = runtime.new_id()
        posting.create_status(
            tx,
            author=author,
            draft=Draft(html=f"<p>{number}</p>", text=str(number)),
            status_id=status_id,
            uri=object_uri(runtime.settings.origin, status_id),
            url=f"{runtime.settings.origin}/@{author.username}/{status_id}",
            now=clock(),
            new_id=runtime.new_id,
        )
        fan_out.chunk(tx, status_id=status_id, after=0, now=clock())
        made.append(status_id)
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both databases, unlike the other tests of the web."""
    return str(request.param)


@pytest.fixture
def settings(tmp_path: Path, make_database_url: Callable[[], str]) -> Settings:
    """Settings of https://alpha.test without rate limits."""
    return make_settings(
        tmp_path,
        FEDISW_DATABASE_URL=make_database_url(),
        FEDISW_DATABASE_THREADS="4",
        FEDISW_ALLOW_PRIVATE_NETWORK="1",
        FEDISW_LIMITS_RATE_FACTOR="0",
    )


@pytest.fixture
async def runtime(settings: Settings, clock: Clock) -> AsyncIterator[Runtime]:
    """All parts of a server; its actor is there already, without keys, since to make them takes long."""
    before = await open_database(settings.database.url, clock=clock, threads=1)
    actor = instance.actor_of(settings.origin, account_id=1, account_domain=settings.account_domain, now=clock())
    await before.write(accounts.add, actor)
    await before.close()
    async with await Runtime.open(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
async def api(runtime: Runtime, settings: Settings, clock: Clock) -> AsyncIterator[Api]:
    """The server, with nobody on it; every answer is compared with the entity of its method."""
    app, found = create_app(runtime), list[str]()
    watch(app, found)
    client = TestClient(TestServer(app))
    await client.start_server()
    yield Api(client=client, runtime=runtime, people=People(runtime.db, settings, clock), clock=clock)
    await client.close()
    assert found == []

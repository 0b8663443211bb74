"""Several servers of ours in one process, real TLS between them: the code paths of production, no test switch.

alpha = await fediverse.start("alpha.test", username="amy")
answer = await alpha.call("POST", "/api/v1/statuses", json={"status": "Hello"})
await fediverse.settle()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import orjson
from aiohttp.test_utils import TestServer

from fedisw.crypto import keys as crypto_keys
from fedisw.crypto.seal import Sealer
from fedisw.federation.context import Peer
from fedisw.jobs.work import Deliver
from fedisw.model.accounts import Account, ActorKey, KeyKind, User
from fedisw.model.jobs import JobState
from fedisw.net.address import AddressPolicy
from fedisw.runtime import Runtime
from fedisw.services import newcomers
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, keys, users
from fedisw.web.app import create_app
from tests.net.servers import Names, tls_of_client, tls_of_server
from tests.support.clock import Clock
from tests.support.jobs import JobRow, all_jobs
from tests.support.peers import rsa
from tests.support.people import People, make_settings
from tests.support.sending import PROVING_KEY

Json = Any
MAX_ROUNDS = 200  # of background work of all servers; more means that they keep each other busy for ever


class Answer(NamedTuple):
    """What a route answered; `body` is read from JSON, None when it is none."""

    status: int
    body: Json
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Server:
    """One running server with one person who is signed in."""

    host: str
    runtime: Runtime
    account: Account
    token: str
    listener: TestServer
    people: People
    session: aiohttp.ClientSession
    numbers: int = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.listener.port or 0

    def hang_up(self) -> None:
        """Close the connections that others keep open to it; it takes new ones."""
        assert self.listener.runner is not None
        assert self.listener.runner.server is not None
        for connection in self.listener.runner.server.connections:
            connection.force_close()

    @property
    def peer(self) -> Peer:
        """This server as a peer of others."""
        return self.runtime.peer

    @property
    def db(self) -> Database:
        """Its database."""
        return self.runtime.db

    async def person(self, username: str) -> Account:
        """One more person who lives here; `call(…, by=await server.sign_in(account))` speaks for them."""
        return await add_person(self.runtime, username)

    async def sign_in(self, account: Account) -> str:
        """A token for somebody who lives here."""
        return await self.people.token(account)

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Json = None,
        by: str | None = None,
        signed_in: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask the server over TLS, as its person unless `by` is another's token; redirects are not followed."""
        token = by or (self.token if signed_in else None)
        given = {"Host": self.host} | (dict(headers) if headers else {})
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        if json is not None:
            given.setdefault("Content-Type", "application/json")
        async with self.session.request(
            method,
            f"https://127.0.0.1:{self.port}{path}",
            data=None if json is None else orjson.dumps(json),
            headers=given,
            server_hostname=self.host,
            allow_redirects=False,
        ) as answer:
            body = await answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return Answer(answer.status, orjson.loads(body) if is_json and body else None, dict(answer.headers))

    async def ask(self, path: str, **options: Any) -> Json:
        """GET of the client API that must be answered with 200."""
        answer = await self.call("GET", path, **options)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.body

    async def do(self, path: str, *, method: str = "POST", json: Json = None, **options: Any) -> Json:
        """A change over the client API that must be answered with 200."""
        answer = await self.call(method, path, json={} if json is None else json, **options)
        assert answer.status == 200, (path, answer.status, answer.body)
        return answer.body

    async def meet(self, account: Account) -> str:
        """Find somebody of another server by handle, as a person would; their id here."""
        found = await self.ask(f"/api/v2/search?q=@{account.username}@{_host_of(account)}&resolve=true&type=accounts")
        assert len(found["accounts"]) == 1, found
        return str(found["accounts"][0]["id"])

    async def follow(self, account: Account) -> str:
        """Follow somebody of another server; their id here."""
        account_id = await self.meet(account)
        await self.do(f"/api/v1/accounts/{account_id}/follow")
        return account_id


@dataclass(slots=True, kw_only=True)
class Fediverse:
    """Servers that know each other by name."""

    folder: Path
    new_url: Callable[[], str]
    clock: Clock
    names: Names
    parts: AsyncExitStack
    servers: list[Server] = field(default_factory=list)
    away: set[str] = field(default_factory=set)

    async def start(self, host: str, *, username: str = "amy", **settings: str) -> Server:
        """Start a server; more settings as environment variables."""
        folder = self.folder / host
        folder.mkdir()
        made = make_settings(
            folder,
            FEDISW_ORIGIN=f"https://{host}",
            **{"FEDISW_DATABASE_URL": self.new_url(), "FEDISW_DATABASE_THREADS": "4"} | settings,
        )
        policy = AddressPolicy(
            also_allowed=(ip_network("127.0.0.0/8"),),
            own_hosts=frozenset({made.origin.authority, made.account_domain}),
        )
        opened = Runtime.open(made, clock=self.clock, resolver=self.names, address_policy=policy, ssl=tls_of_client())
        runtime = await self.parts.enter_async_context(await opened)
        runtime.peer.normaliser.seconds = 20.0  # the machine that runs the tests may be busy
        server = TestServer(create_app(runtime), scheme="https", shutdown_timeout=0.1)
        await server.start_server(ssl=tls_of_server(host))
        self.parts.push_async_callback(server.close)
        self.names.places[host] = [("127.0.0.1", server.port or 0)]
        account = await add_person(runtime, username)
        people = People(runtime.db, made, self.clock)
        session = await self.parts.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls_of_client()), cookie_jar=aiohttp.DummyCookieJar())
        )
        started = Server(
            host=host,
            runtime=runtime,
            account=account,
            token=await people.token(account),
            listener=server,
            people=people,
            session=session,
        )
        self.servers.append(started)
        return started

    @asynccontextmanager
    async def without(self, server: Server) -> AsyncIterator[None]:
        """Nobody reaches a server meanwhile; its own work goes on."""
        places = self.names.places.pop(server.host)
        server.hang_up()
        self.away.add(server.host)
        try:
            yield
        finally:
            self.names.places[server.host] = places
            self.away.discard(server.host)

    async def settle(self, *, allowed: Callable[[JobRow], bool] = lambda job: False) -> None:
        """Do all background work of all servers until nothing is left to do; fails if any of it failed.

        Args:
            allowed: failures that a test means to happen.
        """
        for _ in range(MAX_ROUNDS):
            if not sum([await server.runtime.worker.run_ready() for server in self.servers]):
                break
        else:
            raise AssertionError("they keep each other busy for ever")
        for server in self.servers:
            bad = [(job.kind, job.last_error) for job in await all_jobs(server.db) if _failed(job) and not allowed(job)]
            assert bad == [], (server.host, bad)


def waits_for_delivery(job: JobRow) -> bool:
    """A failure to allow: a delivery to a server that is away, which will be tried again."""
    return job.kind in (Deliver.__name__, "DeliverErasure") and job.state is not JobState.DEAD


def _failed(job: JobRow) -> bool:
    """Given up, or to be tried again; one that was taken back after a failure is not."""
    return job.state is JobState.DEAD or (job.last_error is not None and job.state not in (JobState.DONE, JobState.CANCELLED))


@asynccontextmanager
async def a_fediverse(folder: Path, new_url: Callable[[], str], clock: Clock) -> AsyncIterator[Fediverse]:
    """An empty one; all its servers end with it."""
    async with AsyncExitStack() as parts:
        yield Fediverse(folder=folder, new_url=new_url, clock=clock, names=Names(), parts=parts)


async def add_person(runtime: Runtime, username: str) -> Account:
    """Somebody with keys, confirmed and approved; the keys are two of the run's throw-away ones."""
    account = newcomers.new_person(runtime.settings.origin, account_id=runtime.new_id(), username=username, now=runtime.now())
    await runtime.db.write(_add_person, account, await asyncio.to_thread(_keys, account, runtime.sealer))
    return account


def _keys(account: Account, sealer: Sealer) -> list[ActorKey]:
    made = (("main-key", KeyKind.RSA, rsa(account.id % 4)), ("ed25519-key", KeyKind.ED25519, PROVING_KEY))
    return [
        ActorKey(
            key_id=f"{account.uri}#{name}",
            account_id=account.id,
            kind=kind,
            public=crypto_keys.public_pem(key.public_key()),
            private_sealed=sealer.seal(crypto_keys.private_pem(key), row=f"{account.uri}#{name}"),
            created_at=account.created_at,
        )
        for name, kind, key in made
    ]


def _add_person(tx: Tx, account: Account, account_keys: list[ActorKey]) -> None:
    accounts.add(tx, account)
    user = User(
        id=account.id,
        email=f"{account.username}@mail.test",
        password_hash="!",
        created_at=account.created_at,
        confirmed_at=account.created_at,
        approved_at=account.created_at,
    )
    users.add(tx, user)
    keys.replace(tx, account.id, account_keys)


def _host_of(account: Account) -> str:
    return account.uri.split("/")[2]

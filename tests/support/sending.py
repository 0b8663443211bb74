"""What our server sends, and servers that take it: real TLS on loopback, answers as a test scripts them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from sqlalchemy import select

from fedisw.crypto import keys as crypto_keys
from fedisw.crypto import signatures, signed
from fedisw.crypto.seal import Sealer
from fedisw.crypto.signed import Request, Scheme
from fedisw.federation import jobs as federation_jobs
from fedisw.jobs.running import JobRun
from fedisw.jobs.worker import Worker
from fedisw.model.accounts import Account, ActorKey, KeyKind
from fedisw.model.peers import Delivery
from fedisw.model.relations import Follow
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import keys
from fedisw.storage.statements import Query
from fedisw.storage.tables.peers import deliveries
from tests.net.servers import Names, serving
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import rsa

ALL = Query(Delivery, select(deliveries).order_by(deliveries.c.id))
KEY = rsa(0)
PROVING_KEY = crypto_keys.generate_ed25519()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer of a scripted server; `hangs_up` says nothing and closes the connection."""

    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One POST that arrived: `request` is what its signature is verified over."""

    path: str
    request: Request
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The activity."""
        return dict(orjson.loads(self.body))

    @property
    def scheme(self) -> Scheme:
        """How it was signed."""
        return Scheme.RFC9421 if "Signature-Input" in self.headers else Scheme.CAVAGE

    def verify(self) -> str:
        """The key id, once host, digest and signature are found to be right."""
        found = signatures.parse(self.request)
        signed.check_body(found, self.request, self.body)
        signed.verify(found, KEY.public_key())
        return found.key_id


class Receiver:
    """Another server. `say` scripts the next answers; after them it answers 202.

    Attributes:
        got: every POST, in order.
        documents: what GETs of a path answer, JSON or a status.
        always: what is said when the script is over, 202 if not given.
        meanwhile: is done once, after a POST arrived and before it is answered.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self.got: list[Got] = []
        self.documents: dict[str, dict[str, Any] | int] = {}
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self._script: deque[Said] = deque()
        self.always: Said | None = None

    def say(self, *answers: Said | int) -> None:
        """The next answers to POSTs."""
        self._script += [Said(status=item) if isinstance(item, int) else item for item in answers]

    @property
    def types(self) -> list[str]:
        """Types of what was posted, in order."""
        return [item.document["type"] for item in self.got]

    @property
    def paths(self) -> list[str]:
        """Where it was posted."""
        return [item.path for item in self.got]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """What the server does."""
        if request.method == "GET":
            return self._fetched(request)
        headers = [(name.decode(), value.decode()) for name, value in request.raw_headers]
        read = Request.of(method="POST", target=request.raw_path, scheme="https", headers=headers)
        body = await request.read()
        self.got.append(Got(path=request.path_qs, request=read, headers=request.headers, body=body))
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        said = self._script.popleft() if self._script else self.always or Said()
        if said.hangs_up:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=said.status, headers=said.headers, body=said.body)

    def _fetched(self, request: web.Request) -> web.StreamResponse:
        found = self.documents.get(request.path_qs, 404)
        if isinstance(found, int):
            return web.Response(status=found)
        kind = "application/jrd+json" if "webfinger" in request.path else "application/activity+json"
        return web.Response(body=orjson.dumps(found), headers={"Content-Type": kind})


class Sending:
    """https://home.test with its jobs of federation, and the servers around it."""

    def __init__(self, home: Home, names: Names, stack: AsyncExitStack) -> None:
        self.home, self.peer, self.db, self.clock = home, home.peer, home.db, home.clock
        self._names, self._stack = names, stack
        self.worker = Worker(home.db, self._run, home.clock, asyncio.Event(), jitter=lambda: 0.0)
        self.ran: list[str] = []

    async def _run(self, run: JobRun) -> None:
        self.ran.append(run.job.kind)
        if isinstance(run.job, federation_jobs.KINDS):
            await federation_jobs.run(self.peer, run.job, run)  # type: ignore[arg-type]  # narrowed by the tuple of kinds

    async def server(self, host: str) -> Receiver:
        """Another server, running until the end of the test."""
        receiver = Receiver(host)
        await self._stack.enter_async_context(serving(self._names, host, receiver.handle))
        return receiver

    async def person(self, username: str = "amy", **changes: Any) -> Account:
        """Somebody here, with a key."""
        account = await self.home.person(username, **changes)
        await self.db.write(put_key, account, Sealer(self.peer.settings.secrets.master_key.key()))
        return account

    async def prover(self, username: str = "amy", **changes: Any) -> Account:
        """Somebody here with both keys, as everybody has who signed up."""
        account = await self.person(username, **changes)
        await self.db.write(put_key, account, Sealer(self.peer.settings.secrets.master_key.key()), kind=KeyKind.ED25519)
        return account

    async def stranger(self, username: str, host: str, **changes: Any) -> Account:
        """Somebody elsewhere, known here."""
        return await self.db.write(factories.put_account, username, host, **changes)

    async def follower(self, of: Account, username: str, host: str, **changes: Any) -> Account:
        """Somebody elsewhere who follows."""
        account = await self.stranger(username, host, **changes)
        await self.db.write(factories.put_follow, account, of)
        return account

    async def follow(self, follower: Account, target: Account, **changes: Any) -> Follow:
        """A follow that is there."""
        return await self.db.write(factories.put_follow, follower, target, **changes)

    async def post(self, author: Account, text: str = "Hello", **changes: Any) -> Status:
        """Post something; nothing is sent yet."""
        return await self.db.write(factories.post, author, text, now=self.clock(), **changes)

    async def enqueue(self, *jobs: object) -> None:
        """Add jobs."""
        await self.db.write(_enqueue, jobs)

    async def run(self, **later: float) -> None:
        """Do all work that is due, perhaps after some time."""
        if later:
            self.clock.forward(**later)
        while await self.worker.run_ready():
            pass

    async def deliveries(self) -> list[Delivery]:
        """All deliveries, oldest first."""
        return await self.db.read(lambda tx: tx.all(ALL))

    async def states(self) -> list[str]:
        """Where they stand."""
        return [str(item.state) for item in await self.deliveries()]


def _enqueue(tx: Tx, jobs: Iterable[Any]) -> None:
    tx.enqueue(*jobs)


def put_key(tx: Tx, account: Account, sealer: Sealer, *, kind: KeyKind = KeyKind.RSA) -> None:
    """Give a local account the key of this run of the tests."""
    name, key = ("main-key", KEY) if kind is KeyKind.RSA else ("ed25519-key", PROVING_KEY)
    key_id = f"{account.uri}#{name}"
    keys.add(
        tx,
        ActorKey(
            key_id=key_id,
            account_id=account.id,
            kind=kind,
            public=crypto_keys.public_pem(key.public_key()),
            private_sealed=sealer.seal(crypto_keys.private_pem(key), row=key_id),
            created_at=account.created_at,
        ),
    )


@asynccontextmanager
async def sending(home: Home, names: Names) -> AsyncIterator[Sending]:
    """Our server, ready to send."""
    async with AsyncExitStack() as stack:
        yield Sending(home, names, stack)

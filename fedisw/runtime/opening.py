"""All parts of a process, put together once; commands, servers and tests use the same ones."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Final, Self

from fedisw.config import LdSignatures, Role, Settings
from fedisw.crypto.passwords import Passwords
from fedisw.crypto.seal import Sealer
from fedisw.federation import delivery
from fedisw.federation.context import Peer
from fedisw.federation.signing import SigningKeys
from fedisw.jobs.schedule import Scheduler
from fedisw.jobs.worker import Worker
from fedisw.live.buckets import Buckets
from fedisw.live.bus import Bus
from fedisw.media.films import Films
from fedisw.media.images import Images
from fedisw.media.links import ProxyLinks, derived
from fedisw.media.opening import open_store
from fedisw.media.programs import Programs
from fedisw.media.remote import RemoteCopies
from fedisw.media.store import MediaStore
from fedisw.model.ids import IdMaker
from fedisw.net.address import AddressPolicy
from fedisw.net.breaker import Breakers
from fedisw.net.client import Client, Trust
from fedisw.net.resolve import Resolver
from fedisw.observe import metrics
from fedisw.runtime.keywatch import KeyWatch
from fedisw.runtime.nodes import Node
from fedisw.runtime.watch import State, Watch
from fedisw.runtime.work import PLAN, Tools, run_job
from fedisw.services import instance, newcomers
from fedisw.storage.db import Database
from fedisw.storage.hooks import UnitReport
from fedisw.storage.opening import open_database, utc_now
from fedisw.storage.signals import SignalReader
from fedisw.tasks.copies import Copier

GRACE: Final = 10.0  # seconds for running jobs when the process ends; then they are given back


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The parts. `async with await Runtime.open(settings) as runtime` closes them; `working()` runs what runs by itself."""

    settings: Settings
    state: State
    db: Database
    bus: Bus
    buckets: Buckets
    node: Node
    client: Client
    keys: SigningKeys
    peer: Peer
    sealer: Sealer
    store: MediaStore
    uploads: Path
    images: Images
    films: Films
    copier: Copier
    links: ProxyLinks
    passwords: Passwords
    worker: Worker
    scheduler: Scheduler
    now: Callable[[], datetime]
    parts: AsyncExitStack

    @property
    def new_id(self) -> Callable[[], int]:
        """Makes ids."""
        return self.node.new_id

    @classmethod
    async def open(
        cls,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = utc_now,
        resolver: Resolver | None = None,
        address_policy: AddressPolicy | None = None,
        ssl: Trust | None = None,
    ) -> Self:
        """Open the database and everything around it; the schema must be up to date.

        Args:
            clock: aware UTC now.
            resolver, address_policy, ssl: how outgoing requests find, may reach and trust other servers; what is not
                given follows from the settings and the operating system.

        Raises:
            Unreachable: the database cannot be opened.
            Invalid: the database's URL.
        """
        async with AsyncExitStack() as parts:
            bus, wake, sealer = Bus(), asyncio.Event(), _sealer(settings)
            parts.callback(bus.close)
            db = await _database(settings, clock, bus, wake)
            parts.push_async_callback(db.close)
            node = await Node.lease(db, clock, owner=token_hex(8))
            parts.push_async_callback(node.release)
            keys = SigningKeys(db=db, sealer=sealer, origin=settings.origin, now=clock)
            parts.callback(keys.close)
            client = _client(settings, clock, resolver, address_policy, ssl)
            parts.push_async_callback(client.close)
            store, passwords = open_store(settings), Passwords()
            images, films = _makers(store.temp, parts)
            parts.callback(passwords.close)
            peer = _peer(settings, clock, db=db, client=client, new_id=node.new_id, keys=keys, parts=parts)
            await _prepare(peer, sealer)
            tools = _tools(settings, peer, store, images, films, sealer)
            return cls(
                settings=settings,
                state=State(),
                db=db,
                bus=bus,
                buckets=Buckets(now=lambda: clock().timestamp(), factor=settings.limits.rate_factor),
                node=node,
                client=client,
                keys=keys,
                peer=peer,
                sealer=sealer,
                store=store,
                uploads=store.temp,
                images=images,
                films=films,
                copier=_copier(peer, store, images),
                links=tools.links,
                passwords=passwords,
                worker=Worker(tools.peer.db, partial(run_job, tools), clock, wake, name=_worker_name(settings)),
                scheduler=Scheduler(tools.peer.db, PLAN, clock),
                now=clock,
                parts=parts.pop_all(),
            )

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Everything that runs by itself in the roles of this process, until the end of the `async with`."""
        signals = SignalReader(self.db, self.bus.receive)
        key_watch = KeyWatch(self.bus, self.keys, self.sealer, self.settings.secrets_file)
        watch = Watch(self.db, self.now, folder=self.settings.data_dir, state=self.state)
        roles = self.settings.run.roles
        async with asyncio.TaskGroup() as group:
            for part in (self.node, signals, watch, key_watch):
                group.create_task(part.run())
            if Role.WORKER in roles:
                group.create_task(self._work())
            if Role.SCHEDULER in roles:
                group.create_task(self.scheduler.run())
            try:
                yield
            finally:
                for stoppable in (self.worker, self.scheduler, signals, watch, key_watch, self.node):
                    stoppable.stop()

    async def _work(self) -> None:
        """Work, once what makes signatures is there: jobs that wait for it would be lost together if the process died."""
        if self.settings.federation.ld_signatures is LdSignatures.AUTO:
            await self.peer.normaliser.warm()
        await self.worker.run(grace=GRACE)

    async def close(self) -> None:
        """Close all parts; calling twice does no harm."""
        await self.parts.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()


def _sealer(settings: Settings) -> Sealer:
    former = settings.secrets.former_master_key
    return Sealer(settings.secrets.master_key.key(), older=[] if former is None else [former.key()])


def _makers(temp: Path, parts: AsyncExitStack) -> tuple[Images, Films]:
    images = Images(temp=temp)
    parts.push_async_callback(images.close)
    return images, Films(temp=temp, images=images, programs=Programs.find())


def policy_of(settings: Settings) -> AddressPolicy:
    """Where outgoing requests may go, by the settings (NET-2, NET-11)."""
    return AddressPolicy(
        ports=frozenset(settings.federation.ports),
        own_hosts=frozenset({settings.origin.authority, settings.account_domain}),
        allow_private=settings.allow_private_network,
        allow_http=settings.allow_http,
    )


def _tools(settings: Settings, peer: Peer, store: MediaStore, images: Images, films: Films, sealer: Sealer) -> Tools:
    links = ProxyLinks(settings.origin, secret=derived(settings.secrets.session_key.key(), "media links"))
    return Tools(
        peer=replace(peer, db=peer.db.in_background()), store=store, images=images, films=films, sealer=sealer, links=links
    )


def _client(
    settings: Settings,
    clock: Callable[[], datetime],
    resolver: Resolver | None,
    policy: AddressPolicy | None,
    trust: Trust | None,
) -> Client:
    return Client(
        origin=settings.origin,
        policy=policy or policy_of(settings),
        resolver=resolver,
        tls=trust,
        ca_file=settings.ca_file,
        breakers=Breakers(now=clock),
    )


def _peer(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    db: Database,
    client: Client,
    new_id: IdMaker,
    keys: SigningKeys,
    parts: AsyncExitStack,
) -> Peer:
    peer = Peer(
        db=db,
        client=client,
        new_id=new_id,
        now=clock,
        origin=settings.origin,
        account_domain=settings.account_domain,
        settings=settings,
        keys=keys,
    )
    parts.push_async_callback(peer.normaliser.close)
    return peer


def _copier(peer: Peer, store: MediaStore, images: Images) -> Copier:
    secret = derived(peer.settings.secrets.session_key.key(), "media copies")
    copies = RemoteCopies(store, images, secret=secret)
    return Copier(db=peer.db, client=peer.client, copies=copies, settings=peer.settings, now=peer.now)


def _worker_name(settings: Settings) -> str:
    """The same after a restart, another one for every machine and data folder."""
    return f"{platform.node()}:{settings.data_dir.absolute()}"


async def _database(settings: Settings, clock: Callable[[], datetime], bus: Bus, wake: asyncio.Event) -> Database:
    password = settings.secrets.database_password
    return await open_database(
        settings.database.url,
        password=None if password is None else password.reveal(),
        readers=settings.database.readers,
        threads=settings.database.threads,
        clock=clock,
        on_publish=bus.receive,
        on_jobs=wake.set,
        on_unit=_meter,
    )


def _meter(report: UnitReport) -> None:
    (metrics.WRITES if report.writes else metrics.READS).observe(report.waited + report.took)
    if report.tries > 1:
        metrics.unit_retries.inc(report.tries - 1)


async def _prepare(peer: Peer, sealer: Sealer) -> None:
    await _ensure_actor(peer, sealer)
    await delivery.restore_breakers(peer)


async def _ensure_actor(peer: Peer, sealer: Sealer) -> None:
    """The instance actor with its keys: made at the first start."""
    if await peer.db.read(instance.find_actor, peer.origin) is not None:
        return
    now = peer.now()
    actor = instance.actor_of(peer.origin, account_id=peer.new_id(), account_domain=peer.account_domain, now=now)
    actor_keys = await asyncio.to_thread(newcomers.new_keys, actor, sealer=sealer, now=now)
    await peer.db.write(instance.ensure_actor, account=actor, actor_keys=actor_keys)

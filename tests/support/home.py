"""Our own server as far as federation goes, without web: what it takes in, and its background work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from sqlalchemy import func, select

from fedisw.crypto import keys as crypto_keys
from fedisw.crypto.ldsig import Normaliser
from fedisw.crypto.seal import Sealer
from fedisw.federation import backfill, featured, inbox, keychange, own_links, quoting, refetch, synchronising, threads
from fedisw.federation.context import Peer
from fedisw.federation.inbox import RequestParts
from fedisw.federation.signing import SigningKeys
from fedisw.jobs import chores, consent, fetching, own, work
from fedisw.jobs import keychange as keychange_jobs
from fedisw.jobs import quotes as quote_jobs
from fedisw.jobs.running import JobRun
from fedisw.jobs.worker import Worker
from fedisw.model.accounts import Account, ActorKey, ActorType, KeyKind
from fedisw.model.jobs import JobState
from fedisw.model.moderation import DomainRule, Severity
from fedisw.net.address import AddressPolicy
from fedisw.net.breaker import Breakers
from fedisw.net.client import Client
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, domains, keys
from fedisw.storage.statements import Query
from fedisw.storage.tables import accounts as tables
from fedisw.storage.tables.jobs import jobs
from fedisw.storage.tables.peers import hosts, replays
from fedisw.storage.tables.peers import inbound as inbound_rows
from fedisw.storage.tables.statuses import statuses
from tests.net.servers import Names, tls_of_client
from tests.support import factories
from tests.support.clock import Clock
from tests.support.factories import HERE, NOW, new_id
from tests.support.jobs import all_jobs
from tests.support.peers import rsa
from tests.support.people import make_settings

OTHERS = (  # jobs that belong to other parts of the program; noted, not done
    work.FanOut,
    work.FanOutTags,
    own.MoveFollowers,
    work.AnswerFollow,
    work.RejectFollow,
    work.PublishStatus,
    work.PublishPoll,
    work.PurgeAccount,
    work.RemoveFiles,
    work.PublishUndoFollow,
    work.PublishFollow,
    work.ClosePoll,
    chores.FetchCard,
    chores.IndexPosts,
    quote_jobs.AskToQuote,
    quote_jobs.AnswerQuote,
    quote_jobs.WithdrawQuote,
    quote_jobs.ForwardRevocation,
    consent.Answer,
    consent.PublishApproved,
    consent.WithdrawFeature,
    work.PublishEdit,
)


@dataclass(slots=True, kw_only=True)
class Home:
    """https://home.test.

    Attributes:
        done: jobs that ran, in order; those of other parts are only noted.
    """

    peer: Peer
    db: Database
    clock: Clock
    worker: Worker
    done: list[object]

    async def person(self, username: str = "amy", **changes: object) -> Account:
        """Somebody who lives here."""
        return await self.db.write(factories.put_account, username, **changes)

    async def suspend_host(self, host: str) -> None:
        """An admin does not want to hear from a server."""
        await self.db.write(domains.put, DomainRule(host=host, severity=Severity.SUSPEND, created_at=self.clock()))

    async def kept(self) -> dict[str, int]:
        """How many rows there are of what a request from outside may leave."""
        return await self.db.read(_kept)

    async def take(self, parts: RequestParts) -> int:
        """What an inbox answers to this request."""
        return await inbox.accept(self.peer, parts)

    async def settle(self) -> None:
        """Do all background work; fails if a job ended badly."""
        while await self.worker.run_ready():
            pass
        bad = [(job.kind, job.last_error) for job in await all_jobs(self.db) if job.state is JobState.DEAD or job.last_error]
        assert bad == []

    async def receive(self, parts: RequestParts) -> None:
        """Take a request that must be accepted, and do all that follows."""
        assert await self.take(parts) == inbox.ACCEPTED
        await self.settle()


@asynccontextmanager
async def at_home(db: Database, names: Names, clock: Clock, folder: Path, **settings: str) -> AsyncIterator[Home]:
    """Our server on this database, knowing the other servers of `names`; it begins at factories.NOW."""
    clock.now = NOW
    made = make_settings(folder, FEDISW_ORIGIN=str(HERE), **settings)
    policy = AddressPolicy(also_allowed=(ip_network("127.0.0.0/8"),), own_hosts=frozenset({HERE.authority, made.account_domain}))
    sealer = Sealer(made.secrets.master_key.key())
    await db.write(_put_instance, sealer)
    client = Client(origin=HERE, policy=policy, resolver=names, tls=tls_of_client(), breakers=Breakers(now=clock))
    signing = SigningKeys(db=db, sealer=sealer, origin=HERE, now=clock, threads=1)
    peer = Peer(
        db=db,
        client=client,
        new_id=new_id,
        now=clock,
        origin=HERE,
        account_domain=made.account_domain,
        settings=made,
        keys=signing,
        normaliser=Normaliser(seconds=20),  # the machine that runs the tests may be busy
    )

    async def run(attempt: JobRun) -> None:
        home.done.append(attempt.job)
        await _run(home.peer, attempt)

    home = Home(peer=peer, db=db, clock=clock, worker=Worker(db, run, clock, asyncio.Event(), jitter=lambda: 0.0), done=[])
    try:
        yield home
    finally:
        await client.close()
        await peer.normaliser.close()
        signing.close()


COUNTS = {
    "accounts": Query(int, select(func.count()).select_from(tables.accounts).where(tables.accounts.c.host.is_not(None))),
    "inbound": Query(int, select(func.count()).select_from(inbound_rows)),
    "replays": Query(int, select(func.count()).select_from(replays)),
    "hosts": Query(int, select(func.count()).select_from(hosts)),
    "jobs": Query(int, select(func.count()).select_from(jobs)),
    "posts": Query(int, select(func.count()).select_from(statuses)),
}
NOTHING = dict.fromkeys(COUNTS, 0)


def _kept(tx: Tx) -> dict[str, int]:
    return {name: tx.one(query) or 0 for name, query in COUNTS.items()}


async def _run(peer: Peer, attempt: JobRun) -> None:
    match job := attempt.job:
        case work.ProcessInbound():
            await inbox.process(peer, job.inbound_id, attempt)
        case work.RefreshAccount():
            await featured.refresh(peer, job.account_id)
        case work.FetchParent():
            await threads.fetch_parent(peer, job.status_id)
        case keychange_jobs.FollowAgain():
            await keychange.follow_again(peer, job)
        case work.CheckLinks():
            await own_links.check_links(peer, job.account_id)
        case quote_jobs.FetchQuoted():
            await quoting.look_up(peer, job)
        case work.RefreshPoll():
            await refetch.poll(peer, job.status_id)
        case fetching.SynchroniseFollowers():
            await synchronising.synchronise(peer, job, asked_at=attempt.created_at)
        case fetching.FetchPosts():
            await backfill.fetch_posts(peer, job)
        case fetching.FetchThread():
            await backfill.fetch_thread(peer, job)
        case _:
            assert isinstance(job, OTHERS), f"nobody does {job}"


def _put_instance(tx: Tx, sealer: Sealer) -> None:
    """The instance actor, which signs what we fetch."""
    uri, key = f"{HERE}/actor", rsa(0)
    account = factories.an_account(
        HERE.authority, uri=uri, actor_type=ActorType.APPLICATION, inbox_uri=f"{uri}/inbox", outbox_uri=f"{uri}/outbox"
    )
    accounts.add(tx, account)
    key_id = f"{uri}#main-key"
    keys.add(
        tx,
        ActorKey(
            key_id=key_id,
            account_id=account.id,
            kind=KeyKind.RSA,
            public=crypto_keys.public_pem(key.public_key()),
            private_sealed=sealer.seal(crypto_keys.private_pem(key), row=key_id),
            created_at=NOW,
        ),
    )

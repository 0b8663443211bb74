"""What arrived, which signatures were seen, what took effect, and what is known of other servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from fedisw.jobs.work import ProcessInbound
from fedisw.model.accounts import Account, ActorType
from fedisw.model.peers import Inbound, InboundState
from fedisw.model.relations import Follow
from fedisw.storage.db import Database
from fedisw.storage.queries import accounts, applied, follows, hosts, inbound, replays
from tests.support.clock import START


def account(number: int, host: str | None = "beta.test") -> Account:
    uri = f"https://{host or 'alpha.test'}/users/{number}"
    return Account(
        id=number,
        username=f"name{number}",
        host=host,
        uri=uri,
        url=uri,
        actor_type=ActorType.PERSON,
        created_at=START,
        updated_at=START,
    )


def arrived(number: int = 1, *, signer_id: int = 7, activity_id: str = "https://beta.test/a/1") -> Inbound:
    return Inbound(id=number, activity_id=activity_id, signer_id=signer_id, raw=b"{}", received_at=START)


async def test_an_activity_is_kept_once_for_each_signer(db: Database):
    await db.write(accounts.add, account(7))
    await db.write(accounts.add, account(8))
    assert await db.write(inbound.store_once, arrived(1))
    assert not await db.write(inbound.store_once, arrived(2))
    assert await db.write(inbound.store_once, arrived(3, signer_id=8))
    assert await db.read(inbound.find, 2) is None


async def test_what_took_effect_is_not_kept_in_its_raw_form(db: Database):
    await db.write(accounts.add, account(7))
    await db.write(inbound.store_once, arrived())
    assert await db.write(inbound.end, arrived(), InboundState.DONE)
    assert await db.read(inbound.find, 1) == replace(arrived(), state=InboundState.DONE, raw=b"")
    assert not await db.write(inbound.end, arrived(), InboundState.IGNORED, reason="too late")


async def test_what_was_ignored_keeps_its_form_and_a_short_reason(db: Database):
    await db.write(accounts.add, account(7))
    await db.write(inbound.store_once, arrived())
    await db.write(inbound.end, arrived(), InboundState.IGNORED, reason="x" * 1_000)
    kept = await db.read(inbound.find, 1)
    assert kept is not None
    assert (kept.raw, len(kept.reason)) == (b"{}", inbound.REASON)


async def test_the_backlog_counts_what_is_due(db: Database):
    assert (await db.read(inbound.backlog, queue="inbound")).count == 0
    await db.write(lambda tx: tx.enqueue(ProcessInbound(inbound_id=1, actor_id=1, from_host="beta.test")))
    await db.write(lambda tx: tx.enqueue(ProcessInbound(inbound_id=2, actor_id=2, from_host="beta.test")))
    waiting = await db.read(inbound.backlog, queue="inbound")
    assert (waiting.count, waiting.oldest) == (2, START)


async def test_only_what_ended_is_forgotten(db: Database):
    await db.write(accounts.add, account(7))
    await db.write(inbound.store_once, arrived(1))
    await db.write(inbound.store_once, arrived(2, activity_id="https://beta.test/a/2"))
    await db.write(inbound.end, arrived(1), InboundState.IGNORED)
    assert await db.write(inbound.prune, before=START + timedelta(seconds=1), dead_before=START) == 1
    assert await db.read(inbound.find, 2) is not None
    assert await db.write(inbound.prune, before=START + timedelta(seconds=1), dead_before=START + timedelta(seconds=1)) == 1
    assert await db.read(inbound.find, 2) is None


async def test_sig_8_a_signature_is_remembered_until_the_clock_refuses_it_anyway(db: Database):
    assert await db.write(replays.add, b"signature", now=START)
    assert not await db.write(replays.add, b"signature", now=START)
    assert await db.write(replays.prune, before=START) == 0
    assert await db.write(replays.prune, before=START + timedelta(hours=13)) == 1
    assert await db.write(replays.add, b"signature", now=START)


async def test_ing_10_an_id_takes_effect_once_and_nobody_uses_up_anothers(db: Database):
    uri, amy, eve = "https://beta.test/a/1", "https://beta.test/amy", "https://beta.test/eve"
    assert await db.write(applied.withdraw, owner_uri=eve, uri=uri, now=START)
    assert not await db.read(applied.is_withdrawn, owner_uri=amy, uri=uri)
    assert await db.read(applied.is_withdrawn, owner_uri=eve, uri=uri)
    assert await db.write(applied.add, uri, now=START)
    assert not await db.write(applied.add, uri, now=START)


async def test_ids_are_forgotten_before_what_was_taken_back_early(db: Database):
    uri, amy = "https://beta.test/a/1", "https://beta.test/amy"
    await db.write(applied.add, uri, now=START)
    await db.write(applied.withdraw, owner_uri=amy, uri=uri, now=START)
    later = START + timedelta(days=31)
    assert await db.write(applied.prune, ids_before=later, withdrawn_before=START) == 1
    assert not await db.read(applied.exists, uri)
    assert await db.read(applied.is_withdrawn, owner_uri=amy, uri=uri)
    assert await db.write(applied.prune, ids_before=later, withdrawn_before=later) == 1


async def test_a_verified_request_brings_a_dead_server_back(db: Database):
    await db.write(hosts.heard, "beta.test", now=START)
    await db.write(breaking, START)
    await db.write(hosts.mark_dead, "beta.test", now=START)
    assert [host.host for host in await db.read(hosts.failing)] == ["beta.test"]
    await db.write(hosts.heard, "beta.test", now=START + timedelta(seconds=5))
    known = await db.read(hosts.find, "beta.test")
    assert known is not None
    assert (known.failures, known.open_until, known.dead_since) == (0, None, None)
    assert known.heard_at == START + timedelta(seconds=5)


def breaking(tx, now: datetime) -> None:
    hosts.put_breaker(tx, "beta.test", failures=5, failing_since=now, open_until=now, opened=1, now=now)


async def test_the_form_of_signature_that_a_server_took_is_remembered_for_30_days(db: Database):
    assert await db.read(hosts.scheme_of, "beta.test", now=START) == ""
    await db.write(hosts.remember_scheme, "beta.test", "rfc9421", now=START)
    await db.write(hosts.remember_scheme, "beta.test", "rfc9421", now=START + timedelta(days=2))
    for days, scheme in ((31, "rfc9421"), (32, "")):
        assert await db.read(hosts.scheme_of, "beta.test", now=START + timedelta(days=days)) == scheme


async def test_a_server_is_related_when_somebody_follows_either_way(db: Database):
    for number, host in ((1, None), (7, "beta.test"), (8, "gamma.test"), (9, "delta.test")):
        await db.write(accounts.add, account(number, host))
    for number, (follower, target, accepted) in enumerate([(1, 7, True), (8, 1, True), (9, 1, False)]):
        follow = Follow(
            id=number + 1, follower_id=follower, target_id=target, uri=f"u{number}", accepted=accepted, created_at=START
        )
        await db.write(follows.insert_once, follow)
    related = [await db.read(hosts.has_relations, host) for host in ("beta.test", "gamma.test", "delta.test", "other.test")]
    assert related == [True, True, False, False]


async def test_servers_not_heard_of_for_long_are_forgotten(db: Database):
    await db.write(hosts.heard, "beta.test", now=START)
    assert await db.write(hosts.prune, before=START) == 0
    assert await db.write(hosts.prune, before=START + timedelta(days=1)) == 1

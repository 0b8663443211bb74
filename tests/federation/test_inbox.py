"""Keeping activities and working on them, where it is not about who signed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from fedisw.federation import inbox
from fedisw.federation.pressure import MAX_AGE, MAX_WAITING, RETRY_AFTER, Pressure
from fedisw.jobs.work import ProcessInbound, RefreshAccount
from fedisw.model.errors import Unreachable
from fedisw.model.jobs import JobState
from fedisw.model.peers import InboundState
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, hosts, inbound
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.jobs import all_jobs
from tests.support.peers import PeerServer

ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def test_what_is_needed_and_cannot_be_had_now_is_tried_again(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    await home.db.write(factories.put_follow, amy, await reading.account(home, ben))
    note = gil.note("Worth reading")
    gamma.fail(note["id"], 503)
    await home.take(ben.signed(ben.activity("Announce", note["id"], to=["as:Public"])))
    await home.worker.run_ready()
    assert (await reading.last_end(home))[0] is InboundState.WAITING
    gamma.serve(note)
    home.clock.forward(minutes=5)
    await home.worker.run_ready()
    assert await reading.post(home, note) is not None
    assert await reading.last_end(home) == (InboundState.DONE, "")


async def test_somebody_new_may_send_many_activities_at_once(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    notes = [ben.note(f"Note {number}") for number in range(8)]
    arriving = [home.take(ben.signed(ben.activity("Create", note))) for note in notes]
    assert await asyncio.gather(*arriving) == [inbox.ACCEPTED] * len(notes)
    kept = await home.kept()
    assert (kept["accounts"], kept["inbound"]) == (1, len(notes))


async def test_working_on_what_is_over_or_was_never_there_does_nothing(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    before = await reading.effects(home)
    job = next(job for job in home.done if isinstance(job, ProcessInbound))
    await inbox.process(home.peer, job.inbound_id)
    await inbox.process(home.peer, 404)
    assert await reading.effects(home) == before


@ONE
async def test_a_server_that_was_blocked_meanwhile_has_no_effect(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.take(ben.signed(ben.activity("Follow", amy.uri)))
    await home.suspend_host("test")
    await home.worker.run_ready()
    state, reason = await reading.last_end(home)
    assert state is InboundState.IGNORED
    assert "blocked" in reason


@ONE
async def test_activities_of_one_actor_are_worked_on_in_the_order_they_came(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    follow = ben.activity("Follow", amy.uri)
    for activity in (follow, ben.activity("Undo", follow), ben.activity("Follow", amy.uri)):
        await home.take(ben.signed(activity))
    keys = {job.order_key for job in await all_jobs(home.db) if job.kind == "ProcessInbound"}
    assert len(keys) == 1
    await home.settle()
    assert (await reading.account(home, ben)).following_count == 1


@ONE
async def test_a_new_account_is_looked_at_again_for_its_handle_and_an_old_one_after_a_day(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    assert len([job for job in home.done if isinstance(job, RefreshAccount)]) == 1
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/1")))
    assert len([job for job in home.done if isinstance(job, RefreshAccount)]) == 1
    home.clock.now += timedelta(days=1, minutes=1)
    ben.document["name"] = "Benjamin"
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/2")))
    assert (await reading.account(home, ben)).display_name == "Benjamin"


@ONE
async def test_a_verified_request_closes_the_breaker_of_its_server(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    for _ in range(5):
        home.peer.client.breakers.failed("beta.test")
    await home.db.write(_broken, home)
    assert home.peer.client.breakers.state("beta.test").is_open
    await home.take(ben.signed(ben.activity("Like", "https://home.test/1")))
    assert not home.peer.client.breakers.state("beta.test").is_open
    known = await home.db.read(hosts.find, "beta.test")
    assert known is not None
    assert (known.failures, known.open_until, known.dead_since) == (0, None, None)


def _broken(tx: Tx, home: Home) -> None:
    now = home.clock()
    hosts.put_breaker(tx, "beta.test", failures=5, failing_since=now, open_until=now, opened=1, now=now)
    hosts.mark_dead(tx, "beta.test", now=now)


async def test_too_long_a_queue_refuses_strangers_first_and_then_all(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await home.db.write(factories.put_account, "ben", "beta.test", uri=ben.uri)
    await home.db.write(factories.put_follow, amy, known)
    await home.db.write(lambda tx: tx.enqueue(ProcessInbound(inbound_id=404, actor_id=1, from_host="x.test")))
    pressure = Pressure()
    await pressure.check(home.db, "stranger.test", now=home.clock())
    home.clock.now += MAX_AGE + timedelta(seconds=1)
    with pytest.raises(Unreachable) as caught:
        await pressure.check(home.db, "stranger.test", now=home.clock())
    assert caught.value.retry_after == RETRY_AFTER
    await pressure.check(home.db, "beta.test", now=home.clock())
    home.clock.now += MAX_AGE
    with pytest.raises(Unreachable):
        await pressure.check(home.db, "beta.test", now=home.clock())


@ONE
async def test_a_full_queue_counts_as_much_as_an_old_one(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fedisw.federation.pressure.MAX_WAITING", 1)
    jobs = [ProcessInbound(inbound_id=number, actor_id=number, from_host="x.test") for number in range(3)]
    await home.db.write(lambda tx: tx.enqueue(*jobs))
    with pytest.raises(Unreachable):
        await Pressure().check(home.db, "beta.test", now=home.clock())
    assert MAX_WAITING == 20_000


@ONE
async def test_a_queue_that_is_too_long_keeps_nothing_of_what_it_refuses(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    await home.db.write(lambda tx: tx.enqueue(ProcessInbound(inbound_id=404, actor_id=1, from_host="x.test")))
    home.clock.now += MAX_AGE * 3
    before = await home.kept()
    with pytest.raises(Unreachable):
        await home.take(ben.signed(ben.activity("Like", "https://home.test/1")))
    assert await home.kept() == before


@ONE
async def test_a_bug_in_one_activity_leaves_the_others_alone(home: Home, beta: PeerServer):
    amy, ben, gus = await home.person(), beta.person("ben"), beta.person("gus")
    await home.take(ben.signed(ben.activity("Follow", amy.uri)))
    await home.db.write(_spoiled)
    await home.take(gus.signed(gus.activity("Follow", amy.uri)))
    for _ in range(8):
        await home.worker.run_ready()
        home.clock.forward(hours=1)
    assert await home.db.read(accounts.find_by_uri, gus.uri) is not None
    dead = [job for job in await all_jobs(home.db) if job.state is JobState.DEAD]
    assert [job.kind for job in dead] in ([], ["ProcessInbound"])
    assert (await reading.account(home, gus)).following_count == 1


def _spoiled(tx: Tx) -> None:
    """A row that cannot be what it is: its raw form is no JSON."""
    row = tx.all(reading.ROWS)[-1]
    tx.exec(reading.AGAIN, key=row.id, raw=b"\xff")


@ONE
async def test_what_took_effect_is_not_kept_in_the_raw(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    await home.receive(ben.signed(ben.activity("Follow", "https://home.test/nobody")))
    done, ignored = await home.db.read(lambda tx: tx.all(reading.ROWS))
    assert done.raw == b""
    assert ignored.raw != b""
    assert await home.db.write(inbound.prune, before=home.clock() + timedelta(days=7), dead_before=home.clock()) == 2
